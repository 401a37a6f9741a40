import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_people_through_the_door"),
    ]

    operations = [
        migrations.AddField(
            model_name="rolegrant",
            name="source",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lent",
                to="accounts.rolegrant",
            ),
        ),
        migrations.AddField(
            model_name="rolegrant",
            name="reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=500),
        ),
        migrations.AddField(
            model_name="rolegrant",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.CheckConstraint(
                condition=Q(("source__isnull", True), ("valid_to__isnull", False), _connector="OR"),
                name="delegation_has_an_end",
            ),
        ),
    ]
