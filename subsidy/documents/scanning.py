"""Has an upload a virus? Asked of clamd, where the operator runs one (SUBSIDY_VIRUS_SCANNER).

The conversation is INSTREAM of clamd(8): the command, chunks each headed by their length in four bytes, a chunk of no
length; the answer names what was found, or says OK. Whoever cannot answer has not said OK: then nothing is taken.
"""

from __future__ import annotations

import logging
import socket
import struct
from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from subsidy.documents.refusals import UploadRefused

ANSWER_SECONDS = 30
_LONGEST_ANSWER = 4096
log = logging.getLogger(__name__)


def scan(chunks: Iterable[bytes], name: str) -> None:
    """Have the content looked at; nothing is asked where no scanner is set. Raises UploadRefused unless it is clean."""
    address = settings.VIRUS_SCANNER
    if not address:
        return
    try:
        answer = _asked(address, chunks)
    except OSError as error:
        log.error("the virus scanner at %s does not answer: %s", address, error)
        raise _not_looked_at() from error
    if answer == "stream: OK":
        return
    if answer.endswith(" FOUND"):
        log.warning("a virus was found in an upload named %r: %s", name, answer)
        raise UploadRefused(
            _("A virus was found in the file, so it was not taken. Clean your computer and add a clean file.")
        )
    log.error("the virus scanner at %s could not look at an upload: %r", address, answer)
    raise _not_looked_at()


def _not_looked_at() -> UploadRefused:
    return UploadRefused(
        _("The file could not be looked at for viruses, so it was not taken. Add it again later, or call the bureau.")
    )


def _asked(address: str | tuple[str, int], chunks: Iterable[bytes]) -> str:
    with _link(address) as link:
        link.sendall(b"zINSTREAM\0")
        try:
            for chunk in chunks:
                link.sendall(struct.pack("!L", len(chunk)) + chunk)
            link.sendall(struct.pack("!L", 0))
        except ConnectionError as error:
            # Too long for it: it has said so and closed, and what it said is read below.
            log.info("the virus scanner took no more: %s", error)
        return _read(link)


def _link(address: str | tuple[str, int]) -> socket.socket:
    """A connection to a host and port, or to a socket of this machine."""
    if not isinstance(address, str):
        return socket.create_connection(address, ANSWER_SECONDS)
    link = socket.socket(socket.AF_UNIX)
    try:
        link.settimeout(ANSWER_SECONDS)
        link.connect(address)
    except OSError:
        link.close()
        raise
    return link


def _read(link: socket.socket) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < _LONGEST_ANSWER and (more := link.recv(_LONGEST_ANSWER)):
        answer += more
    return answer.split(b"\0")[0].decode("utf-8", "replace").strip()
