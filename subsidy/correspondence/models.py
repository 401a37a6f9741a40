from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.correspondence.enums import HookState, MailChoice, MailState, NotificationKind, Way
from subsidy.sealing import SealedField


class LetterKind(models.TextChoices):
    RECEIPT = "receipt", _("receipt")
    ACCEPTANCE = "acceptance", _("notice of acceptance")
    CORRECTION = "correction", _("notice of correction")
    NON_ACCEPTANCE = "non_acceptance", _("notice of non-acceptance")
    REJECTION = "rejection", _("rejection")
    NOT_FUNDED = "not_funded", _("not funded")
    AWARD = "award", _("award letter")
    CERTIFICATE = "certificate", _("certificate of recognition")
    TITLE_LOWERED = "title_lowered", _("decision that lowers a title")
    TITLE_ENDED = "title_ended", _("decision that ends a title")
    LAPSE = "lapse", _("notice that the award has lapsed")
    VISIT_RECORD = "visit_record", _("record of the visit")
    CORRIGENDUM = "corrigendum", _("corrigendum")
    REVOCATION = "revocation", _("revocation of the award")
    DECREE = "decree", _("decree")
    NOTICE_LIST = "notice_list", _("notice list")
    BATCH_COVER = "batch_cover", _("cover sheet of a batch")
    RECOVERY = "recovery", _("notice of recovery")


