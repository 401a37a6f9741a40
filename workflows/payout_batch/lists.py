"""Nobody is paid who has come onto a list since the decree: looked at once more when a batch is prepared."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from subsidy.cases.models import Case
from subsidy.decisions.models import Instalment
from subsidy.decisions.selectors import barred
from subsidy.programmes.models import PolicyVersion
from subsidy.programmes.packs import pack_of
from workflows.common.refusals import WrongState


def refuse_barred(instalments: Iterable[Instalment], *, on: dt.date) -> None:
    """Raises WrongState that names each case whose company a list of its policy excludes. Three statements a policy."""
    by_version: dict[int, list[Case]] = defaultdict(list)
    for one in instalments:
        by_version[one.award.case.policy_version_id].append(one.award.case)
    wrong = []
    for version in PolicyVersion.objects.filter(pk__in=by_version).order_by("pk"):
        cases = by_version[version.pk]
        lists = barred([case.company_id for case in cases], pack_of(version), on=on)
        wrong += [
            f"{case.number} {case.company_name} ({'、'.join(lists[case.company_id])})"
            for case in cases
            if case.company_id in lists
        ]
    if wrong:
        raise WrongState(
            _(
                "These companies have come onto a list that their policy excludes: %(cases)s. Leave them out; revoke the "
                "award, or have the entry ended or set right with its reason."
            )
            % {"cases": ", ".join(wrong)}
        )
