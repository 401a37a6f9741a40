from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_filing_order"),
    ]

    operations = [
        migrations.AlterField(
            model_name="case",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("awaiting_acceptance", "awaiting acceptance check"),
                    ("awaiting_correction", "awaiting correction"),
                    ("awaiting_recommendation", "awaiting the township's recommendation"),
                    ("under_review", "under expert review"),
                    ("awaiting_visit", "awaiting the site visit"),
                    ("visit_recorded", "awaiting the second signature on the visit"),
                    ("co_review", "under co-review by departments"),
                    ("amount_check", "awaiting amount check"),
                    ("awaiting_upper", "awaiting the decision of a higher level"),
                    ("awaiting_round", "awaiting its round"),
                    ("awaiting_agreement", "awaiting the company's signature"),
                    ("agreement_signed", "awaiting the bureau's signature"),
                    ("awaiting_account", "awaiting payee account"),
                    ("awaiting_payment", "awaiting payment"),
                    ("awaiting_milestone", "awaiting the company's report on the next part"),
                    ("completion_check", "awaiting the completion check"),
                    ("sample_check", "paid, drawn for a check afterwards"),
                    ("paid", "paid"),
                    ("recognised", "recognised"),
                    ("not_accepted", "not accepted"),
                    ("rejected", "rejected"),
                    ("not_funded", "not funded in its round"),
                    ("withdrawn", "withdrawn"),
                    ("refused_above", "refused by the higher level"),
                    ("declined", "offer declined"),
                    ("lapsed", "lapsed"),
                    ("irregular", "found irregular after payment"),
                    ("revoked", "award revoked"),
                ],
                max_length=24,
                verbose_name="state",
            ),
        ),
    ]
