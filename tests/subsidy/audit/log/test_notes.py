"""Keys, notes, checkpoints and proofs as text: what was written is read again, and one changed character is noticed."""

from __future__ import annotations

import pytest

from subsidy.audit.offline import ed25519
from subsidy.audit.offline.note import (
    Head,
    NoteError,
    Proof,
    VerifierKey,
    note_text,
    read_head,
    read_key,
    read_note,
    read_proof,
    signature_line,
)

# The example of golang.org/x/mod/sumdb/note: a key, a text and its signature that were made elsewhere.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SAYS = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# RFC 8032, section 7.1, test 2.
RFC_PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
RFC_SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def test_a_note_of_others_verifies_without_any_library() -> None:
    key, note = read_key(PETER), read_note(PETER_SAYS)
    assert key.as_text() == PETER
    assert ed25519.verifies(key.public, note.text.encode(), note.by(key))
    assert note_text(note.text, [signature_line(key, note.by(key))]) == PETER_SAYS
    assert not ed25519.verifies(key.public, note.text.encode() + b" ", note.by(key))


def test_the_plain_verification_of_signatures_is_that_of_the_standard() -> None:
    assert ed25519.verifies(RFC_PUBLIC, b"\x72", RFC_SIGNATURE)
    assert not ed25519.verifies(RFC_PUBLIC, b"\x73", RFC_SIGNATURE)
    for at in (0, 31, 32, 63):
        spoilt = bytearray(RFC_SIGNATURE)
        spoilt[at] ^= 1
        assert not ed25519.verifies(RFC_PUBLIC, b"\x72", bytes(spoilt))
    assert not ed25519.verifies(RFC_PUBLIC, b"\x72", RFC_SIGNATURE[:-1])
    assert not ed25519.verifies(b"\xff" * 32, b"\x72", RFC_SIGNATURE)


def test_a_signature_above_the_order_of_the_group_is_refused() -> None:
    """The same signature with the order added is another text for the same thing."""
    scalar = int.from_bytes(RFC_SIGNATURE[32:], "little") + ed25519.ORDER
    assert not ed25519.verifies(RFC_PUBLIC, b"\x72", RFC_SIGNATURE[:32] + scalar.to_bytes(32, "little"))


def test_a_head_and_a_proof_are_read_as_they_were_written() -> None:
    head = Head("grants.example/log", 3, b"r" * 32)
    assert read_head(head.as_text()) == head
    checkpoint = note_text(head.as_text(), [signature_line(VerifierKey("grants.example/log", b"k" * 32), b"s" * 64)])
    proof = Proof(2, (b"a" * 32, b"b" * 32), checkpoint)
    assert proof.as_text().startswith("c2sp.org/tlog-proof@v1\nindex 2\n")
    assert read_proof(proof.as_text()) == proof
    assert read_proof(Proof(0, (), checkpoint).as_text()) == Proof(0, (), checkpoint)
    extra = proof.as_text().replace("\nindex", "\nextra eA==\nindex", 1)
    assert read_proof(extra) == proof


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_key, "name+00000000+AQ=="),
        (read_key, PETER.replace("c74f20a3", "c74f20a4")),
        (read_key, "PeterNeumann"),
        (read_key, PETER.replace("+ARpc", "+AhRp")),
        (read_note, "text without signatures\n"),
        (read_note, PETER_SAYS.rstrip("\n")),
        (read_note, PETER_SAYS.replace("— ", "- ")),
        (read_note, PETER_SAYS.replace("AM=", "AN=")),
        (read_note, "a\tb\n\n— n AAAAAAA=\n"),
        (read_head, "origin\n3\n"),
        (read_head, "origin\n03\n" + "A" * 43 + "=\n"),
        (read_head, "origin\n-3\n" + "A" * 43 + "=\n"),
        (read_head, "origin\n3\nAAAA\n"),
        (read_proof, "c2sp.org/tlog-proof@v2\nindex 0\n\nx"),
        (read_proof, "c2sp.org/tlog-proof@v1\nindex 01\n\nx"),
        (read_proof, "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx"),
        (read_proof, "c2sp.org/tlog-proof@v1\n\nx"),
    ],
)  # fmt: skip
def test_what_is_written_otherwise_is_refused(read: object, text: str) -> None:
    with pytest.raises(NoteError):
        read(text)  # type: ignore[operator]
