"""What one proposes and another approves, and what comes of it: standing authorisations and the decisions they cover."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord, Subject


class ProposalKind(models.TextChoices):
    STANDING_AUTHORISATION = "authorisation", _("standing authorisation")
    REOPENING = "reopening", _("reopening of a case")
    TITLE_CHANGE = "title_change", _("taking back or lowering a title")
    TITLE_TEST = "title_test", _("repeated test of a title")
    BUDGET_REDUCE = "budget_reduce", _("reduction of a budget line")
    BUDGET_MOVE = "budget_move", _("move between budget lines")
    YEAR_END = "year_end", _("end of a budget year")
    RECOVERY_REDUCTION = "recovery_less", _("reduction of a recovery")
    WRITE_OFF = "write_off", _("writing off a recovery")
    RECOVERY_REFUND = "recovery_refund", _("refund of a recovery")
    ERASURE = "erasure", _("erasure of personal values")
    SUSPENSE = "suspense", _("what an item in suspense is")


class ProposalState(models.TextChoices):
    PROPOSED = "proposed", _("awaiting approval")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")


class Proposal(Subject):
    """Something that two people must want: the one proposes it, the other approves or refuses.

    `about_kind` and `about_id` name the matter by plain key; `terms_text` holds what exactly is proposed.
    """

    STREAM = "proposal"

    kind = models.CharField(_("kind"), max_length=20, choices=ProposalKind)
    state = models.CharField(_("state"), max_length=12, choices=ProposalState)
    title = models.CharField(_("title"), max_length=200)
    reason = models.TextField(_("reason"))
    about_kind = models.CharField(max_length=20)
    about_id = models.BigIntegerField()
    terms_text = models.TextField(help_text="canonical JSON")
    proposed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        indexes = [models.Index(fields=["about_kind", "about_id"], name="proposal_about")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "about_kind", "about_id"],
                condition=Q(state=ProposalState.PROPOSED),
                name="one_open_proposal_of_a_kind",
                violation_error_message=_("This is proposed already. Have the proposal decided first."),
            )
        ]


class StandingAuthorisation(AuthorityRecord):
    """Two people's signature beforehand on every case of a call that a rule finds entitled, within these bounds.

    It takes the place of acceptance check, amount check and meeting; notice, decree and the three people of the payment
    stay. `seed` makes the sample that is checked after payment one that anybody can draw again.
    """

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="authorisation")
    call = models.ForeignKey("programmes.Call", on_delete=models.PROTECT, related_name="authorisations")
    cap_fen = models.BigIntegerField(_("total that may be granted under it"))
    case_cap_fen = models.BigIntegerField(_("most that one case may get"))
    sample_percent = models.PositiveSmallIntegerField(_("percent of cases checked after payment"))
    seed = models.CharField(max_length=64)
    valid_from = models.DateField()
    valid_to = models.DateField()
    ended_on = models.DateField(_("ended early on"), null=True, blank=True)

    class Meta:
        verbose_name = _("standing authorisation")
        verbose_name_plural = _("standing authorisations")
        constraints = [
            models.CheckConstraint(
                condition=Q(cap_fen__gte=0, case_cap_fen__gte=0, case_cap_fen__lte=F("cap_fen")),
                name="authorisation_caps",
            ),
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="authorisation_dates"),
            models.CheckConstraint(condition=Q(sample_percent__lte=100), name="authorisation_sample"),
        ]

    def __str__(self) -> str:
        return f"standing authorisation {self.proposal_id}"


class RuleDecision(AuthorityRecord):
    """One case that a rule decided under a standing authorisation; `drawn`: it is checked by people after payment."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="rule_decision")
    authorisation = models.ForeignKey(StandingAuthorisation, on_delete=models.PROTECT, related_name="decisions")
    finding = models.ForeignKey("decisions.Finding", on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    drawn = models.BooleanField(_("drawn for a check after payment"))
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = _("decision by rule")
        verbose_name_plural = _("decisions by rule")
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gte=0), name="rule_decision_amount")]

    def __str__(self) -> str:
        return f"rule decision of case {self.case_id}"
