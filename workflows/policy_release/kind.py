"""Policy versions and calls as the door knows them: published; opened, extended, closed early, cancelled."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from policies.language import Pack, PackSource, PolicyError, parse_pack
from policies.language.check.lint import check_pack
from subsidy.accounts.enums import Role
from subsidy.programmes.models import Call, Policy, PolicyVersion
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import BadData
from workflows.common.subjects import Card, Kind, Opening, register
from workflows.common.turn import Turn
from workflows.policy_release import calls
from workflows.policy_release.call_forms import CallForm, CloseForm, ExtendForm, PublicReasonForm


class PublishForm(ActForm):
    """The three texts of a pack."""

    policy_text = forms.CharField(strip=False)
    source_text = forms.CharField(strip=False)
    cases_text = forms.CharField(strip=False)
    name = forms.CharField(max_length=200)


@lru_cache(maxsize=16)
def read_and_check(source: PackSource) -> tuple[Pack, tuple[str, ...]]:
    """The pack and what blocks its publication; the same texts are read once, as reading takes half a second."""
    pack = parse_pack(source)
    return pack, tuple(str(finding) for finding in check_pack(source) if finding.severity == "error")


def make_version(turn: Turn) -> PolicyVersion:
    """An immutable version from a pack's texts; anything that the checks call an error blocks it."""
    data = turn.data
    source = PackSource(
        policy=data["policy_text"], source=data["source_text"], cases=data["cases_text"], name=data["name"]
    )
    try:
        pack, errors = read_and_check(source)
    except PolicyError as error:
        raise BadData(fields={"policy_text": [str(error)]}) from error
    if errors:
        raise BadData(fields={"policy_text": list(errors)})
    if pack.illustrative and not settings.ALLOW_ASSUMED_CLAUSES:
        raise BadData(
            fields={
                "policy_text": [
                    str(
                        _(
                            "Clauses %(clauses)s are assumed. Have each verified against the published text before publishing."
                        )
                        % {"clauses": ", ".join(pack.assumed_clauses)}
                    )
                ]
            }
        )
    policy, _made = Policy.objects.get_or_create(
        authority_id=turn.authority_id,
        code=pack.code,
        defaults={"title_zh": pack.title.zh, "title_en": pack.title.en},
    )
    return PolicyVersion(
        authority_id=turn.authority_id,
        policy=policy,
        version=pack.version,
        content_hash=pack.content_hash,
        policy_text=data["policy_text"],
        source_text=data["source_text"],
        cases_text=data["cases_text"],
        document_number=pack.document.number,
        effective_from=pack.effective_from,
        effective_to=pack.effective_to,
        illustrative=pack.illustrative,
        published_at=turn.now.at,
    )


def published(turn: Turn) -> None:
    version: PolicyVersion = turn.subject
    turn.record(policy=version.policy.code, version=version.version, content_hash=version.content_hash)


def _card(record: Any) -> Card:
    return Card(title=str(record))


POLICY_VERSION = register(
    Kind(
        name="policy_version",
        model=PolicyVersion,
        card=_card,
        opens={
            "publish": Opening(
                act=Act(
                    "publish",
                    _("Publish"),
                    published,
                    role=Role.POLICY_PUBLISHER,
                    duty=Duty.PUBLISHES_POLICY,
                    form=PublishForm,
                ),
                make=make_version,
            )
        },
    )
)
OPEN_CALL = Act("open", _("Open a call"), calls.call_opened, role=Role.POLICY_PUBLISHER, form=CallForm)
CALL_ACTS = (
    Act(
        "extend",
        _("Extend the filing window"),
        calls.extend,
        role=Role.POLICY_PUBLISHER,
        form=ExtendForm,
    ),
    Act(
        "close_early",
        _("Close filing early"),
        calls.close_early,
        role=Role.POLICY_PUBLISHER,
        form=CloseForm,
        danger=True,
    ),
    Act(
        "cancel",
        _("Cancel the call"),
        calls.cancel,
        role=Role.POLICY_PUBLISHER,
        form=PublicReasonForm,
        danger=True,
    ),
)
CALL = register(
    Kind(
        name="call",
        model=Call,
        card=_card,
        free_acts=CALL_ACTS,
        opens={"open": Opening(act=OPEN_CALL, make=calls.make_call)},
        related=("policy_version", "budget_line"),
        deferred=("policy_version__policy_text", "policy_version__source_text", "policy_version__cases_text"),
    )
)
