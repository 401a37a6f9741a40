"""Messages to webhooks: signed, and sent to no address inside a network that the installation has not named.

The name of the receiver is looked up once and the connection goes to the address that was found, so that nobody can
answer with a harmless address first and with one inside afterwards. Redirects are not followed; only a 2xx is a receipt.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
SECONDS = 5.0
_STATUS_LINE_MAX = 1024
# IPv6 addresses that stand for an IPv4 address somewhere else (NAT64, RFC 6052): what stands behind is not seen.
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


class NotTaken(Exception):
    """The receiver did not take a message; the text is a word for the list, without anything that it sent."""


def is_outside(address: Address) -> bool:
    """Whether an address is one of the public internet, whatever form it is written in."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if inner:
            return is_outside(inner)
        if address in _TRANSLATED:
            return False
    return address.is_global and not address.is_multicast


def problem_of(url: str) -> str:
    """What is wrong with an address as text: the word of the fault, or nothing."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "address"
    plain = url.isascii() and url.isprintable() and " " not in url
    if not plain or parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
        return "address"
    return "credentials" if parts.username or parts.password else ""


@dataclass(frozen=True)
class Sender:
    """Sends a message and waits no longer than `seconds` for all of it.

    `inside` are networks that may be reached although they are not of the public internet; only there http will do.
    """

    inside: Collection[Network] = ()
    seconds: float = SECONDS
    lookup: Callable[[str, int], list[str]] = field(default=lambda host, port: _addresses(host, port))
    clock: Callable[[], float] = time.monotonic

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Raises NotTaken unless the receiver answered 2xx in time."""
        if problem_of(url):
            raise NotTaken(problem_of(url))
        ends = self.clock() + self.seconds
        try:
            status = self._status(url, headers, body, ends)
        except TimeoutError as error:
            raise NotTaken("slow") from error
        except ssl.SSLError as error:
            raise NotTaken("certificate") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NotTaken("down") from error
        if not 200 <= status < 300:
            raise NotTaken(f"status {status}")

    def _status(self, url: str, headers: Mapping[str, str], body: bytes, ends: float) -> int:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        address = self._allowed(host, port, secure=parts.scheme == "https")
        left = max(ends - self.clock(), 0.001)
        with socket.create_connection((str(address), port), timeout=left) as bare:
            sock = bare
            if parts.scheme == "https":
                sock = ssl.create_default_context().wrap_socket(bare, server_hostname=host)
            connection = http.client.HTTPConnection(host, port)
            connection.sock = sock
            target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, body, {**headers, "Connection": "close"})
            return self._answer(sock, ends)

    def _allowed(self, host: str, port: int, *, secure: bool) -> Address:
        """The one address that is connected to. Every address of the name must be allowed: a mixed answer is a trick."""
        found = [ipaddress.ip_address(text.partition("%")[0]) for text in self.lookup(host, port)]
        if not found:
            raise NotTaken("name")
        for address in found:
            named = any(address in network for network in self.inside if network.version == address.version)
            if not named and not is_outside(address):
                raise NotTaken("inside address")
            if not named and not secure:
                raise NotTaken("not https")
        return found[0]

    def _answer(self, sock: socket.socket, ends: float) -> int:
        """The status alone, read piece by piece: a receiver that trickles holds nobody beyond the time."""
        line = b""
        while b"\n" not in line:
            left = ends - self.clock()
            if left <= 0:
                raise TimeoutError
            sock.settimeout(left)
            piece = sock.recv(_STATUS_LINE_MAX)
            if not piece or len(line) > _STATUS_LINE_MAX:
                raise http.client.BadStatusLine("no status")
            line += piece
        words = line.split(b"\n", 1)[0].split()
        if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
            raise http.client.BadStatusLine("no status")
        return int(words[1])


def _addresses(host: str, port: int) -> list[str]:
    try:
        return [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (socket.gaierror, UnicodeError) as error:
        raise NotTaken("name") from error
