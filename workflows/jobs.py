"""Every job of the routes: the worker imports this module (settings, PROCRASTINATE_IMPORT_PATHS)."""

from __future__ import annotations

from workflows.case.archive_jobs import make_archive_job
from workflows.case.jobs import issue_letter_job, look_after_service_job
from workflows.case.lapsing import lapse_due_job
from workflows.case.offering import make_offers_job
from workflows.case.panel_jobs import close_due_panels_job
from workflows.case.titles import run_titles_job
from workflows.common.hooks import send_webhook_job, tell_webhooks_job
from workflows.common.recount import recount_provisional_job
from workflows.common.reminders import run_reminders_job
from workflows.common.telling import send_digests_job, send_mail_job, tell_job
from workflows.fact_import.jobs import apply_fact_import_job, check_fact_import_job, undo_fact_import_job
from workflows.live_facts.jobs import ask_due_live_sources_job, ask_live_source_job
from workflows.log.jobs import reprove_decisions_job, sign_log_job
from workflows.payout_batch.channels import ask_banks_job, send_to_bank_job
from workflows.payout_batch.jobs import issue_batch_cover_job
from workflows.recovery.jobs import issue_recovery_notice_job, propose_difference_job
from workflows.registers.jobs import (
    apply_register_import_job,
    compare_register_import_job,
    undo_register_import_job,
)
from workflows.round.jobs import close_due_notices_job, issue_decree_papers, issue_notice_papers
from workflows.undertaking.jobs import (
    begin_undertakings_job,
    propose_recovery_of_breach_job,
    run_undertakings_job,
)

ALL = (
    issue_letter_job,
    make_archive_job,
    lapse_due_job,
    make_offers_job,
    issue_notice_papers,
    issue_decree_papers,
    issue_batch_cover_job,
    send_to_bank_job,
    ask_banks_job,
    issue_recovery_notice_job,
    propose_difference_job,
    begin_undertakings_job,
    propose_recovery_of_breach_job,
    run_undertakings_job,
    recount_provisional_job,
    run_reminders_job,
    look_after_service_job,
    run_titles_job,
    tell_job,
    send_mail_job,
    send_digests_job,
    tell_webhooks_job,
    send_webhook_job,
    close_due_notices_job,
    close_due_panels_job,
    check_fact_import_job,
    apply_fact_import_job,
    undo_fact_import_job,
    compare_register_import_job,
    apply_register_import_job,
    undo_register_import_job,
    ask_live_source_job,
    ask_due_live_sources_job,
    sign_log_job,
    reprove_decisions_job,
)
