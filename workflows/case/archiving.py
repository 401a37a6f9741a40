"""The file of a case that has ended goes to the archive: an officer asks for its package, a job makes it.

Who took the case in files it away. Every package is an event of the case that names its hash; a case that goes on after
it (a payment that came back, a remand) is packed anew, and the earlier package stays as it is.
"""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.cases.enums import FINAL_STATES
from subsidy.reporting.services import package_ask, package_keep, package_stop, packages_under_way
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import NotFound, WrongState
from workflows.common.turn import Turn


class KeepForm(ActForm):
    package = forms.IntegerField()
    path = forms.CharField(max_length=200)
    sha256 = forms.RegexField(r"\A[0-9a-f]{64}\Z")
    size = forms.IntegerField(min_value=1)
    papers = forms.IntegerField(min_value=1)


def ask(turn: Turn) -> None:
    """Have the package made after this is committed."""
    package = package_ask(turn.subject, actor=turn.actor, now=turn.now)
    turn.record(package=package.pk)
    turn.passage.defer("make_archive", package_id=package.pk)


def stop(turn: Turn) -> None:
    """Have the package under way not made; another one may be asked for at once."""
    package = packages_under_way().select_for_update().filter(case=turn.subject).first()
    if package is None:
        raise WrongState(_("No package of this case is being made."))
    package_stop(package, now=turn.now)
    turn.record(package=package.pk, done=package.done, total=package.total)


def keep(turn: Turn) -> None:
    """Keep the package that the job has made (NotFound when it is no package of this case under way)."""
    under_way = packages_under_way().select_for_update().filter(case=turn.subject)
    package = under_way.filter(pk=turn.data["package"]).first()
    if package is None:
        raise NotFound
    made = {name: turn.data[name] for name in ("path", "sha256", "size")}
    package_keep(package, **made, actor=turn.actor, now=turn.now)
    turn.record(package=package.pk, papers=turn.data["papers"], sha256=made["sha256"], size=made["size"])
    turn.record(asked_by=package.asked_by_id)


ARCHIVE = (
    Act(
        "ask_archive",
        _("Put the file together for the archive"),
        ask,
        role=Role.ACCEPTANCE,
        states=frozenset(FINAL_STATES),
        versioned=False,
    ),
    Act(
        "stop_archive",
        _("Stop making the package for the archive"),
        stop,
        role=Role.ACCEPTANCE,
        states=frozenset(FINAL_STATES),
        versioned=False,
    ),
    Act("keep_archive", _("The package for the archive is made"), keep, system=True, form=KeepForm, versioned=False),
)
