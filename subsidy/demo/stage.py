"""The stage of the seeded story: a bureau, its people, and acts through the door, each done once whatever happens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from policies.language import Pack
from policies.language.panel import lines
from subsidy.accounts.models import Authority, User
from subsidy.accounts.services import system_actor
from subsidy.applicants.models import Company
from subsidy.audit.moment import ZONE, Moment
from subsidy.calendars.clock import business_now
from subsidy.cases.models import Case
from subsidy.demo.accounts import People
from subsidy.demo.district import GeneratedCompany
from subsidy.demo.facts import known_facts_for, officer_facts_for
from subsidy.demo.papers import paper
from subsidy.reviews.enums import SeatState
from subsidy.work.models import Hand
from workflows.case.jobs import issue_letter
from workflows.common import door
from workflows.common.turn import Origin

PREFIX = "seed:"


@dataclass(frozen=True, slots=True)
class Actors:
    """A company with the user name of the one who files for it."""

    generated: GeneratedCompany
    username: str

    @property
    def key(self) -> str:
        return self.generated.uscc


class Stage:
    """One bureau with its people, on which the story is played at the dates of the time.

    Every act has a natural key; those that an earlier run has done are passed over without being sent again, because
    people may have moved the matters on since.
    """

    def __init__(self, authority: Authority, people: People, *, prefix: str = "") -> None:
        self.authority, self.people, self.prefix = authority, people, prefix
        rows = Hand.objects.filter(authority=authority, key__startswith=PREFIX)
        self._done: dict[str, int] = dict(rows.values_list("key", "subject_id"))
        self._real = business_now().real

    def moment(self, day: dt.date, hour: int = 9, minute: int = 0) -> Moment:
        return Moment(at=dt.datetime.combine(day, dt.time(hour, minute), tzinfo=ZONE), real=self._real)

    def has(self, name: str) -> bool:
        """Whether the act of that name was done in this or an earlier run."""
        return self._key(name) in self._done

    def act(
        self,
        name: str,
        kind: str,
        subject_id: int,
        action: str,
        who: str,
        now: Moment,
        data: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        origin: Origin | None = None,
    ) -> bool:
        """Do an act once; returns whether it was done now. Raises Refused as the door does."""
        key = self._key(name)
        if key in self._done:
            return False
        door.perform(
            kind,
            subject_id,
            action,
            actor=self.user(who),
            now=now,
            key=key,
            data=data,
            files=files,
            origin=origin or Origin(surface="command"),
        )
        self._done[key] = subject_id
        return True

    def id_of(self, name: str) -> int:
        """The matter of the act of that name, which was done (KeyError when it was not)."""
        return self._done[self._key(name)]

    def open(
        self,
        name: str,
        kind: str,
        action: str,
        who: str,
        now: Moment,
        data: Mapping[str, Any],
        files: Mapping[str, Any] | None = None,
        origin: Origin | None = None,
    ) -> int:
        """Make a matter once; returns its id."""
        key = self._key(name)
        if key not in self._done:
            outcome = door.open_matter(
                kind,
                action,
                actor=self.user(who),
                now=now,
                key=key,
                authority_id=self.authority.pk,
                data=data,
                files=files,
                origin=origin or Origin(surface="command"),
            )
            self._done[key] = outcome.subject_id
        return self._done[key]

    def user(self, who: str) -> User:
        """A person by user name; officers of a second bureau bear its prefix."""
        if who.startswith("system:"):
            return system_actor(who)
        if who.startswith("company"):
            return self.people[who]
        return self.people[self.prefix + who]

    def _key(self, name: str) -> str:
        return f"{PREFIX}{self.authority.code}:{name}"

    # --- companies -----------------------------------------------------------------------------------------------

    def company(self, generated: GeneratedCompany, now: Moment) -> Company:
        """Register a company as the counter does; its name as it is now."""
        pk = self.open(
            f"company:{generated.uscc}",
            "company",
            "register",
            "counter",
            now,
            {
                "uscc": generated.uscc,
                "name": generated.name,
                "region": generated.region,
                "industry": generated.industry,
                "founded_on": generated.founded_on.isoformat(),
                "contact_name": generated.contact.name,
                "contact_phone": generated.contact.telephone,
            },
        )
        return Company(pk=pk, authority=self.authority, name=generated.name)

    def know(self, company: Company, generated: GeneratedCompany, pack: Pack, filed_on: dt.date, now: Moment) -> None:
        """Enter what registry, tax office, register and officers hold, a source and day at a time."""
        gathered: dict[tuple[str, dt.date], list[dict[str, Any]]] = {}
        for fact in known_facts_for(generated, pack, filed_on=filed_on):
            rows = gathered.setdefault((fact.source, fact.as_of), [])
            rows.append({"name": fact.name, "kind": pack.facts[fact.name].kind, "value": fact.value})
        for name, value in officer_facts_for(generated, pack, filed_on=filed_on).items():
            rows = gathered.setdefault(("officer", filed_on.replace(day=1)), [])
            rows.append({"name": name, "kind": pack.facts[name].kind, "value": value})
        for (source, as_of), facts in gathered.items():
            self.act(
                f"facts:{generated.uscc}:{source}:{as_of}",
                "company",
                company.pk,
                "keep_facts",
                "counter",
                now,
                {"source": source, "as_of": as_of.isoformat(), "facts": facts},
            )

    # --- cases ---------------------------------------------------------------------------------------------------

    def draft(self, actors: Actors, company: Company, call_id: int, now: Moment) -> int:
        return self.open(
            f"case:{actors.key}:{call_id}",
            "case",
            "open",
            actors.username,
            now,
            {"call": call_id, "company": company.pk},
        )

    def fill(self, actors: Actors, case_id: int, pack: Pack, answers: Mapping[str, Any], now: Moment) -> None:
        """Answer every question and add every document that is asked for in any event."""
        self.case_act(actors, case_id, "save_answers", actors.username, now, answers)
        for document in pack.documents:
            if document.required or (document.when is not None and answers.get("valuation")):
                self.attach(actors, case_id, document.id, document.text.zh, now)

    def attach(self, actors: Actors, case_id: int, slot: str, title: str, now: Moment, *, again: str = "") -> None:
        if self.has(f"{actors.key}:{case_id}:attach:{slot}{again}"):
            return
        upload = SimpleUploadedFile(f"{title}.pdf", paper(title), content_type="application/pdf")
        self.case_act(
            actors,
            case_id,
            "attach",
            actors.username,
            now,
            {"slot": slot},
            files={"file": upload},
            step=f":{slot}{again}",
        )

    def case_act(
        self,
        actors: Actors,
        case_id: int,
        action: str,
        who: str,
        now: Moment,
        data: Mapping[str, Any] | None = None,
        *,
        files: Mapping[str, Any] | None = None,
        step: str = "",
    ) -> bool:
        return self.act(f"{actors.key}:{case_id}:{action}{step}", "case", case_id, action, who, now, data, files)

    def submit(self, actors: Actors, case_id: int, now: Moment) -> None:
        self.case_act(actors, case_id, "submit", actors.username, now, {"declaration": True})
        self.letter(case_id, "receipt", now)

    def score(
        self, actors: Actors, case_id: int, pack: Pack, now: Moment, *, base: int, seats: int | None = None
    ) -> None:
        """The experts of the panel score, each in their own way; `seats` of them, or all. `base` is in percent."""
        panel = Case.objects.get(pk=case_id).panels.order_by("-id").first()
        if panel is None:
            raise ValueError(f"case {case_id} has no panel; it must be accepted before it is scored")
        taken = panel.seats.filter(state=SeatState.SEATED).select_related("expert").order_by("position")[:seats]
        for seat in taken:
            share = min(100, base + (seat.position * 7 + case_id * 3) % 9 - 4)
            given = {line.name: line.most * share // 100 for line in lines(pack)}
            points = {f"points_{name}": value for name, value in given.items()}
            why = {f"comment_{line.name}": WHY for line in lines(pack) if line.is_extreme(given[line.name])}
            self.case_act(
                actors,
                case_id,
                "score",
                seat.expert.username,
                now,
                {**points, **why, "comment": COMMENTS[(seat.position + case_id) % len(COMMENTS)], "no_conflict": True},
                step=f":{seat.expert.username}",
            )

    def letter(self, case_id: int, kind: str, now: Moment) -> None:
        """Issue a letter on the day on which it was due; the job that waits for it finds it done."""
        issue_letter(case_id, kind, now=now)


WHY = "见总体意见。"
COMMENTS = (
    "技术路线清晰，自主知识产权较为完整，建议支持。",
    "成长性较好，研发团队稳定；建议持续关注毛利率变化。",
    "对本区产业链有带动作用，材料完整，数据前后一致。",
    "研发投入强度高，产品已有规模化订单。",
    "市场竞争激烈，但核心指标领先，同意奖补。",
)
