"""Gathers what leaves with a case: its rules, facts, decisions, money, papers' hashes and events, each as it was hashed.

Personal values stay here: an event carries only their digest. Events of other matters that concern the case (its
round, batch, call, objections) are carried one by one; the case's own chain is carried whole.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from subsidy.audit.log.proofs import proofs
from subsidy.audit.models import Checkpoint, Event, LogKey
from subsidy.audit.offline import bundle as layout
from subsidy.audit.offline.note import read_note
from subsidy.cases.models import Case
from subsidy.correspondence.models import Letter
from subsidy.decisions.models import Award, Finding, Objection, RoundRow
from subsidy.documents.models import StoredFile
from subsidy.ledger.models import Transaction
from subsidy.payouts.models import BatchLine
from subsidy.reporting.verifier import verifier

_EPOCH = (1980, 1, 1, 0, 0, 0)
README_TEXT = """\
本压缩包是一个事项的卷宗。核验：  python3 verify.pyz 卷宗.zip
This archive is the file of one case. To check it:  python3 verify.pyz BUNDLE.zip

需要 Python 3.11 或更新版本，不需要安装任何东西。请把 key.txt 与该机关公开日志页上的密钥核对。
Python 3.11 or newer is needed and nothing else. Compare key.txt with the keys on the bureau's public log page.
如不愿运行随附的程序，可用任何支持 C2SP tlog-proof 的程序核对 proofs/ 中的证明。
Whoever would rather not run the enclosed program can check proofs/ with any program that reads C2SP tlog-proof.
"""


def content_of(case: Case, carried: Iterable[Event]) -> dict[str, bytes]:
    """The covered files of the bundle, by name; `carried` are the events, from the same snapshot as everything else."""
    version = case.policy_version
    policy = (version.policy_text, version.source_text, version.cases_text)
    events = "".join(f"{layout.written_event(logged(one))}\n" for one in carried)
    return {
        **{name: text.encode() for name, text in zip(layout.POLICY, policy, strict=True)},
        layout.CASE: _json(_case(case)),
        layout.FINDINGS: _json(_findings(case)),
        layout.LEDGER: _json(_ledger(case)),
        "content/payments.json": _json(_payments(case)),
        "content/papers.json": _json(_papers(case)),
        layout.EVENTS: events.encode(),
    }


def manifest_of(case: Case, content: Mapping[str, bytes]) -> bytes:
    """The list of the covered files with their hashes."""
    return _json(
        {
            "format": layout.FORMAT,
            "version": layout.VERSION,
            "case": case.number,
            "case_events": case.head_seq,
            "files": {name: layout.digest(found) for name, found in content.items()},
        }
    )


def bundle_of(content: Mapping[str, bytes], manifest: bytes, *, events: Collection[int], export: Event,
              checkpoint: Checkpoint) -> bytes:  # fmt: skip
    """The archive: `export` is the event that names the manifest's hash, `events` the keys of those carried.

    Raises ValueError when the checkpoint does not reach all of them.
    """
    found = proofs([*events, export.pk], checkpoint)
    if len(found) != len(set(events)) + 1:
        raise ValueError("the checkpoint is older than an event of the bundle; sign a new one first")
    files = {
        **content,
        layout.MANIFEST: manifest,
        layout.EXPORT: f"{layout.written_event(logged(export))}\n".encode(),
        layout.CHECKPOINT: checkpoint.text.encode(),
        layout.KEY: _keys(checkpoint).encode(),
        layout.README: README_TEXT.encode(),
        layout.VERIFIER: verifier(),
    }
    for event in Event.objects.filter(pk__in=found):
        files[logged(event).proof_file] = found[event.pk].as_text().encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, one in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), one, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def events_of(case: Case) -> QuerySet[Event]:
    """The whole chain of the case, and of its other matters the events that concern it, in the order of writing."""
    rounds = RoundRow.objects.filter(case=case).values("round")
    batches = BatchLine.objects.filter(case=case).values("batch")
    objections = Objection.objects.filter(case=case).values("pk")
    wanted = (
        Q(stream="case", stream_id=case.pk)
        | Q(stream="policy_version", stream_id=case.policy_version_id)
        | Q(stream="call", stream_id=case.call_id)
        | Q(stream="round", stream_id__in=rounds)
        | Q(stream="batch", stream_id__in=batches)
        | Q(stream="objection", stream_id__in=objections)
    )
    return Event.objects.filter(wanted).order_by("id")


def logged(event: Event) -> layout.LoggedEvent:
    """An event as bundles carry it."""
    line = {
        "stream": event.stream, "id": event.stream_id, "seq": event.seq, "prev": bytes(event.prev_hash).hex(),
        "hash": bytes(event.hash).hex(), "body": event.body,
    }  # fmt: skip
    return layout.read_event(json.dumps(line))


def _keys(checkpoint: Checkpoint) -> str:
    """The keys under the checkpoint, one a line."""
    names = {(one.name, one.key_id.hex()) for one in read_note(checkpoint.text).signatures}
    keys = LogKey.objects.order_by("-pk").values_list("text", flat=True)
    return "".join(f"{text}\n" for text in keys if tuple(text.split("+", 2)[:2]) in names)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _case(case: Case) -> dict[str, Any]:
    version = case.policy_version
    award = Award.objects.filter(case=case).select_related("decree").first()
    return {
        "number": case.number,
        "applicant": case.company_name,
        "policy": version.policy.code,
        "version": version.version,
        "content_hash": version.content_hash,
        "route": f"{case.route} v{case.route_version}",
        "state": case.state,
        "computed_fen": case.computed_fen,
        "award": award and {
            "amount_fen": award.amount_fen,
            "tier": award.tier,
            "finding": award.finding_id,
            "decree": award.decree.number,
        },
    }  # fmt: skip


def _findings(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "id": one.pk,
            "made_at": one.made_at.isoformat(),
            "content_hash": one.content_hash,
            "facts": one.facts_text,
            "decision": one.decision_text,
            "outcome": one.outcome,
            "amount_fen": one.amount_fen,
        }
        for one in Finding.objects.filter(case=case).order_by("pk")
    ]


def _ledger(case: Case) -> list[dict[str, Any]]:
    rows = Transaction.objects.filter(subject_kind="case", subject_id=case.pk).order_by("pk")
    return [
        {
            "key": one.key,
            "kind": one.kind,
            "at": one.at.isoformat(),
            "legs": [
                {
                    "book": leg.book,
                    "currency": leg.currency,
                    "account": leg.budget_account or f"cash {leg.cash_account_id}",
                    "line": leg.line_id,
                    "amount_fen": leg.amount,
                }
                for leg in sorted(one.legs.all(), key=lambda leg: leg.pk)
            ],
        }
        for one in rows.prefetch_related("legs")
    ]


def _payments(case: Case) -> list[dict[str, Any]]:
    """Without the account: its fingerprint is what checker and releaser were shown."""
    return [
        {
            "batch": one.batch.number,
            "end_to_end_id": one.end_to_end_id,
            "amount_fen": one.amount_fen,
            "state": one.state,
            "account_fingerprint": one.account_fingerprint,
            "settled_on": one.settled_on and one.settled_on.isoformat(),
        }
        for one in BatchLine.objects.filter(case=case).select_related("batch").order_by("pk")
    ]


def _papers(case: Case) -> list[dict[str, Any]]:
    files = StoredFile.objects.filter(owner_kind="case", owner_id=case.pk).order_by("pk")
    letters = Letter.objects.filter(case=case).defer("content").order_by("pk")
    return [
        *({"kind": "document", "slot": one.slot, "sha256": one.sha256, "bytes": one.size} for one in files),
        *({"kind": one.kind, "number": one.number, "language": one.language, "sha256": one.sha256} for one in letters),
    ]
