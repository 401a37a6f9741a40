"""What an outsider does with a site: takes a published paper, its event, its proof and the keys, by http and nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.request
from hashlib import sha256
from pathlib import Path

from tests.outside.program import said

PROOF_HEAD = re.compile(r"\n\n(?P<origin>[^\n]+)\n(?P<size>\d+)\n")


def fetched(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=60) as answer:
        content: bytes = answer.read()
        return content


def code_of_a_decree(site: str) -> tuple[str, bytes]:
    """The verification code printed on a decree that the site publishes, and the bytes of that paper."""
    listed = fetched(f"{site}/decrees/").decode()
    found = re.search(r'href="(/decrees/\d+/)"', listed)
    assert found is not None, "the demo publishes decrees"
    paper = fetched(f"{site}{found.group(1)}paper/")
    text = subprocess.run(["pdftotext", "-", "-"], input=paper, capture_output=True, check=True).stdout.decode()
    printed = re.search(r"/verify/([0-9A-Z]{20})/", text)
    assert printed is not None, text
    return printed.group(1), paper


def others_verify(site: str, program: Path, folder: Path) -> None:
    """A paper of the site leads to its event, the event to its entry, and the program of others finds it under the head."""
    code, paper = code_of_a_decree(site)
    event = json.loads(fetched(f"{site}/verify/{code}/event/"))
    assert sha256(paper).hexdigest() in event["body"], "the event names the paper's own hash"
    entry = sha256(bytes.fromhex(event["prev"]) + sha256(event["body"].encode()).digest()).hexdigest()
    (key,) = fetched(f"{site}/log/keys/").decode().split()
    proof = fetched(f"{site}/verify/{code}/proof/").decode()
    head = PROOF_HEAD.search(proof)
    assert head is not None and proof.endswith("\n\n" + fetched(f"{site}/log/checkpoint").decode())
    path = folder / "paper.tlog-proof"
    path.write_text(proof, encoding="utf-8")
    status, words = said(program, key, entry, path)
    assert (
        status == 0
        and words.startswith(f"{head['origin']}: entry ")
        and words.endswith(f" of {head['size']} verified\n")
    )
    altered = event["body"].replace(sha256(paper).hexdigest(), sha256(paper + b" ").hexdigest())
    forged = sha256(bytes.fromhex(event["prev"]) + sha256(altered.encode()).digest()).hexdigest()
    assert said(program, key, forged, path)[0] == 1, "an event that names another paper is not in the log"
