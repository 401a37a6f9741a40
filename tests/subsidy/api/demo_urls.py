"""The site with the addresses that a demo adds."""

from __future__ import annotations

from django.urls import include, path

from subsidy.urls import handler400, handler403, handler404, handler429, handler500
from subsidy.urls import urlpatterns as of_the_site

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]

urlpatterns = [path("api/v1/clock/", include("subsidy.demo.clock_api")), *of_the_site]
