"""What a pack is once it is read, checked and lowered. Everything is frozen; nothing here computes a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from policies.language.core import Core
from policies.language.findings import Position, Text
from policies.language.lowered import ListShape, Lowered, Num
from policies.language.recognition import RecognitionDef
from policies.language.terms import FundingSplit, Guarantee, Instalment, Recovery, Redundant, Stacking
from policies.language.typed import Symbol, Type, Typed


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a closed list."""

    value: str
    text: Text


@dataclass(frozen=True, slots=True)
class FactDef:
    """A fact that the pack asks for.

    `kind` is money (minor units of `currency`), count, rate (a share; `decimals` digits kept), number (`decimals`
    digits, in `unit`), date, yes_no, choice, text. `source` is where it comes from (`from:` in the file), `asks` who
    is asked when it is unknown, `minimum` and `maximum` bound the integer held (day number for dates). `fresh_within`
    (months, days) says how old a value may be on the deciding day; an older one counts as unknown.
    """

    name: str
    kind: str
    text: Text
    source: str
    currency: str = ""
    decimals: int = 0
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    optional: bool = False
    help: Text | None = None
    asks: str = ""
    proof: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = 0
    section: str | None = None
    may_change: bool = True
    fresh_within: tuple[int, int] | None = None
    at: Position = field(default=Position("", 1, 1), compare=False)

    @property
    def type(self) -> Type:
        """The type of the fact in expressions."""
        dim = self.currency if self.kind == "money" else self.unit
        return Type(self.kind, dim, tuple(choice.value for choice in self.choices))


@dataclass(frozen=True, slots=True)
class RecordDef:
    """A list of records keyed by `key`: at most `max_length` of them, each with `fields`.

    `asks`, `help`, `proof` and `fresh_within` are those of a fact; a record's age is that of the record, not of its list.
    """

    name: str
    key: str
    text: Text
    source: str
    max_length: int
    fields: Mapping[str, FactDef]
    asks: str = ""
    help: Text | None = None
    proof: tuple[str, ...] = ()
    fresh_within: tuple[int, int] | None = None
    at: Position = field(default=Position("", 1, 1), compare=False)


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A value from a day on (None: always)."""

    since: date | None
    value: Typed


@dataclass(frozen=True, slots=True)
class ParameterDef:
    """A number of the policy: one value, or values that follow `decides_on`."""

    name: str
    values: tuple[DatedValue, ...]
    clause: str
    text: Text
    certainty: str
    source: Text
    type: Type
    at: Position = field(default=Position("", 1, 1), compare=False)


@dataclass(frozen=True, slots=True)
class Definition:
    """A named intermediate value."""

    name: str
    text: Text
    value: Typed
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """One line of a table: `written` as in the file, up to `high` (None: no end; `closed`: the end belongs)."""

    written: str
    low: Typed | None
    low_closed: bool
    high: Typed | None
    high_closed: bool
    value: Typed


@dataclass(frozen=True, slots=True)
class TableOption:
    """An operand with its bands."""

    id: str
    of: Typed
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class TableDef:
    """A banded value, or the best of several (`best`)."""

    name: str
    text: Text
    clause: str
    options: tuple[TableOption, ...]
    best: bool
    type: Type


@dataclass(frozen=True, slots=True)
class TableCore:
    """A table lowered: for each option its operand, the node "within this band or an earlier one" per band, value."""

    operands: tuple[Num, ...]
    reached: tuple[tuple[Core, ...], ...]
    values: tuple[Num, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One requirement with a line of its own: its clause, text, certainty, source and condition."""

    id: str
    clause: str
    text: Text
    certainty: str
    source: Text
    when: Typed
    core: Core


@dataclass(frozen=True, slots=True)
class Group:
    """all_of, any_of, not (one child) or at_least (`least` of the children)."""

    kind: str
    children: tuple[Criterion, ...]
    least: int
    core: Core
    text: Text | None = None


Criterion = Leaf | Group


@dataclass(frozen=True, slots=True)
class Tier:
    """A grade: what it requires, and its settings by name."""

    id: str
    text: Text
    requires: Criterion
    settings: Mapping[str, Typed]


@dataclass(frozen=True, slots=True)
class AmountDef:
    """What is paid: the formula, how it is rounded (`unit` in minor units), and the clause that says so."""

    formula: Typed
    rounding: str
    unit: int
    clause: str
    text: Text
    certainty: str
    source: Text


