from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CorrespondenceConfig(AppConfig):
    name = "subsidy.correspondence"
    label = "correspondence"
    verbose_name = _("Letters")
