"""The demo's own live sources: a court and a credit platform that know nothing bad of anybody.

They answer as a real service would (subsidy.sources.live), so that asking can be tried without one. They are asked by
the demo's worker on this machine; what they say is generated and tells nobody anything about a company.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

LAYOUTS = ("court", "credit")
KNOWN = ("is_dishonest", "abnormal_operation", "serious_violation")


@require_safe
def answer(request: HttpRequest, layout: str) -> HttpResponse:
    """What the source says of the names that are asked, as of the day that is asked; of other names nothing."""
    if not settings.DEMO_MODE or layout not in LAYOUTS:
        raise Http404
    try:
        on = dt.date.fromisoformat(request.GET.get("on", ""))
    except ValueError as error:
        raise Http404("No day is named.") from error
    names = [name for name in request.GET.get("names", "").split(",") if name in KNOWN]
    facts = [{"name": name, "value": False, "as_of": on.isoformat()} for name in names]
    return JsonResponse({"uscc": request.GET.get("uscc", ""), "facts": facts})
