from __future__ import annotations

from django.urls import path

from subsidy.demo import sources, views

urlpatterns = [
    path("next-day/", views.next_day, name="demo-next-day"),
    path("sources/<slug:layout>/", sources.answer, name="demo-source"),
]
