"""Addresses of the finance console; `subsidy.console.urls` includes them under `finance/`."""

from __future__ import annotations

from django.urls import URLPattern, path

from subsidy.console.finance import (
    answers,
    batches,
    budget,
    changes,
    holds,
    lines,
    pay,
    reconciliation,
    statements,
    suspense,
    years,
)

urlpatterns: list[URLPattern] = [
    path("", budget.budget, name="finance_budget"),
    path("budget/lines/", lines.lines, name="finance_lines"),
    path("budget/lines/new/", lines.Establish.as_view(), name="finance_establish"),
    path("budget/cash/<slug:action>/", lines.CashAct.as_view(), name="finance_cash_act"),
    path("budget/years/<int:year>/", years.year, name="finance_year"),
    path("budget/years/<int:year>/entries/", lines.year_entries, name="finance_entries_year"),
    path("budget/years/<int:year>/end/", changes.ProposeYearEnd.as_view(), name="finance_propose_year_end"),
    path("budget/<int:pk>/", lines.entries, name="finance_entries_all"),
    path("budget/<int:pk>/reduce/", changes.ProposeReduction.as_view(), name="finance_propose_reduction"),
    path("budget/<int:pk>/move/", changes.ProposeMove.as_view(), name="finance_propose_move"),
    path("budget/<int:pk>/acts/<slug:action>/", lines.LineAct.as_view(), name="finance_line_act"),
    path("budget/<int:pk>/<slug:account>/", lines.entries, name="finance_entries"),
    path("budget/<int:pk>/vouchers/<slug:wanted>/", statements.voucher_data, name="finance_vouchers"),
    path("statements/", statements.index, name="finance_statements"),
    path("statements/line/<int:pk>/<slug:wanted>/", statements.of_line, name="finance_statement_line"),
    path("statements/company/<int:pk>/<slug:wanted>/", statements.of_company, name="finance_statement_company"),
    path(
        "statements/policy/<slug:code>/<int:year>/<slug:wanted>/",
        statements.of_policy,
        name="finance_statement_policy",
    ),
    path("pay/", pay.to_pay, name="finance_pay"),
    path("pay/batch/", pay.prepare, name="finance_prepare"),
    path("batches/", batches.batches, name="finance_batches"),
    path("batches/<str:number>/", batches.batch, name="finance_batch"),
    path("batches/<str:number>/file/", batches.sealed_file, name="finance_file"),
    path("batches/<str:number>/preview/", batches.preview_file, name="finance_preview"),
    path("batches/<str:number>/cover/", batches.cover_sheet, name="finance_cover"),
    path("batches/<str:number>/<slug:action>/", batches.BatchAct.as_view(), name="finance_batch_act"),
    path("holds/", holds.listing, name="finance_holds"),
    path("holds/place/", holds.HoldAct.as_view(), name="finance_hold"),
    path("holds/<int:pk>/lift/", holds.LiftAct.as_view(), name="finance_hold_lift"),
    path("reconciliation/", reconciliation.reconciliation, name="finance_reconciliation"),
    path("suspense/", suspense.listing, name="finance_suspense"),
    path("suspense/<int:pk>/", suspense.show, name="suspense"),
    path("suspense/<int:pk>/propose/", suspense.ProposeSuspense.as_view(), name="propose-suspense"),
    path("answers/", answers.answers, name="finance_answers"),
    path("answers/import/", answers.import_file, name="finance_import"),
    path("answers/open/", answers.enquiries, name="finance_enquiries"),
    path("answers/<int:pk>/", answers.answer_file, name="finance_answer_file"),
]
