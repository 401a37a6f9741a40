"""Exports the file of a case: gather in one snapshot, record the hash as an event, sign the log, prove every event."""

from __future__ import annotations

import json

from subsidy.accounts.models import User
from subsidy.accounts.services import system_actor
from subsidy.audit.log.checkpoints import checkpoint_make
from subsidy.audit.models import Event
from subsidy.audit.moment import Moment
from subsidy.audit.offline.bundle import digest
from subsidy.audit.reading import snapshot
from subsidy.cases.models import Case
from subsidy.reporting.bundle import bundle_of, content_of, events_of, manifest_of
from workflows.common import door
from workflows.common.turn import Origin

ACTION = "export_case"


def export_case(case_id: int, *, asked_by: User | None, now: Moment, key: str, request_id: str = "") -> bytes:
    """The bundle of a case, as the bytes of a zip file; None asks as the operator of the system does, by command.

    Raises LogRefused when the log cannot be signed; then nothing leaves, though the event that was recorded stays.
    """
    with snapshot():
        case = Case.objects.select_related("policy_version__policy").get(pk=case_id)
        events = list(events_of(case))
        content = content_of(case, events)
    manifest = manifest_of(case, content)
    data = {"case": case.number, "manifest": digest(manifest), "asked_by": asked_by and asked_by.pk}
    door.perform(
        "authority",
        case.authority_id,
        ACTION,
        actor=system_actor("system:exports"),
        now=now,
        key=key,
        data=data,
        origin=Origin(surface="job", request_id=request_id),
    )
    export = _event_of(case.authority_id, digest(manifest))
    checkpoint = checkpoint_make(now=now, by="export")
    return bundle_of(content, manifest, events=[one.pk for one in events], export=export, checkpoint=checkpoint)


def _event_of(authority_id: int, manifest: str) -> Event:
    found = Event.objects.filter(stream="authority", stream_id=authority_id, action=ACTION).order_by("-seq")
    return next(one for one in found.iterator() if json.loads(one.body)["data"]["manifest"] == manifest)
