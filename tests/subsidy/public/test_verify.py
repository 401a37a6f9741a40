"""Whether a paper is genuine: by its code and by its file, for anybody, without a word about any person."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve

from subsidy.audit.log.checkpoints import checkpoint_make
from subsidy.audit.models import Checkpoint, Event
from subsidy.audit.offline import ed25519
from subsidy.audit.offline.bundle import read_event
from subsidy.audit.offline.merkle import included, leaf_hash
from subsidy.audit.offline.note import encoded, read_head, read_key, read_note, read_proof
from subsidy.correspondence.codes import ALPHABET, is_code, new_code, seal_of, spaced, tidied
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.documents.models import StoredFile
from subsidy.public.verifying import MAX_BYTES
from tests.subsidy.letters.reading import text_of
from tests.world import START, World
from workflows.case.jobs import issue_letter
from workflows.round.jobs import issue_round_paper


@pytest.fixture(autouse=True)
def _no_hits_yet(db: None) -> None:
    cache.clear()


@pytest.fixture
def client() -> Client:
    made = Client()
    made.cookies["django_language"] = "zh-hans"
    return made


@pytest.fixture
def letter(world: World) -> Letter:
    case = world.submitted(world.call())
    issue_letter(case.pk, LetterKind.RECEIPT, now=world.now)
    return Letter.objects.get(case=case, language="zh")


def sent(client: Client, content: bytes, name: str = "letter.pdf") -> HttpResponse:
    answer: Any = client.post("/verify/file/", {"file": SimpleUploadedFile(name, content, "application/pdf")})
    return answer


def test_a_code_is_long_random_and_checks_itself() -> None:
    codes = {new_code() for _n in range(200)}
    assert len(codes) == 200
    for code in codes:
        assert is_code(code) and tidied(spaced(code).lower()) == code
        # 19 characters of 32 are 95 bits.
        assert len(code) == 20 and set(code) <= set(ALPHABET)
    code = codes.pop()
    for place in range(len(code)):
        other = ALPHABET[(ALPHABET.index(code[place]) + 7) % 32]
        assert not is_code(code[:place] + other + code[place + 1 :]), place


def test_the_address_on_a_paper_is_that_of_this_page() -> None:
    code = new_code()
    path = seal_of(code).url.split("://")[1].partition("/")[2]
    assert resolve(f"/{path}").view_name == "public:verify-code"


def test_the_code_on_the_paper_leads_to_what_it_is(client: Client, letter: Letter) -> None:
    printed = text_of(bytes(letter.content))
    assert spaced(letter.code) in printed and f"/verify/{letter.code}/" in printed
    page = client.get("/verify/", {"code": spaced(letter.code).lower().replace("0", "o")}, follow=True)
    said = page.content.decode()
    assert page.status_code == 200 and page.redirect_chain
    english = Letter.objects.get(case=letter.case_id, language="en")
    assert english.code == letter.code and english.sha256 in said
    assert letter.number in said and letter.sha256 in said and "2024-03-04" in said
    assert letter.case is not None
    for secret in (letter.case.company_name, letter.case.company.uscc, letter.case.company.contact_name):
        assert secret and secret not in said


def test_the_file_itself_is_found_and_one_changed_byte_is_not(client: Client, letter: Letter) -> None:
    content = bytes(letter.content)
    found = sent(client, content)
    assert found.status_code == 200 and letter.number in found.content.decode()
    altered = sent(client, content[:-20] + b" " + content[-19:])
    assert altered.status_code == 404 and letter.number not in altered.content.decode()


@pytest.mark.parametrize(
    ("typed", "status"),
    [("ABC", 404), ("7K3QP-0WX5Z-RA9MC-4TJ8H", 404), ("核验", 422), ("x" * 500, 404), ("../etc", 422)],
)
def test_a_wrong_code_gets_a_plain_answer(client: Client, typed: str, status: int) -> None:
    page = client.get("/verify/", {"code": typed}, follow=True)
    assert page.status_code == status and "field-error" in page.content.decode()


def test_a_mistyped_code_and_an_unknown_one_are_told_apart(client: Client, letter: Letter) -> None:
    other = ALPHABET[(ALPHABET.index(letter.code[3]) + 1) % 32]
    mistyped = client.get(f"/verify/{letter.code[:3]}{other}{letter.code[4:]}/").content.decode()
    unknown = client.get(f"/verify/{new_code()}/").content.decode()
    assert "输错" in mistyped and "输错" not in unknown and "没有" in unknown


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "空"),
        (b"\x89PNG\r\n", "PDF"),
        (b"PK\x03\x04 a document", "PDF"),
        (b"%PDF-1.4" + b"0" * MAX_BYTES, "10 MB"),
    ],
)
def test_what_is_no_paper_is_refused(client: Client, content: bytes, word: str) -> None:
    answer = sent(client, content)
    assert answer.status_code == 422 and word in answer.content.decode()


def test_nothing_of_an_upload_is_kept(client: Client, letter: Letter, tmp_path: Path, settings: Any) -> None:
    settings.FILE_UPLOAD_TEMP_DIR, settings.FILE_UPLOAD_MAX_MEMORY_SIZE = str(tmp_path), 1
    before = StoredFile.objects.count()
    assert sent(client, bytes(letter.content)).status_code == 200
    assert list(tmp_path.iterdir()) == [] and StoredFile.objects.count() == before
    assert client.post("/verify/file/").status_code == 422
    assert client.get("/verify/file/").status_code == 405


def test_an_upload_from_another_site_is_refused(letter: Letter) -> None:
    strict = Client(enforce_csrf_checks=True)
    file = io.BytesIO(bytes(letter.content))
    assert strict.post("/verify/file/", {"file": file}).status_code == 403


def test_guessing_is_slowed_down(client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "verify": "2/m/ip"}
    codes = [client.get(f"/verify/{new_code()}/").status_code for _n in range(3)]
    assert codes == [404, 404, 429]


def test_a_paper_says_what_corrected_or_revoked_it_since(client: Client, world: World) -> None:
    call = world.call()
    case = world.ready(call)
    round_ = world.decreed(call)
    issue_letter(case.pk, LetterKind.AWARD, now=world.now)
    issue_round_paper(round_.pk, LetterKind.DECREE, now=world.now)
    award = Letter.objects.get(case=case, kind=LetterKind.AWARD, language="zh")
    decree = Letter.objects.get(subject_id=round_.pk, kind=LetterKind.DECREE, language="zh")
    assert "未更正或撤销" in client.get(f"/verify/{award.code}/").content.decode()
    for number, action, more in (
        ("西科〔2024〕18号", "correct_award", {"name": "杭州新名科技有限公司"}),
        ("西科〔2024〕19号", "revoke_award", {}),
    ):
        data = {"rank": 1, "number": number, "reason": "登记有误。", **more}
        world.act("round", round_, action, "notice", data=data)
        paper = round_.decrees.get(number=number)
        issue_round_paper(round_.pk, LetterKind.DECREE, now=world.now, decree_id=paper.pk)
    of_award, of_decree = (client.get(f"/verify/{one.code}/").content.decode() for one in (award, decree))
    corrigendum = Letter.objects.get(case=case, kind=LetterKind.CORRIGENDUM, language="zh")
    of_corrigendum = client.get(f"/verify/{corrigendum.code}/").content.decode()
    for said in (of_award, of_decree):
        assert "西科〔2024〕18号" in said and "西科〔2024〕19号" in said
    assert of_corrigendum.count("西科〔2024〕18号") == 1 and "西科〔2024〕19号" in of_corrigendum
    read = text_of(bytes(corrigendum.content))
    assert "杭州新名科技有限公司" in read and case.company_name in read and "西科〔2024〕8号" in read


def _head(tmp_path: Path, settings: Any) -> Checkpoint:
    settings.LOG_KEYS_DIR = tmp_path / "keys"
    return checkpoint_make(now=START, by="test")


def test_a_paper_is_proven_under_the_signed_head(
    client: Client, letter: Letter, tmp_path: Path, settings: Any
) -> None:
    waiting = client.get(f"/verify/{letter.code}/").content.decode()
    assert "/proof/" not in waiting and client.get(f"/verify/{letter.code}/proof/").status_code == 404
    head = _head(tmp_path, settings)
    page = client.get(f"/verify/{letter.code}/").content.decode()
    assert f"/verify/{letter.code}/proof/" in page
    proof = read_proof(client.get(f"/verify/{letter.code}/proof/").content.decode())
    event = read_event(client.get(f"/verify/{letter.code}/event/").content.decode())
    # What an outsider does: the paper's hash is in the event, the event's hash leads to the root, the root is signed.
    for paper in Letter.objects.filter(code=letter.code):
        assert paper.sha256 in event.said()["data"]["hashes"].values()
    assert event.chained() == event.hash
    signed = read_note(proof.checkpoint)
    root = read_head(signed.text)
    assert included(leaf_hash(event.hash), proof.index, root.size, proof.hashes, root.root)
    key = read_key(client.get("/log/keys/").content.decode())
    assert ed25519.verifies(key.public, signed.text.encode(), signed.by(key)) and root.size == head.size
    assert letter.case is not None
    for secret in (letter.case.company_name, letter.case.company.uscc, letter.case.company.contact_name):
        assert secret not in page and secret not in str(event.body)


def test_the_log_contradicts_a_paper_that_was_slipped_in(
    client: Client, letter: Letter, tmp_path: Path, settings: Any
) -> None:
    _head(tmp_path, settings)
    forged = b"%PDF-1.7 another amount"
    slipped = Letter.objects.create(
        authority_id=letter.authority_id, kind=letter.kind, case=letter.case, subject_kind="case",
        subject_id=letter.subject_id, number="X-1", code=new_code(), content=forged,
        sha256=hashlib.sha256(forged).hexdigest(), issued_at=letter.issued_at,
    )  # fmt: skip
    for answer in (client.get(f"/verify/{slipped.code}/"), sent(client, forged)):
        assert "message-error" in answer.content.decode() and "message-success" not in answer.content.decode()


def test_a_paper_whose_event_was_rewritten_is_not_called_genuine(
    client: Client, letter: Letter, tmp_path: Path, settings: Any
) -> None:
    _head(tmp_path, settings)
    event = Event.objects.get(stream="case", stream_id=letter.subject_id, action="issue_letter")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE audit_event DISABLE TRIGGER USER")
    Event.objects.filter(pk=event.pk).update(body=event.body.replace(letter.number, "X-1"))
    page = client.get(f"/verify/{letter.code}/").content.decode()
    assert "message-error" in page and "message-success" not in page
    assert client.get(f"/verify/{letter.code}/proof/").status_code == 404


def test_a_paper_shows_the_head_of_the_log_when_it_was_printed(world: World, tmp_path: Path, settings: Any) -> None:
    case = world.submitted(world.call())
    head = _head(tmp_path, settings)
    issue_letter(case.pk, LetterKind.RECEIPT, now=world.now)
    for paper in Letter.objects.filter(case=case):
        printed = text_of(bytes(paper.content))
        assert f"{head.key.name} {head.size} {encoded(bytes(head.root))[:12]}" in printed
