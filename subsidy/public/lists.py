"""The lists of the public site, as declared; each can be narrowed to one bureau."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.models import Authority
from subsidy.audit.moment import Moment
from subsidy.decisions.models import Decree, Notice
from subsidy.programmes.enums import CallState
from subsidy.programmes.models import Call, PolicyVersion
from subsidy.programmes.selectors import RULE_TEXTS
from subsidy.programmes.window import in_state, last_minute
from subsidy.public import selectors
from subsidy.web.calls import state_words, title_of
from subsidy.web.components import Text
from subsidy.web.formats import pick
from subsidy.web.lists import Column, ListSpec, Sort


def bureau_name(record: Any) -> str:
    return pick(record.authority.name_zh, record.authority.name_en)


def policy_url(version: PolicyVersion) -> str:
    return reverse("public:policy", args=[version.authority.code, version.policy.code])


def version_url(version: PolicyVersion) -> str:
    return reverse("public:version", args=[version.authority.code, version.policy.code, version.version])


def policy_title(version: PolicyVersion) -> str:
    return pick(version.policy.title_zh, version.policy.title_en)


NOT_YET, NOW, NO_LONGER = "later", "now", "over"
IN_FORCE: Mapping[str, tuple[Text, str]] = {
    NOT_YET: (_("not yet in force"), "info"),
    NOW: (_("in force"), "done"),
    NO_LONGER: (_("no longer in force"), "plain"),
}
OBJECTIONS: Mapping[str, tuple[Text, str]] = {
    NOW: (_("open to objection"), "wait"),
    NO_LONGER: (_("time for objections over"), "plain"),
}
_OF_POLICY = Q(policy_version__policy=OuterRef("policy"))


def validity(version: PolicyVersion, on: dt.date) -> tuple[Text, str]:
    """Whether a version is in force on that day, in words, with the tone."""
    if on < version.effective_from:
        return IN_FORCE[NOT_YET]
    ended = version.effective_to is not None and on > version.effective_to
    return IN_FORCE[NO_LONGER if ended else NOW]


class BureauFilter(django_filters.FilterSet):
    """One installation may serve several bureaus; choosing one shows its own."""

    bureau = django_filters.ModelChoiceFilter(
        label=_("Bureau"),
        field_name="authority",
        queryset=lambda _request: Authority.objects.order_by("code"),
        to_field_name="code",
        empty_label=_("all"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.form.fields["bureau"]
        field.label_from_instance = lambda bureau: pick(bureau.name_zh, bureau.name_en)


def policies(now: Moment) -> ListSpec:
    on = now.on
    return ListSpec(
        model=PolicyVersion,
        columns=(
            Column("policy", _("Policy"), value=policy_title, link=policy_url),
            Column("bureau", _("Bureau"), value=bureau_name),
            Column("document_number", _("Document")),
            Column("version", _("Version")),
            Column("state", _("State"), value=lambda one: validity(one, on)[0], kind="state",
                   tone=lambda one: validity(one, on)[1]),
            Column("effective_from", _("In force from"), kind="day", sort="from"),
            Column("effective_to", _("until"), kind="day"),
        ),
        sorts=(
            Sort("-from", _("In force, newest first"), ("-effective_from",)),
            Sort("from", _("In force, oldest first"), ("effective_from",)),
        ),
        filterset=_policy_filter(now),
        search=_search("policy__title_zh", "policy__title_en", "document_number"),
        search_label=_("Title or document number"),
        related=("policy", "authority"),
        prepare=_without_texts,
        file_name="policies",
        empty_title=_("No policy is published yet"),
        empty_text=_("Policies appear here on the day they are published."),
    )  # fmt: skip


def calls(at: dt.datetime) -> ListSpec:
    return ListSpec(
        model=Call,
        columns=(
            Column("number", _("Number"), link=lambda one: reverse("public:call", args=[one.number])),
            Column("title", _("Call"), value=title_of),
            Column("bureau", _("Bureau"), value=bureau_name),
            Column("state", _("State"), value=lambda one: state_words(one, at)[0], kind="state",
                   tone=lambda one: state_words(one, at)[1]),
            Column("opens_at", _("Opens"), kind="instant"),
            Column("deadline", _("Deadline"), value=last_minute, kind="instant", sort="closes"),
            Column("budget_fen", _("Budget of the call"), value=lambda one: one.budget_fen or None, kind="yuan"),
        ),
        sorts=(
            Sort("-closes", _("Deadline, latest first"), ("-closes_at",)),
            Sort("closes", _("Deadline, earliest first"), ("closes_at",)),
        ),
        filterset=_call_filter(at),
        search=_search("title_zh", "title_en", "number"),
        search_label=_("Title or number"),
        related=("authority",),
        file_name="calls",
        empty_title=_("There is no call yet"),
        empty_text=_("Calls appear here when a bureau opens a policy for applications."),
    )  # fmt: skip


def notices(on: dt.date) -> ListSpec:
    def state(one: Notice) -> tuple[Text, str]:
        return OBJECTIONS[NOW if one.closed_at is None and on <= one.ends_on else NO_LONGER]

    return ListSpec(
        model=Notice,
        columns=(
            Column("title", _("Notice"), value=lambda one: pick(one.title_zh, one.title_en),
                   link=lambda one: reverse("public:notice", args=[one.pk])),
            Column("bureau", _("Bureau"), value=bureau_name),
            Column("state", _("State"), value=lambda one: state(one)[0], kind="state", tone=lambda one: state(one)[1]),
            Column("starts_on", _("From"), kind="day", sort="starts"),
            Column("ends_on", _("Last day for objections"), kind="day"),
        ),
        sorts=(
            Sort("-starts", _("Newest first"), ("-starts_on",)),
            Sort("starts", _("Oldest first"), ("starts_on",)),
        ),
        filterset=_notice_filter(on),
        search=_search("title_zh", "title_en"),
        search_label=_("Title"),
        related=("authority",),
        file_name="notices",
        empty_title=_("There is no notice"),
        empty_text=_("Lists appear here before they are decreed, so that anybody may object."),
    )  # fmt: skip


def decrees() -> ListSpec:
    return ListSpec(
        model=Decree,
        columns=(
            Column("number", _("Document number"), link=lambda one: reverse("public:decree", args=[one.pk])),
            Column("kind", _("Kind"), value=lambda one: one.get_kind_display()),
            Column("policy", _("Policy"), value=lambda one: policy_title(one.round.call.policy_version)),
            Column("bureau", _("Bureau"), value=bureau_name),
            Column("issued_on", _("Issued on"), kind="day", sort="issued"),
            Column("count", _("Awards"), kind="number"),
            Column("total_fen", _("Total"), value=lambda one: one.total_fen or None, kind="yuan"),
        ),
        sorts=(
            Sort("-issued", _("Newest first"), ("-issued_on",)),
            Sort("issued", _("Oldest first"), ("issued_on",)),
        ),
        filterset=BureauFilter,
        search=_search("number"),
        search_label=_("Document number"),
        prepare=lambda found: selectors.decrees().filter(pk__in=found.values("pk")),
        file_name="decrees",
        empty_title=_("There is no decree"),
        empty_text=_("Decrees appear here when they are issued."),
    )


def _search(*fields: str) -> Any:
    def narrowed(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        wanted = Q()
        for field in fields:
            wanted |= Q(**{f"{field}__icontains": text})
        return queryset.filter(wanted)

    return narrowed


def _without_texts(queryset: QuerySet[Any]) -> QuerySet[Any]:
    return queryset.defer(*RULE_TEXTS)


def _policy_filter(now: Moment) -> type[django_filters.FilterSet]:
    on = now.on
    days = {
        NOT_YET: Q(effective_from__gt=on),
        NOW: Q(effective_from__lte=on) & (Q(effective_to__isnull=True) | Q(effective_to__gte=on)),
        NO_LONGER: Q(effective_to__lt=on),
    }

    def by_state(queryset: QuerySet[PolicyVersion], _name: str, value: str) -> QuerySet[PolicyVersion]:
        return queryset.filter(days[value])

    def by_call(queryset: QuerySet[PolicyVersion], _name: str, value: str) -> QuerySet[PolicyVersion]:
        """By what stands of any call of the policy, whichever version it is under."""
        return queryset.filter(Exists(Call.objects.filter(in_state(value, now.at), _OF_POLICY)))

    class PolicyFilter(BureauFilter):
        state = django_filters.ChoiceFilter(
            label=_("State"), choices=_choices(IN_FORCE), empty_label=_("all"), method=by_state
        )
        call = django_filters.ChoiceFilter(
            label=_("Applications"),
            choices=[(CallState.OPEN, _("are taken now")), (CallState.LATER, _("are taken later"))],
            empty_label=_("all"),
            method=by_call,
        )

    return PolicyFilter


def _choices(states: Mapping[str, tuple[Text, str]]) -> list[tuple[str, Text]]:
    return [(name, words) for name, (words, _tone) in states.items()]


def _notice_filter(on: dt.date) -> type[django_filters.FilterSet]:
    open_now = Q(closed_at__isnull=True, ends_on__gte=on)

    def by_state(queryset: QuerySet[Notice], _name: str, value: str) -> QuerySet[Notice]:
        return queryset.filter(open_now if value == NOW else ~open_now)

    class NoticeFilter(BureauFilter):
        state = django_filters.ChoiceFilter(
            label=_("State"), choices=_choices(OBJECTIONS), empty_label=_("all"), method=by_state
        )

    return NoticeFilter


def _call_filter(at: dt.datetime) -> type[django_filters.FilterSet]:
    def by_state(queryset: QuerySet[Call], _name: str, value: str) -> QuerySet[Call]:
        return queryset.filter(in_state(value, at))

    class CallFilter(BureauFilter):
        state = django_filters.ChoiceFilter(
            label=_("State"),
            choices=CallState.choices,
            empty_label=_("all"),
            method=by_state,
        )

    return CallFilter