class Memo(dict[str, object]):
    """What a reading of a program has compiled, by the name of the reading: made when first needed, never copied."""

    def __reduce__(self) -> tuple[type[Memo], tuple[()]]:
        """Return an empty one to copies and pickles: compiled code belongs to the program that it was made from."""
        return (Memo, ())


@dataclass(frozen=True, slots=True)
class Program:
    """One decision of a pack (the first, or a stage): its criteria, and the core that decide reads."""

    stage: str | None
    title: Text
    decides_on: str
    facts: Mapping[str, FactDef]
    symbols: Mapping[str, Symbol]
    names: Mapping[str, Lowered]
    tables: Mapping[str, TableCore]
    lists: Mapping[str, ListShape]
    lets: tuple[Core, ...]
    vetoes: tuple[Leaf, ...]
    eligibility: Criterion | None
    tiers: tuple[Tier, ...]
    amount: AmountDef | None
    eligible_core: Core
    tier_core: Core
    amount_core: Core | None
    after: str = ""
    repeats: int = 1
    until: date | None = None
    at: Position = field(default=Position("", 1, 1), compare=False)
    # Not an argument, so that a program changed by `replace` starts without what was compiled from the old one.
    memo: Memo = field(default_factory=Memo, init=False, compare=False, repr=False)

    def leaves(self) -> tuple[Leaf, ...]:
        """Return every leaf: vetoes, eligibility, tiers, in the order of the file."""
        found: list[Leaf] = list(self.vetoes)
        stack: list[Criterion] = [tier.requires for tier in reversed(self.tiers)]
        if self.eligibility is not None:
            stack.append(self.eligibility)
        while stack:
            node = stack.pop()
            if isinstance(node, Leaf):
                found.append(node)
            else:
                stack.extend(reversed(node.children))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of source.md: its number, heading and text."""

    number: str
    heading: Text
    text: Text
    line: int


@dataclass(frozen=True, slots=True)
class Undertaking:
    """What the recipient must do or keep; `due` is a day of each year (MM-DD) or a span ("3 months").

    A span runs from the award, or from an event that the recipient must report (`after` is event). A day of the year
    returns for `years` years (0: not written). `ground` names the ground of recovery that a breach gives.
    """

    id: str
    due: str
    text: Text
    breach: str
    clause: str = ""
    years: int = 0
    after: str = "award"
    ground: str = ""


@dataclass(frozen=True, slots=True)
class ManualClause:
    """A clause that people judge, so that none is silently left out."""

    clause: str
    text: Text
    by: str


@dataclass(frozen=True, slots=True)
class DocumentDef:
    """A paper to file: always (`required`), when a condition holds (`when`), or if one likes (neither)."""

    id: str
    text: Text
    required: bool
    when: Typed | None = None
    core: Core | None = None


@dataclass(frozen=True, slots=True)
class RubricItem:
    """One line of the experts' sheet: from 0 to `max_points` are given, and count for up to `weight` of the total.

    With `facts` the points are given fact by fact, each within its own range, and `max_points` caps their sum.
    """

    id: str
    text: Text
    max_points: int
    weight: int
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Least:
    """How many seats at least go to experts of one branch: `percent` of the seats, or `count` of them."""

    branch: str
    percent: int = 0
    count: int = 0

    def of(self, seats: int) -> int:
        """The least number among that many seats; a share is rounded up."""
        return max(self.count, -(-self.percent * seats // 100))


@dataclass(frozen=True, slots=True)
class PanelDef:
    """The expert panel: seats, how many must have scored, the sheet, and the mean mark needed.

    `composition` says who must sit on it, `field` which choice of the application its technical experts must be of.
    A total that is more than `outlier` points from the median is flagged; `drop` of the highest and of the lowest
    totals do not count. Experts see, of what can name the applicant (documents, facts of text), only what `shows`
    lists. `facts` are counted by the experts beside the points. `days` are working days to score.
    """

    seats: int
    quorum: int
    rubric: tuple[RubricItem, ...]
    pass_mark: int
    composition: tuple[Least, ...] = ()
    field: str = ""
    outlier: int = 20
    drop: int = 0
    shows: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    days: int = 10


@dataclass(frozen=True, slots=True)
class ApprovalLevel:
    """Who approves amounts up to `up_to` minor units (None: any)."""

    up_to: int | None
    by: str


@dataclass(frozen=True, slots=True)
class FilingDef:
    """Who may file, and for how many working days after the window a draft that was begun within it may be filed.

    `applicants` are kinds of applicants (company, branch); with `registered_here` only those that are registered in
    the bureau's district, since whenever that was: a company that has moved in belongs to them, one that has left not.
    """

    applicants: tuple[str, ...] = ("company",)
    registered_here: bool = False
    draft_grace_days: int = 0


@dataclass(frozen=True, slots=True)
class RouteDef:
    """How a case travels; days are working days.

    `co_review` names the departments that are asked, `upper` the level that decides where the bureau only recommends.
    `announcement_days` are the calendar days after which a letter that was announced publicly counts as served,
    `confirmation_days` the working days from service of the award within which its payee account is confirmed.
    """

    kind: str
    acceptance_days: int
    correction_days: int
    panel: PanelDef | None
    co_review: tuple[str, ...]
    approval: tuple[ApprovalLevel, ...]
    filing: FilingDef = FilingDef()
    recommendation: bool = False
    visit: bool = False
    upper: str | None = None
    announcement_days: int | None = None
    confirmation_days: int | None = None


@dataclass(frozen=True, slots=True)
class NoticeDef:
    """The public notice: working days, whether the first day counts, what it shows, what it masks."""

    days: int
    count: str
    fields: tuple[str, ...]
    mask: str


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """The official paper: its number, who issued it, and the fair-competition review if there was one."""

    number: str
    issuers: tuple[str, ...]
    fair_competition_review: str | None


@dataclass(frozen=True, slots=True)
class AllocationDef:
    """How a round shares its budget: mode ranked, pro_rata or first_come; `ties` says who goes first at equal rank."""

    mode: str
    ties: str
    clause: str


@dataclass(frozen=True, slots=True)
class Pack:
    """One version of a policy, immutable. `decimals` is the currency's; `effective_to` is the last day, inclusive."""

    code: str
    version: str
    title: Text
    currency: str
    decimals: int
    fiscal_year_start: tuple[int, int]
    effective_from: date
    effective_to: date | None
    decides_on: str
    sections: Mapping[str, Text]
    facts: Mapping[str, FactDef]
    records: Mapping[str, RecordDef]
    parameters: Mapping[str, ParameterDef]
    definitions: Mapping[str, Definition]
    tables: Mapping[str, TableDef]
    program: Program
    stages: Mapping[str, Program]
    clauses: tuple[Clause, ...]
    undertakings: tuple[Undertaking, ...]
    manual: tuple[ManualClause, ...]
    documents: tuple[DocumentDef, ...]
    route: RouteDef
    notice: NoticeDef | None
    no_notice_reason: str | None
    allocation: AllocationDef | None
    document: DocumentNumber
    content_hash: str
    assumed_clauses: tuple[str, ...]
    instalments: tuple[Instalment, ...] = ()
    funding_split: FundingSplit | None = None
    stacking: tuple[Stacking, ...] = ()
    recovery: tuple[Recovery, ...] = ()
    guarantees: tuple[Guarantee, ...] = ()
    redundant: tuple[Redundant, ...] = ()
    recognition: RecognitionDef | None = None
    negative_rounds: tuple[Position, ...] = field(compare=False, default=())
    clause_uses: tuple[tuple[str, Position], ...] = field(compare=False, default=())

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The tiers of the first decision."""
        return self.program.tiers

    @property
    def amount(self) -> AmountDef | None:
        """The amount of the first decision."""
        return self.program.amount

    @property
    def vetoes(self) -> tuple[Leaf, ...]:
        """The vetoes of the first decision."""
        return self.program.vetoes

    @property
    def illustrative(self) -> bool:
        """Whether any clause, parameter or amount is assumed: every page and letter must then say so."""
        return bool(self.assumed_clauses)

    def leaves(self) -> tuple[Leaf, ...]:
        """Return every leaf of the first decision and of the stages, each once (a veto holds in all)."""
        found = {leaf.id: leaf for stage in self.stages.values() for leaf in stage.leaves()}
        first = {leaf.id: leaf for leaf in self.program.leaves()}
        return (*first.values(), *(leaf for name, leaf in found.items() if name not in first))

    def program_of(self, stage: str | None) -> Program:
        """Return the first decision (None) or a stage; raises KeyError with the stages there are."""
        if stage is None:
            return self.program
        if stage not in self.stages:
            raise KeyError(f"{self.code}@{self.version} has no stage {stage!r}; it has {sorted(self.stages)}")
        return self.stages[stage]
