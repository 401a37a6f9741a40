from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from subsidy.console import register_imports, registers

urlpatterns: list[URLPattern | URLResolver] = [
    path("", registers.index, name="registers"),
    path("earlier-awards/", registers.awards, name="register-awards"),
    path("imports/", register_imports.listing, name="register-imports"),
    path("imports/new/", register_imports.upload, name="register-upload"),
    path("imports/<int:pk>/", register_imports.show, name="register-import"),
    path("imports/<int:pk>/file/", register_imports.file, name="register-import-file"),
    path("imports/<int:pk>/<slug:action>/", register_imports.RegisterImportAct.as_view(), name="register-import-act"),
    path("entries/<int:pk>/", registers.EntryAct.as_view(), name="register-entry"),
    path("<slug:kind>/", registers.register, name="register"),
]
