import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("applicants", "0005_successions_taken_back"),
    ]

    operations = [
        migrations.AddField(
            model_name="company",
            name="township",
            field=models.ForeignKey(
                blank=True,
                help_text="the township or platform that recommends it",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.unit",
                verbose_name="township",
            ),
        ),
    ]
