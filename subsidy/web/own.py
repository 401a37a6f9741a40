"""What people change of their own account by themselves."""

from __future__ import annotations

from typing import Any, cast

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.accounts.models import User
from subsidy.web.acts import ActPage
from subsidy.web.components import Preview


class Details(ActPage):
    """How the person is called, and where e-mails go."""

    kind = "person"
    action = "change_details"
    done_message = gettext_lazy("Saved. It holds from now on; what was signed before keeps the name of its day.")

    def get_subject(self) -> User:
        return cast(User, self.request.user)

    def preview(self, subject: Any) -> Preview:
        changes = [_("Pages and papers call you by this name from now on. E-mails go to this address.")]
        if subject.name_checked:
            changes.append(_("A new name has to be compared with your identity card again before it proves anything."))
        return Preview(changes=changes)

    def success_url(self, subject: Any) -> str:
        return reverse("notification-settings")
