"""Each invariant sees the fault that it is there for: planted by raw SQL, with what would refuse it taken away."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from subsidy.ledger.invariants import NAMES, meanings, violations
from subsidy.management.base import Findings
from subsidy.payouts.models import Batch
from tests.subsidy.payouts.bank import answered, ids, imported, obligated
from tests.world import World

LEG = (
    "INSERT INTO ledger_leg (transaction_id, book, currency, line_id, budget_account, amount) "
    "SELECT t.id, 'budget', 'CNY', (SELECT min(id) FROM ledger_budgetline), '{account}', {fen} "
    "FROM ledger_transaction t WHERE t.kind = 'appropriate' LIMIT 1"
)
FAULTS: dict[str, list[str]] = {
    "I1": ["ALTER TABLE ledger_leg DISABLE TRIGGER USER", LEG.format(account="available", fen=5)],
    "I2": [LEG.format(account="available", fen=-(10**15)), LEG.format(account="lapsed", fen=10**15)],
    "I3": [
        "ALTER TABLE ledger_budgetline DROP CONSTRAINT budget_adds_up",
        "UPDATE ledger_budgetline SET spent = spent + 1",
    ],
    "I4": ["UPDATE ledger_cashaccount SET balance = balance - 1 WHERE kind = 'bank'"],
    "I5": [
        "DROP INDEX one_live_payment",
        "UPDATE payouts_batchline SET state = 'accepted' WHERE state IN ('withdrawn', 'refused')",
    ],
    "I6": [
        "ALTER TABLE payouts_exportfile DISABLE TRIGGER USER",
        "UPDATE payouts_exportfile SET content = content || 'x'::bytea",
    ],
    "I7": ["UPDATE payouts_batchline SET state = 'settled' WHERE state = 'refused'"],
    "I8": [
        "ALTER TABLE payouts_answer DISABLE TRIGGER USER",
        "UPDATE payouts_answer SET bank_fen = bank_fen + 1 WHERE effect = 'settled'",
    ],
    "I9": [
        "ALTER TABLE decisions_award DISABLE TRIGGER USER",
        "UPDATE decisions_award SET amount_fen = amount_fen + 1",
    ],
    "I10": ["ALTER TABLE audit_event DISABLE TRIGGER audit_event_append_only"],
    "I11": [
        "ALTER TABLE payouts_batch DROP CONSTRAINT releaser_is_third",
        "UPDATE payouts_batch SET released_by_id = checked_by_id WHERE released_by_id IS NOT NULL",
    ],
    "I12": [
        "ALTER TABLE applicants_payeeaccount DISABLE TRIGGER USER",
        "UPDATE applicants_payeeaccount SET account_number = account_number || '0'",
    ],
}


def planted(name: str) -> list[str]:
    """What `ledger check` finds of one planted fault; the fault is taken back."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in FAULTS[name]:
                cursor.execute(statement)
                assert statement.startswith(("ALTER", "DROP")) or cursor.rowcount > 0, statement
        found = [str(one) for one in violations([name])]
        out = io.StringIO()
        with pytest.raises(Findings) as refused:
            call_command("ledger", "check", stdout=out)
        assert refused.value.returncode == 1
        assert all(line.partition(" ")[2] in out.getvalue() for line in found)
        transaction.set_rollback(True)
    return found


def test_each_invariant_sees_its_fault(world: World) -> None:
    cases = obligated(world, 2)
    returned = world.batch(cases)
    world.act("batch", returned, "give_up", "finance2", data={"reason": "付款日期不对"})
    batch = world.released(cases)
    refused = ids(batch)[1]
    for document in answered(batch, world, reject={refused: "AC01"}):
        imported(world, document.content)
    with connection.cursor() as cursor:
        # What waits for the commit is looked at now, else the tables could not be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    assert list(violations()) == []
    call_command("ledger", "check", stdout=io.StringIO())
    assert set(FAULTS) == set(NAMES) == set(meanings())
    for name in NAMES:
        assert planted(name), f"{name} does not see its fault"
    assert list(violations()) == []
    assert Batch.objects.get(pk=batch.pk).export_file.sha256


@pytest.mark.django_db
def test_the_check_of_empty_books_holds_and_speaks_json() -> None:
    out = io.StringIO()
    call_command("ledger", "check", "--json", stdout=out)
    assert out.getvalue().strip() == "[]"
