"""What experts drawn by lot said and scored stays as they sealed it."""

from django.db import migrations

from subsidy.audit.append_only import append_only, frozen_columns

SEALED = """
CREATE TRIGGER reviews_seat_sealed BEFORE UPDATE ON reviews_seat
    FOR EACH ROW WHEN (OLD.scored_at IS NOT NULL AND (OLD.total, OLD.seal, OLD.salt, OLD.comment, OLD.scored_at)
        IS DISTINCT FROM (NEW.total, NEW.seal, NEW.salt, NEW.comment, NEW.scored_at))
    EXECUTE FUNCTION subsidy_refuse_change();
CREATE TRIGGER reviews_seat_no_delete BEFORE DELETE ON reviews_seat
    FOR EACH STATEMENT EXECUTE FUNCTION subsidy_refuse_change();
"""
UNSEALED = """
DROP TRIGGER reviews_seat_sealed ON reviews_seat;
DROP TRIGGER reviews_seat_no_delete ON reviews_seat;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0001_initial"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        append_only("reviews_opinion"),
        append_only("reviews_draw"),
        append_only("reviews_score"),
        migrations.RunSQL(SEALED, UNSEALED),
        frozen_columns("reviews_visit", ["case_id", "visited_on", "place", "met", "findings", "favourable", "recorded_by_id"]),
        frozen_columns("reviews_expertlink", ["profile_id", "kind", "uscc", "valid_from", "said_by", "recorded_at"]),
        frozen_columns("reviews_panelvalue", ["panel_id", "name", "integer", "as_of"]),
    ]
