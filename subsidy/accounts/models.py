from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role, UserKind
from subsidy.audit.models import Chained


class Authority(Chained):
    """A bureau. Every business record carries one, and every query is scoped by it.

    Its stream holds what belongs to no single matter: settings, imports, exports.
    """

    STREAM = "authority"

    code = models.SlugField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    short_name = models.CharField(max_length=10, help_text=_("used in document numbers, such as 西科"))
    region = models.CharField(max_length=6, help_text=_("area code"))

    class Meta:
        verbose_name = _("authority")
        verbose_name_plural = _("authorities")

    def __str__(self) -> str:
        return self.name_zh

    @property
    def authority_id(self) -> int:
        """Itself: a bureau belongs to itself, so that the door can treat it as any other matter."""
        return self.pk


class Unit(models.Model):
    """An organisational unit of a bureau: a section, a township, another department."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT)
    code = models.SlugField(max_length=30)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [models.UniqueConstraint(fields=["authority", "code"], name="unit_code_once")]

    def __str__(self) -> str:
        return self.name_zh


class User(AbstractUser, Chained):
    """A person, or a named system actor. What a person may do stands in role grants and object permissions.

    `authority` is the bureau that keeps the account: an officer's own, and for people of companies the one where it
    was opened, which limits nothing (they may act for companies at any bureau). `name_checked` says whether somebody
    of the bureau has compared the name with an identity card; a name that was typed in online proves nothing.
    """

    STREAM = "person"

    kind = models.CharField(max_length=10, choices=UserKind, default=UserKind.COMPANY)
    name = models.CharField(_("full name"), max_length=60)
    name_checked = models.BooleanField(default=False, db_default=False)
    password_to_change = models.BooleanField(
        default=False, db_default=False, help_text=_("the password was given by another person, for one sign-in")
    )
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, null=True, blank=True)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=UserKind.SYSTEM) | Q(authority__isnull=False),
                name="person_belongs_to_authority",
                violation_error_message=_("A person needs a bureau that keeps the account."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def as_actor(self) -> dict[str, Any]:
        """How an event names the person."""
        return {"id": self.pk, "name": self.name, "username": self.username, "kind": self.kind}


class RoleGrant(models.Model):
    """A role of one person in one bureau, for a time; both ends are the last day inclusive of validity.

    A delegation is a grant with a `source`: the own grant of the person who lends the role, without whom it ends. A
    grant with `ended_at` counts no longer; rows stay as history.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT)
    role = models.CharField(max_length=20, choices=Role)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    source = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="lent")
    reason = models.CharField(max_length=500, blank=True, default="", db_default="")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("role grant")
        verbose_name_plural = _("role grants")
        constraints = [
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=F("user")),
                name="nobody_grants_own_role",
                violation_error_message=_("Nobody may grant a role to themselves; ask another administrator."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="grant_range_forward"
            ),
            models.CheckConstraint(
                condition=Q(source__isnull=True) | Q(valid_to__isnull=False), name="delegation_has_an_end"
            ),
        ]
        indexes = [models.Index(fields=["user", "authority", "role"], name="grant_by_user")]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"


class ApiToken(models.Model):
    """A key with which a program acts as its person: of the secret only the SHA-256 is kept, and its first letters.

    It can do at most what the person may do on that day; `may_act` and `kinds` (kinds of matter; empty: all) narrow
    that. Its end is a moment of real time, for it guards against theft and not against anything in business.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT)
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=12, editable=False)
    may_act = models.BooleanField(default=False, db_default=False)
    kinds = models.JSONField(default=list)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="token_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.hint}…"

    def covers(self, kind: str, *, acting: bool) -> bool:
        """Whether it reaches matters of that kind, to read or to act on."""
        return (self.may_act or not acting) and (not self.kinds or kind in self.kinds)


class ApiUse(models.Model):
    """How many requests a person's programs have sent in the minute `window`: one row a person, counted in place."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    window = models.BigIntegerField(help_text=_("minutes of real time since 1970"))
    used = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.user_id}: {self.used}"
