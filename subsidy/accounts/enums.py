from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class UserKind(models.TextChoices):
    OFFICER = "officer", _("officer")
    EXPERT = "expert", _("expert")
    COMPANY = "company", _("company member")
    SYSTEM = "system", _("system actor")


class Role(models.TextChoices):
    """What one may do (docs/glossary.md); which pairs may not meet on one matter is `workflows.common.duties`."""

    COUNTER = "counter", _("counter clerk")
    ACCEPTANCE = "acceptance", _("acceptance officer")
    EXPERT = "expert", _("expert")
    AMOUNT = "amount", _("amount checker")
    TOWNSHIP = "township", _("township recommender")
    DEPARTMENT = "department", _("co-reviewing department")
    DIVISION_HEAD = "division_head", _("head of the division")
    LEADER = "leader", _("leader")
    NOTICE = "notice", _("notice officer")
    SUPERVISION = "supervision", _("supervision officer")
    FINANCE_PREPARE = "finance_prepare", _("finance, prepares")
    FINANCE_CHECK = "finance_check", _("finance, checks")
    FINANCE_RELEASE = "finance_release", _("finance, releases")
    POLICY_AUTHOR = "policy_author", _("policy author")
    LEGAL_REVIEWER = "legal_reviewer", _("legal reviewer")
    POLICY_PUBLISHER = "policy_publisher", _("policy publisher")
    AUDITOR = "auditor", _("auditor")
    SYSTEM_ADMIN = "system_admin", _("system administrator")
    SECURITY_ADMIN = "security_admin", _("security administrator")
    AUDIT_ADMIN = "audit_admin", _("audit administrator")


ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
