from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from subsidy.api import oauth, pages, views

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.Root.as_view(), name="root"),
    path("openapi.json", pages.openapi, name="openapi"),
    path("docs/", pages.contents, name="docs"),
    path("docs/<slug:tag>/", pages.kind, name="docs-kind"),
    path("oauth/token/", oauth.Granting.as_view(), name="oauth-token"),
    path("problems/", pages.problems, name="problems"),
    path("<slug:kind>/", views.Listing.as_view(), name="list"),
    path("<slug:kind>/bulk/<slug:act>/", views.Bulk.as_view(), name="bulk"),
    path("<slug:kind>/<str:key>/", views.Matter.as_view(), name="one"),
    path("<slug:kind>/<str:key>/acts/", views.Acts.as_view(), name="acts"),
    path("<slug:kind>/<str:key>/acts/<slug:act>/", views.Doing.as_view(), name="act"),
    path("<slug:kind>/<str:key>/readings/<slug:reading>/", views.Asking.as_view(), name="reading"),
    path("<slug:kind>/<str:key>/files/<slug:paper>/", views.Taking.as_view(), name="file"),
    path("<path:rest>", views.Nothing.as_view(), name="nothing"),
]