class Letter(AuthorityRecord):
    """One paper issued to one recipient, rendered once from what was decided; its bytes are stored.

    `case` is whose company it is sent to: null for papers to everybody and of a batch, which are named by plain key.
    """

    kind = models.CharField(max_length=20, choices=LetterKind)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="letters")
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    number = models.CharField(max_length=60)
    code = models.CharField(
        max_length=20, blank=True, help_text=_("printed on it, the same in every language; empty: issued before codes")
    )
    language = models.CharField(max_length=10, default="zh")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    served_at = models.DateTimeField(null=True, blank=True, help_text=_("送达: when the recipient opened it"))

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind", "number", "language"], name="letter_once"
            ),
            models.UniqueConstraint(fields=["code", "language"], condition=~Q(code=""), name="letter_code_once"),
        ]
        indexes = [models.Index(fields=["sha256"], name="letter_by_hash")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Serving(AuthorityRecord):
    """Proof that a letter reached its recipient (送达): by which way, on which day, by what evidence. Append-only.

    A letter is served once; `served_on` is the day from which periods run. An announcement has been served when its
    days are over, so it stands here only then; `Announcement` says when it was put up.
    """

    letter = models.OneToOneField(
        Letter, on_delete=models.PROTECT, related_name="serving", help_text=_("the Chinese one")
    )
    way = models.CharField(max_length=20, choices=Way)
    served_on = models.DateField()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    slip = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    tracking_number = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("service of a letter")
        verbose_name_plural = _("services of letters")
        constraints = [
            models.CheckConstraint(
                condition=~Q(way=Way.COUNTER) | Q(slip__isnull=False), name="counter_service_has_slip"
            ),
            models.CheckConstraint(
                condition=~Q(way=Way.POST) | ~Q(tracking_number=""), name="post_service_has_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.way} {self.served_on}"


class Announcement(AuthorityRecord):
    """A letter put up publicly because it could not be served otherwise; it counts as served after `ends_on`."""

    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="announcement")
    put_up_on = models.DateField()
    ends_on = models.DateField()
    place = models.CharField(max_length=200, help_text=_("where it was put up: address or web page"))
    tried = models.CharField(max_length=500, help_text=_("how service was tried before"))

    class Meta:
        verbose_name = _("announcement of a letter")
        verbose_name_plural = _("announcements of letters")

    def __str__(self) -> str:
        return f"{self.letter_id} {self.put_up_on}"


class CaseMessage(AuthorityRecord):
    """A question or an answer between a company and the bureau on one case. Append-only."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    from_company = models.BooleanField()
    text = models.TextField(max_length=2000)
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = _("message on a case")
        verbose_name_plural = _("messages on cases")
        indexes = [models.Index(fields=["case", "id"], name="message_by_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.written_at}"


class CaseNote(AuthorityRecord):
    """What an officer notes on a case for those who work on it next; company and experts never see it. Append-only."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=2000)
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = _("note on a case")
        verbose_name_plural = _("notes on cases")
        indexes = [models.Index(fields=["case", "id"], name="note_by_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.written_at}"


class MailOut(models.Model):
    """An e-mail to one person: about one event, or a day's digest. `key` is natural, so it is sent at most once.

    The address is read when it is sent. A mail that stays SENDING was handed over by a process that ended before it
    heard the answer: it is never sent again by itself.
    """

    key = models.CharField(max_length=120, unique=True)
    recipient = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=MailState, default=MailState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=120, blank=True, help_text=_("class of the fault; no content"))
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        indexes = [models.Index(fields=["-id"], condition=~Q(state=MailState.SENT), name="mail_not_sent")]

    def __str__(self) -> str:
        return self.key


class Notification(AuthorityRecord):
    """What one person is told of one event, at most once. Put into words at reading, in the reader's language.

    `words` names the entry of `subsidy.correspondence.telling`; `params` fill it, in both languages where they differ,
    and hold no personal value. `in_app` is False where the person wants a mail alone.
    """

    recipient = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="notifications")
    kind = models.CharField(max_length=12, choices=NotificationKind)
    words = models.CharField(max_length=80)
    params = models.JSONField(default=dict)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    seq = models.PositiveIntegerField(help_text=_("of the event in the subject's stream"))
    in_app = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mail = models.ForeignKey(MailOut, on_delete=models.PROTECT, null=True, related_name="notifications")
    for_digest = models.BooleanField(default=False, help_text=_("waits for the day's digest"))

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "seq", "recipient"], name="notification_once_per_event"
            )
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], condition=Q(in_app=True), name="notification_by_person"),
            models.Index(
                fields=["recipient", "-id"], condition=Q(in_app=True, read_at__isnull=True), name="notification_unread"
            ),
            models.Index(
                fields=["recipient"], condition=Q(for_digest=True, mail__isnull=True), name="notification_digest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.words}"


class NotificationPreference(models.Model):
    """How one person wants to be told of one kind; without a row the defaults of `enums` hold."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="notification_preferences")
    kind = models.CharField(max_length=12, choices=NotificationKind)
    in_app = models.BooleanField(default=True)
    mail = models.CharField(max_length=10, choices=MailChoice)

    class Meta:
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_preference_a_kind")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


class Webhook(AuthorityRecord):
    """An address of a program of one person, which is told of events of matters that the person may see.

    The secret signs each message. `next_place` is the first place in the log that it was not yet told of.
    """

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="webhooks")
    name = models.CharField(max_length=60)
    url = models.CharField(max_length=300)
    kinds = models.JSONField(help_text=_("kinds of matter"))
    secret = SealedField(editable=False)
    next_place = models.BigIntegerField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        indexes = [models.Index(fields=["id"], condition=Q(ended_at__isnull=True), name="webhook_live")]

    def __str__(self) -> str:
        return self.name


class WebhookMessage(AuthorityRecord):
    """One event told to one webhook, at least once: a receiver knows a repeat by the id. Times are real time."""

    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="messages")
    stream = models.CharField(max_length=20)
    stream_id = models.BigIntegerField()
    seq = models.PositiveIntegerField(help_text=_("of the event in the subject's stream"))
    body = models.TextField(help_text="canonical JSON")
    state = models.CharField(max_length=10, choices=HookState, default=HookState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("webhook message")
        verbose_name_plural = _("webhook messages")
        constraints = [
            models.UniqueConstraint(fields=["webhook", "stream", "stream_id", "seq"], name="webhook_told_once")
        ]
        indexes = [
            models.Index(fields=["webhook", "-id"], condition=~Q(state=HookState.SENT), name="webhook_not_sent")
        ]

    def __str__(self) -> str:
        return f"{self.webhook_id} {self.stream} {self.stream_id} #{self.seq}"
