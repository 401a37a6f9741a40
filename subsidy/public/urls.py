from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from subsidy.public import calls, changes, log, objections, open_files, titles, verify, views

app_name = "public"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("policies/", views.policy_list, name="policies"),
    path("policies/<slug:bureau>/<slug:code>/", views.policy, name="policy"),
    path("policies/<slug:bureau>/<slug:code>/<str:version>/", views.policy, name="version"),
    path("policies/<slug:bureau>/<slug:code>/<str:version>/calculator/", views.calculator, name="calculator"),
    path(
        "policies/<slug:bureau>/<slug:code>/<str:version>/changes/<str:earlier>/",
        changes.between,
        name="policy-changes",
    ),
    path("calls/", calls.listing, name="calls"),
    path("calls/<str:number>/", calls.show, name="call"),
    path("calls/<str:number>/guide/", calls.guide, name="call-guide"),
    path("notices/", views.notice_list, name="notices"),
    path("notices/<int:pk>/", views.notice, name="notice"),
    path("notices/<int:pk>/list.json", views.notice_text, name="notice-text"),
    path("notices/<int:pk>/object/", objections.object_to, name="object"),
    path("notices/<int:pk>/objections/<str:number>/", objections.objected, name="objected"),
    path("notices/<int:pk>/lines/<int:position>/list.json", views.notice_entry_text, name="notice-entry-text"),
    path("decrees/", views.decree_list, name="decrees"),
    path("decrees/<int:pk>/", views.decree, name="decree"),
    path("decrees/<int:pk>/paper/", views.decree_paper, name="decree-paper"),
    path("recognitions/", titles.listing, name="recognitions"),
    path("verify/", verify.start, name="verify"),
    path("verify/file/", verify.by_file, name="verify-file"),
    path("verify/<str:code>/", verify.by_code, name="verify-code"),
    path("verify/<str:code>/proof/", verify.proof, name="verify-proof"),
    path("verify/<str:code>/event/", verify.event, name="verify-event"),
    path("log/", log.show, name="log"),
    path("log/checkpoint", log.newest, name="log-checkpoint"),
    path("log/checkpoints/<int:pk>/", log.checkpoint, name="log-past"),
    path("log/consistency/<int:old>/<int:new>/", log.consistency, name="log-consistency"),
    path("log/keys/", log.keys, name="log-keys"),
    path("open-data/", open_files.index, name="open-data"),
    path("open-data/datapackage.json", open_files.package, name="open-data-package"),
    path("open-data/<slug:dataset>.csv", open_files.file, {"wanted": "csv"}, name="open-data-csv"),
    path("open-data/<slug:dataset>.jsonl", open_files.file, {"wanted": "jsonl"}, name="open-data-jsonl"),
    path("help/", views.page, {"name": "help"}, name="help"),
    path("accessibility/", views.page, {"name": "accessibility"}, name="accessibility"),
    path("data-use/", views.page, {"name": "data_use"}, name="data-use"),
]
