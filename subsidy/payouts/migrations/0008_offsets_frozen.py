from django.db import migrations

from subsidy.audit.append_only import append_only

COLUMNS = ["batch_id", "row", "instalment_id", "key", "end_to_end_id", "amount_fen", "payee_name", "account_number"]


def frozen(columns: list[str]) -> str:
    watched = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
    return f"""
DROP TRIGGER payouts_batchline_frozen ON payouts_batchline;
CREATE TRIGGER payouts_batchline_frozen BEFORE UPDATE ON payouts_batchline
    FOR EACH ROW WHEN ({watched}) EXECUTE FUNCTION subsidy_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0007_offsets")]

    operations = [
        append_only("payouts_lineoffset"),
        migrations.RunSQL(frozen([*COLUMNS, "offset_fen"]), frozen(COLUMNS)),
    ]
