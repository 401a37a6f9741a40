from __future__ import annotations

from django.urls import URLPattern, path

from subsidy.console import recoveries, recovering

urlpatterns: list[URLPattern] = [
    path("recoveries/", recoveries.listing, name="recoveries"),
    path("recoveries/<str:number>/", recoveries.show, name="recovery"),
    path("recoveries/<str:number>/receive/", recoveries.Receive.as_view(), name="recovery-receive"),
    path("recoveries/<str:number>/write-off/", recovering.ProposeWriteOff.as_view(), name="propose-write-off"),
    path("recoveries/<str:number>/reduce/", recovering.ProposeReduction.as_view(), name="propose-reduction"),
    path("recoveries/<str:number>/refund/", recovering.ProposeRefund.as_view(), name="propose-refund"),
    path("recoveries/<str:number>/acts/<slug:action>/", recoveries.RecoveryAct.as_view(), name="recovery-act"),
    path("cases/<str:number>/recover/", recovering.ProposeRecovery.as_view(), name="propose-recovery"),
]
