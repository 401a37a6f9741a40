"""Addresses of the finance console; `subsidy.console.urls` includes them under `finance/`."""

from __future__ import annotations

from django.urls import URLPattern, path

from subsidy.console.finance import answers, batches, budget, pay

urlpatterns: list[URLPattern] = [
    path("", budget.budget, name="finance_budget"),
    path("budget/<int:pk>/", budget.entries, name="finance_entries_all"),
    path("budget/<int:pk>/<slug:account>/", budget.entries, name="finance_entries"),
    path("pay/", pay.to_pay, name="finance_pay"),
    path("pay/batch/", pay.prepare, name="finance_prepare"),
    path("batches/", batches.batches, name="finance_batches"),
    path("batches/<str:number>/", batches.batch, name="finance_batch"),
    path("batches/<str:number>/file/", batches.sealed_file, name="finance_file"),
    path("batches/<str:number>/preview/", batches.preview_file, name="finance_preview"),
    path("batches/<str:number>/cover/", batches.cover_sheet, name="finance_cover"),
    path("batches/<str:number>/<slug:action>/", batches.BatchAct.as_view(), name="finance_batch_act"),
    path("answers/", answers.answers, name="finance_answers"),
    path("answers/import/", answers.import_file, name="finance_import"),
    path("answers/open/", answers.enquiries, name="finance_enquiries"),
    path("answers/<int:pk>/", answers.answer_file, name="finance_answer_file"),
]
