"""Publishing a policy version and opening a call, as the door knows them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from policies.language import Pack, PackSource, PolicyError, check_pack, parse_pack
from subsidy.accounts.enums import Role
from subsidy.ledger.models import BudgetLine
from subsidy.programmes.enums import Allocation
from subsidy.programmes.models import Call, Policy, PolicyVersion
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import BadData
from workflows.common.subjects import Card, Kind, Opening, register
from workflows.common.turn import Turn


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


class CallForm(ActForm):
    policy_version = forms.ModelChoiceField(queryset=PolicyVersion.objects.all())
    number = forms.CharField(max_length=40)
    title_zh = forms.CharField(max_length=200)
    title_en = forms.CharField(max_length=200)
    opens_at = forms.DateTimeField()
    closes_at = forms.DateTimeField()
    route = forms.CharField(max_length=30)
    route_version = forms.IntegerField()
    allocation = forms.ChoiceField(choices=Allocation.choices)
    budget_line = forms.ModelChoiceField(queryset=BudgetLine.objects.all())
    budget_fen = forms.IntegerField(min_value=1)
    contact = forms.CharField(max_length=100, required=False)


def make_call(turn: Turn) -> Call:
    data = dict(turn.data)
    version: PolicyVersion = data["policy_version"]
    if version.authority_id != turn.authority_id or data["budget_line"].authority_id != turn.authority_id:
        raise BadData(fields={"policy_version": [str(_("Choose a version and a budget line of your own bureau."))]})
    opens_on = data["opens_at"].date()
    if opens_on < version.effective_from or (version.effective_to and opens_on > version.effective_to):
        raise BadData(fields={"opens_at": [str(_("The call must open while the policy version is in force."))]})
    return Call(authority_id=turn.authority_id, **data)


def call_opened(turn: Turn) -> None:
    call: Call = turn.subject
    turn.record(
        number=call.number,
        policy_version=call.policy_version.content_hash,
        opens_at=call.opens_at,
        closes_at=call.closes_at,
        budget_fen=call.budget_fen,
        allocation=call.allocation,
    )


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
CALL = register(
    Kind(
        name="call",
        model=Call,
        card=_card,
        opens={
            "open": Opening(
                act=Act("open", _("Open a call"), call_opened, role=Role.POLICY_PUBLISHER, form=CallForm),
                make=make_call,
            )
        },
    )
)
