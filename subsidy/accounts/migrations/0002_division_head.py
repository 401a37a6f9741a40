from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="rolegrant",
            name="role",
            field=models.CharField(
                choices=[
                    ("counter", "counter clerk"),
                    ("acceptance", "acceptance officer"),
                    ("expert", "expert"),
                    ("amount", "amount checker"),
                    ("township", "township recommender"),
                    ("department", "co-reviewing department"),
                    ("division_head", "head of the division"),
                    ("leader", "leader"),
                    ("notice", "notice officer"),
                    ("supervision", "supervision officer"),
                    ("finance_prepare", "finance, prepares"),
                    ("finance_check", "finance, checks"),
                    ("finance_release", "finance, releases"),
                    ("policy_author", "policy author"),
                    ("legal_reviewer", "legal reviewer"),
                    ("policy_publisher", "policy publisher"),
                    ("auditor", "auditor"),
                    ("system_admin", "system administrator"),
                    ("security_admin", "security administrator"),
                    ("audit_admin", "audit administrator"),
                ],
                max_length=20,
            ),
        ),
    ]
