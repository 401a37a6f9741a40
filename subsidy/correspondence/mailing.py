"""Hands e-mails over, each at most once: claimed, handed over, noted. A claim that nobody finished stays visible.

An e-mail says in Chinese and in English what to do and where; it holds no name of a person, no amount and no account.
"""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, QuerySet
from django.utils import translation

from subsidy.audit.moment import Moment
from subsidy.correspondence.enums import MailState
from subsidy.correspondence.models import MailOut, Notification
from subsidy.correspondence.telling import sentence

TRIES = 6
"""How often an e-mail is tried before somebody must look; the waits between grow (workflows.common.telling)."""

SUBJECT = "奖补平台有新的通知 / News from the grants platform"
SHOWN = 30
_LANGUAGES = (("zh-hans", "zh"), ("en", "en"))
_HEADS = {
    "zh": ("您有 {n} 条通知：", "请登录平台查看并办理：", "本邮件由系统发送，请勿回复。接收方式可在平台上更改。"),
    "en": (
        "You have {n} notification(s):",
        "Sign in to read and act:",
        "This mail was sent by the system; do not reply. How you are told can be changed on the platform.",
    ),
}


def mail_claim(pk: int) -> bool:
    """Take an e-mail for handing over; False when it is or may be under way, or was handed over."""
    ready = MailOut.objects.filter(pk=pk, state__in=(MailState.WAITING, MailState.FAILED))
    return ready.update(state=MailState.SENDING, tries=F("tries") + 1, last_error="") == 1


def mail_hand_over(pk: int) -> None:
    """Send a claimed e-mail to the address that its recipient has now. Raises what the mail server's library raises."""
    mail = MailOut.objects.select_related("recipient").get(pk=pk)
    notifications = list(Notification.objects.filter(mail=mail).order_by("id"))
    EmailMessage(
        subject=SUBJECT,
        body=body_of(notifications),
        to=[mail.recipient.email],
        headers={
            "Message-ID": f"<{mail.key.replace(':', '.')}@{settings.MAIL_DOMAIN}>",
            "Auto-Submitted": "auto-generated",
        },
    ).send()


def mail_sent(pk: int, *, now: Moment) -> None:
    MailOut.objects.filter(pk=pk).update(state=MailState.SENT, sent_at=now.at)


def mail_failed(pk: int, fault: Exception) -> None:
    """Note that the server refused or could not be reached: nothing was handed over, so it may be tried again."""
    MailOut.objects.filter(pk=pk).update(state=MailState.FAILED, last_error=type(fault).__name__[:120])


def body_of(notifications: list[Notification]) -> str:
    """The text, Chinese first: each sentence once a language, then where to go."""
    link = f"{settings.SITE_URL}/notifications/"
    parts = []
    for code, lang in _LANGUAGES:
        head, where, foot = _HEADS[lang]
        with translation.override(code):
            lines = [f"- {sentence(one.words, one.params, lang)}" for one in notifications[:SHOWN]]
        rest = len(notifications) - SHOWN
        if rest > 0:
            lines.append(f"- … +{rest}")
        parts.append("\n".join([head.format(n=len(notifications)), *lines, where, link, foot]))
    return "\n\n".join(parts) + "\n"


def mails_left(authority_id: int) -> QuerySet[MailOut]:
    """The mails to people of a bureau that failed, or that were claimed and never finished."""
    return MailOut.objects.filter(recipient__authority=authority_id, state__in=(MailState.FAILED, MailState.SENDING))


def mail_release(pk: int, *, authority_id: int) -> bool:
    """Let a mail of a bureau that was left be sent again; False for any other."""
    return mails_left(authority_id).filter(pk=pk).update(state=MailState.WAITING) == 1
