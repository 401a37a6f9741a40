from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class NotificationKind(models.TextChoices):
    """What a notification is about; people choose by it how they want to be told."""

    TASK = "task", _("Work that waits for me")
    PROGRESS = "progress", _("Steps of an application")
    DECISION = "decision", _("Decisions and letters")
    DEADLINE = "deadline", _("Deadlines")
    MESSAGE = "message", _("Messages on a case")
    MONEY = "money", _("Accounts and payments")
    DONE = "done", _("Long work that I asked for")


# Always shown in the app, whatever a person chose: a right or a period depends on them.
LEGAL_EFFECT = frozenset({NotificationKind.DECISION, NotificationKind.DEADLINE, NotificationKind.MESSAGE})


class MailChoice(models.TextChoices):
    """When a kind of notification is sent by e-mail as well."""

    AT_ONCE = "at_once", _("at once")
    DAILY = "daily", _("once a day")
    OFF = "off", _("not by e-mail")


MAIL_DEFAULT: dict[str, MailChoice] = {
    NotificationKind.TASK: MailChoice.DAILY,
    NotificationKind.PROGRESS: MailChoice.OFF,
    NotificationKind.DECISION: MailChoice.AT_ONCE,
    NotificationKind.DEADLINE: MailChoice.AT_ONCE,
    NotificationKind.MESSAGE: MailChoice.AT_ONCE,
    NotificationKind.MONEY: MailChoice.AT_ONCE,
    NotificationKind.DONE: MailChoice.OFF,
}


class MailState(models.TextChoices):
    """How far an e-mail is. UNKNOWN: handed over, and the program ended before it heard whether it was taken."""

    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being handed over")
    SENT = "sent", _("handed over")
    FAILED = "failed", _("failed")


class Way(models.TextChoices):
    """How a letter reached its recipient (送达)."""

    PORTAL = "portal", _("opened online")
    COUNTER = "counter", _("handed over at the counter")
    POST = "post", _("by post")
    ANNOUNCEMENT = "announcement", _("by public announcement")


class HookState(models.TextChoices):
    """Of a message to a webhook; DEAD is tried again only when its owner says so."""

    WAITING = "waiting", _("waiting")
    FAILED = "failed", _("not taken yet, tried again")
    DEAD = "dead", _("given up")
    SENT = "sent", _("taken")
