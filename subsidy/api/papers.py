"""Files that leave by the API: the file of a case with its proofs, the payment file of a batch."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from subsidy.accounts.enums import Role
from subsidy.api import scope
from subsidy.api.authentication import user_of
from subsidy.api.problems import request_id_of
from subsidy.api.resources import Paper
from subsidy.cases.models import Case
from subsidy.payouts.enums import BatchState
from subsidy.payouts.models import Batch
from subsidy.web.person import moment_of
from workflows.common.refusals import Forbidden
from workflows.log.exporting import export_case

OUT = (BatchState.EXPORTED, BatchState.ANSWERED, BatchState.SETTLED)
SEES_FILES = (Role.FINANCE_PREPARE, Role.FINANCE_CHECK, Role.FINANCE_RELEASE)


def bundle(case: Case, request: Request, key: str) -> bytes:
    """The file of the case with its verifier, for the bureau's auditors. Raises Forbidden, LogRefused."""
    if case.authority_id not in scope.bureaus(request, (Role.AUDITOR,)):
        raise Forbidden
    return export_case(
        case.pk, asked_by=user_of(request), now=moment_of(request), key=key, request_id=request_id_of(request)
    )


def payment_file(batch: Batch, request: Request, _key: str) -> bytes:
    """The bytes that were exported, for those who pay. Raises Forbidden; Http404 before the export."""
    if batch.authority_id not in scope.bureaus(request, SEES_FILES):
        raise Forbidden
    if batch.state not in OUT:
        raise Http404("not exported yet")
    return bytes(batch.export_file.content)


OF_CASES = (Paper("bundle", _("The file of the case with its proofs and their verifier"), "application/zip", bundle),)
OF_BATCHES = (Paper("payment", _("The payment file as it was exported"), "application/octet-stream", payment_file),)
