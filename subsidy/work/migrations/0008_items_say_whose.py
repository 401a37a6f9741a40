from django.db import migrations

from subsidy.audit.append_only import append_only

# Open items of cases say of which call, company and township they are, as new ones do.
_FILL = """
UPDATE work_workitem item
SET call_id = filed.call_id, applicant_id = filed.company_id, township_id = company.township_id,
    filed_on = coalesce((filed.submitted_at AT TIME ZONE 'Asia/Shanghai')::date, '9999-12-31')
FROM cases_case filed JOIN applicants_company company ON company.id = filed.company_id
WHERE item.subject_kind = 'case' AND item.subject_id = filed.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0007_queue_of_lists"),
        ("cases", "0004_states_of_every_route"),
        ("applicants", "0006_township"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        append_only("work_assignment"),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
    ]
