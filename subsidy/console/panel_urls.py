from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from subsidy.console import experts, panels, scoring

urlpatterns: list[URLPattern | URLResolver] = [
    path("scoring/", scoring.listing, name="scoring"),
    path("scoring/<str:number>/", scoring.Score.as_view(), name="score"),
    path("scoring/<str:number>/files/<int:pk>/", scoring.file, name="score-file"),
    path("scoring/<str:number>/conflict/", scoring.Conflict.as_view(), name="score-conflict"),
    path("scoring/<str:number>/note/", scoring.Note.as_view(), name="score-note"),
    path("panels/", panels.listing, name="panels"),
    path("panels/<str:number>/", panels.show, name="panel"),
    path("panels/<str:number>/draws/<int:draw>/", panels.draw, name="panel-draw"),
    path("panels/<str:number>/acts/<slug:action>/", panels.PanelAct.as_view(), name="panel-act"),
    path("experts/", experts.listing, name="experts"),
    path("experts/admit/", experts.admit, name="expert-admit"),
    path("experts/import/", experts.import_file, name="expert-import"),
    path("experts/<int:pk>/", experts.show, name="expert"),
    path("experts/<int:pk>/acts/<slug:action>/", experts.ExpertAct.as_view(), name="expert-act"),
    path("declarations/", experts.declarations, name="declarations"),
    path("declarations/<int:pk>/declare/", experts.Declare.as_view(), name="declare"),
]
