"""Uploads that carry a virus, before a scanner that speaks as clamd does (INSTREAM of clamd(8))."""

from __future__ import annotations

import hashlib
import socketserver
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile

from subsidy.documents.checks import check, check_table
from subsidy.documents.models import StoredFile
from subsidy.documents.refusals import UploadRefused
from subsidy.environment import scanner
from tests.world import PDF, World, pack
from workflows.common.refusals import BadData

# The test file of EICAR, in two parts so that no scanner of this machine stops at the tests.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
STREAM_MAX = 1_000_000


class Clamd(socketserver.StreamRequestHandler):
    """A reference of clamd: finds EICAR, refuses what is too long, and keeps what it was sent."""

    seen: list[bytes] = []

    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        assert command == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
            if len(content) > STREAM_MAX:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.seen.append(content)
        self.wfile.write(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0")


@pytest.fixture(params=["tcp", "unix"])
def clamd(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[type[Clamd]]:
    Clamd.seen = []
    if request.param == "unix":
        address = str(tmp_path / "s")
        server: socketserver.BaseServer = socketserver.ThreadingUnixStreamServer(address, Clamd)
        settings.VIRUS_SCANNER = address
    else:
        tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd)
        settings.VIRUS_SCANNER = tcp.server_address
        server = tcp
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Clamd
    server.shutdown()
    server.server_close()
    thread.join()


def paper(content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile("paper.pdf", content)


def test_a_clean_paper_is_read_whole_and_taken(clamd: type[Clamd]) -> None:
    content = PDF + b"%" * 200_000
    found = check(paper(content))
    assert clamd.seen == [content]
    assert (found.size, found.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_what_the_scanner_names_is_refused(clamd: type[Clamd]) -> None:
    with pytest.raises(UploadRefused, match="病毒"):
        check(paper(PDF + EICAR))
    with pytest.raises(UploadRefused, match="病毒"):
        check_table(SimpleUploadedFile("table.csv", b"a,b\n1," + EICAR))


@pytest.mark.django_db
def test_an_act_that_brings_a_virus_keeps_nothing(clamd: type[Clamd]) -> None:
    world = World()
    case = world.draft(world.call())
    before = StoredFile.objects.count()
    with pytest.raises(BadData) as refused:
        data, files = {"slot": pack(case).documents[0].id}, {"file": paper(PDF + EICAR)}
        world.act("case", case, "attach", world.filer(case.company), data=data, files=files)
    assert "病毒" in refused.value.fields["file"][0] and StoredFile.objects.count() == before


def test_what_is_too_long_for_the_scanner_is_not_taken(clamd: type[Clamd]) -> None:
    with pytest.raises(UploadRefused, match="未能"):
        check(paper(PDF + b"%" * (2 * STREAM_MAX)))


def test_a_scanner_that_does_not_answer_lets_nothing_in(settings: Any, tmp_path: Path) -> None:
    for address in (("127.0.0.1", 1), str(tmp_path / "nobody")):
        settings.VIRUS_SCANNER = address
        with pytest.raises(UploadRefused, match="未能"):
            check(paper())


def test_where_it_listens_is_read_from_the_environment() -> None:
    said = [scanner({"S": text}, "S") for text in ("", "/run/clamd.sock", "127.0.0.1:3310", "[::1]:3310")]
    assert said == ["", "/run/clamd.sock", ("127.0.0.1", 3310), ("::1", 3310)]
    for wrong in ("clamd", "host:", ":3310", "host:0", "host:70000"):
        with pytest.raises(ImproperlyConfigured, match="host:port"):
            scanner({"S": wrong}, "S")
