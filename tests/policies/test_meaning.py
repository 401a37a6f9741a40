"""Random expressions: the core gives what exact fractions give, and intervals contain it when facts are unknown."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from policies.language import ABSENT, Pack, PolicyError, decide
from tests.policies.expressions import FACTS, Written, condition, money
from tests.policies.packs import pack_of

# Without shrinking: every step parses a pack, and the expressions are short enough to read.
CALM = settings(
    max_examples=100,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
companies = st.fixed_dictionaries(
    {
        "a": st.integers(0, 10**10),
        "b": st.integers(100, 10**10),
        "n": st.integers(0, 100),
        "r": st.integers(0, 1000).map(lambda x: Decimal(x) / 1000),
        "p": st.booleans(),
        "q": st.booleans(),
        "o": st.one_of(st.none(), st.integers(0, 10**10)),
    }
)


def accepted(when: Written, formula: Written) -> Pack:
    """Return the pack of these expressions; gives up on those beyond the language's limits."""
    try:
        return pack_of(facts=FACTS, when=f'"{when.text}"', formula=f"max(0元, {formula.text})", rounding="down to 3分")
    except PolicyError as error:
        assume(error.findings[0].code not in ("LIMIT", "RANGE"))
        raise


@given(when=condition(2), formula=money(3), company=companies, hidden=st.sets(st.sampled_from("abnrpqo")))
@CALM
def test_the_core_means_what_is_written(
    when: Written, formula: Written, company: dict[str, Any], hidden: set[str]
) -> None:
    pack = accepted(when, formula)
    met = bool(when.meaning(company))
    owed = floor(max(Fraction(0), formula.meaning(company)) / 3) * 3 if met else 0
    facts = {name: ABSENT if value is None else value for name, value in company.items()}
    decision = decide(pack, facts)
    assert (decision.outcome, decision.amount) == ("met" if met else "not_met", owed)
    partly = decide(pack, {name: value for name, value in facts.items() if name not in hidden})
    assert partly.outcome in (decision.outcome, "unknown")
    low, high = partly.amount_range or (partly.amount, partly.amount)
    assert low is not None and high is not None and low <= owed <= high
