"""What was sent and served is evidence; a message keeps its words, a letter its bytes."""

from django.db import migrations

from subsidy.audit.append_only import append_only, frozen_columns


class Migration(migrations.Migration):
    dependencies = [
        ("correspondence", "0001_initial"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        frozen_columns("correspondence_letter", ["content", "sha256", "number", "kind"]),
        append_only("correspondence_serving"),
        append_only("correspondence_announcement"),
        append_only("correspondence_casemessage"),
        frozen_columns(
            "correspondence_notification", ["recipient_id", "words", "params", "subject_kind", "subject_id", "seq"]
        ),
        frozen_columns("correspondence_mailout", ["key", "recipient_id"]),
    ]
