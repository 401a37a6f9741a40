import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from subsidy.audit.append_only import append_only, frozen_columns


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_people_through_the_door'),
        ('cases', '0005_lists_of_records'),
        ('decisions', '0003_proposals_and_parts'),
        ('programmes', '0004_outages_of_calls'),
        ('viewflow', '0015_task_scheduled'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AwardChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before_fen', models.BigIntegerField()),
                ('after_fen', models.BigIntegerField(help_text='0: revoked')),
                ('name_before', models.CharField(max_length=140)),
                ('name_after', models.CharField(max_length=140)),
                ('reason', models.CharField(max_length=500)),
                ('count', models.PositiveIntegerField(help_text='awards of the corrected decree that stand after it')),
                ('total_fen', models.BigIntegerField(help_text='their total')),
            ],
            options={
                'verbose_name': 'change of an award',
                'verbose_name_plural': 'changes of awards',
            },
        ),
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(max_length=20)),
                ('minute_number', models.CharField(max_length=60, verbose_name='number of the minute')),
                ('statement', models.TextField()),
                ('members', models.PositiveSmallIntegerField(help_text='how many the meeting has')),
                ('quorum', models.PositiveSmallIntegerField()),
                ('present', models.JSONField(help_text='names of those present')),
                ('rows_text', models.TextField(help_text='canonical JSON')),
                ('rows_hash', models.CharField(max_length=64)),
                ('decided_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'meeting',
                'verbose_name_plural': 'meetings',
            },
        ),
        migrations.CreateModel(
            name='NoticeEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('name_corrected', 'name corrected'), ('held', 'held'), ('freed', 'no longer held'), ('struck', 'struck from the list'), ('withdrawn', 'withdrawn by the company')], max_length=20)),
                ('rank', models.PositiveIntegerField()),
                ('name', models.CharField(help_text='as the list had it', max_length=140)),
                ('name_after', models.CharField(blank=True, max_length=140)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('count', models.PositiveIntegerField()),
                ('total_fen', models.BigIntegerField()),
                ('list_text', models.TextField(help_text='canonical JSON of the masked rows as they stand now')),
                ('list_hash', models.CharField(max_length=64)),
                ('appended_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'line appended to a notice',
                'verbose_name_plural': 'lines appended to notices',
                'ordering': ['notice', 'position'],
            },
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('head_seq', models.PositiveIntegerField(default=0, editable=False)),
                ('head_hash', models.BinaryField(default=b'\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00', max_length=32)),
                ('route', models.CharField(editable=False, max_length=30)),
                ('route_version', models.PositiveSmallIntegerField(editable=False)),
                ('number', models.CharField(max_length=40, unique=True, verbose_name='number')),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('open', 'awaiting decision'), ('dismissed', 'dismissed'), ('upheld', 'upheld')], max_length=20, verbose_name='state')),
                ('objector_kind', models.CharField(choices=[('person', 'a person'), ('unit', 'a unit (company, institution)')], max_length=10)),
                ('grounds', models.TextField(verbose_name='grounds')),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('reasons', models.TextField(blank=True, verbose_name='reasons of the decision')),
                ('consequence', models.CharField(blank=True, choices=[('rejected', 'the application is rejected'), ('amount_check', 'the amount is checked again')], max_length=20)),
            ],
            options={
                'verbose_name': 'objection',
                'verbose_name_plural': 'objections',
            },
        ),
        migrations.RemoveConstraint(
            model_name='round',
            name='one_open_round_per_call',
        ),
        migrations.RemoveConstraint(
            model_name='roundrow',
            name='case_live_in_one_round',
        ),
        migrations.AddField(
            model_name='decree',
            name='corrects',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='decisions.decree'),
        ),
        migrations.AddField(
            model_name='decree',
            name='kind',
            field=models.CharField(choices=[('main', 'decree'), ('supplementary', 'supplementary decree'), ('corrigendum', 'corrigendum'), ('revocation', 'revocation')], default='main', max_length=20),
        ),
        migrations.AddField(
            model_name='roundrow',
            name='computed_fen',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='roundrow',
            name='level',
            field=models.CharField(blank=True, help_text='who must approve it, by its amount', max_length=20),
        ),
        migrations.AddField(
            model_name='roundrow',
            name='name',
            field=models.CharField(blank=True, max_length=140),
        ),
        migrations.AlterField(
            model_name='decree',
            name='round',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decrees', to='decisions.round'),
        ),
        migrations.AlterField(
            model_name='round',
            name='state',
            field=models.CharField(choices=[('collecting', 'collecting'), ('awaiting_division', 'awaiting the division head'), ('awaiting_meeting', 'awaiting the meeting'), ('awaiting_notice', 'awaiting its notice'), ('on_notice', 'on public notice'), ('awaiting_decree', 'awaiting the decree'), ('part_decreed', 'decreed in part, rows are held'), ('decreed', 'decreed'), ('closed', 'closed without a decree')], max_length=20, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='roundrow',
            name='state',
            field=models.CharField(choices=[('listed', 'listed'), ('below_cut', 'below the cut-off'), ('held', 'held'), ('awarded', 'awarded'), ('put_off', 'put off to another round'), ('struck', 'struck from the list'), ('removed', 'removed')], default='listed', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='decree',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'main')), fields=('round',), name='one_main_decree'),
        ),
        migrations.AddConstraint(
            model_name='round',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('decreed', 'closed')), _negated=True), fields=('call',), name='one_open_round_per_call'),
        ),
        migrations.AddConstraint(
            model_name='roundrow',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('listed', 'held', 'awarded'))), fields=('case',), name='case_live_in_one_round'),
        ),
        migrations.AlterConstraint(
            model_name='decree',
            name='decree_number_once',
            constraint=models.UniqueConstraint(fields=('authority', 'number'), name='decree_number_once', violation_error_message='This document number is used already. Enter the next free one.'),
        ),
        migrations.AddField(
            model_name='awardchange',
            name='authority',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.authority', verbose_name='authority'),
        ),
        migrations.AddField(
            model_name='awardchange',
            name='award',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='decisions.award'),
        ),
        migrations.AddField(
            model_name='awardchange',
            name='decree',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='decisions.decree'),
        ),
        migrations.AddField(
            model_name='awardchange',
            name='finding',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='decisions.finding'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='authority',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.authority', verbose_name='authority'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='meeting',
            name='round',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='meetings', to='decisions.round'),
        ),
        migrations.AddField(
            model_name='noticeentry',
            name='authority',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.authority', verbose_name='authority'),
        ),
        migrations.AddField(
            model_name='noticeentry',
            name='notice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='decisions.notice'),
        ),
        migrations.AddField(
            model_name='objection',
            name='authority',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.authority', verbose_name='authority'),
        ),
        migrations.AddField(
            model_name='objection',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='cases.case'),
        ),
        migrations.AddField(
            model_name='objection',
            name='process',
            field=models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='viewflow.process'),
        ),
        migrations.AddField(
            model_name='objection',
            name='round',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='decisions.round'),
        ),
        migrations.AddField(
            model_name='objection',
            name='row',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='decisions.roundrow'),
        ),
        migrations.AddConstraint(
            model_name='awardchange',
            constraint=models.CheckConstraint(condition=models.Q(('after_fen__gte', 0)), name='award_change_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='noticeentry',
            constraint=models.UniqueConstraint(fields=('notice', 'position'), name='notice_entry_once'),
        ),
        append_only("decisions_meeting"),
        append_only("decisions_noticeentry"),
        append_only("decisions_awardchange"),
        frozen_columns("decisions_objection", ["round_id", "row_id", "case_id", "objector_kind", "grounds"]),
    ]
