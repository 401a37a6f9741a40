"""Messages to real receivers on this machine: taken, slow, failing, and addresses that lead inside a network."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from subsidy.correspondence.hooking import NotTaken, Sender, is_outside, problem_of
from subsidy.signing import new_secret, signature

HERE = (ipaddress.ip_network("127.0.0.0/8"),)
Got = tuple[str, dict[str, str], bytes]


@contextmanager
def receiver(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[tuple[str, list[Got]]]:
    """A real http server on this machine; gives its address and what it got."""
    got: list[Got] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            answer(self)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", got
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def status(code: int, location: str = "") -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        if location:
            handler.send_header("Location", location)
        handler.end_headers()

    return answer


def test_a_message_arrives_signed() -> None:
    secret, body = new_secret(), b'{"seq":7}'
    signed = signature(secret, "msg_1", 1_700_000_000, body)
    with receiver(status(204)) as (url, got):
        Sender(HERE).send(f"{url}/grants?x=1", {"Webhook-Signature": signed}, body)
    ((path, headers, arrived),) = got
    assert (path, arrived, headers["webhook-signature"]) == ("/grants?x=1", body, signed)
    # As a receiver checks it.
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, b"msg_1.1700000000." + arrived, hashlib.sha256).digest()).decode()
    assert signed == f"v1,{wanted}"
    assert signature(secret, "msg_1", 1_700_000_001, body) != signed


@pytest.mark.parametrize(("code", "word"), [(500, "status 500"), (404, "status 404")])
def test_only_a_2xx_is_a_receipt(code: int, word: str) -> None:
    with receiver(status(code)) as (url, _got), pytest.raises(NotTaken, match=rf"^{word}$"):
        Sender(HERE).send(url, {}, b"{}")


def test_a_redirect_is_not_followed() -> None:
    with receiver(status(200)) as (inside, reached), receiver(status(307, inside)) as (url, _got):
        with pytest.raises(NotTaken, match=r"^status 307$"):
            Sender(HERE).send(url, {}, b"{}")
        assert reached == []


def test_a_receiver_that_says_nothing_or_trickles_is_given_up_on() -> None:
    ends = threading.Event()
    ticks = iter([0.0, 0.0, 0.0, *[9.0] * 99])

    def silent(_handler: BaseHTTPRequestHandler) -> None:
        ends.wait(10)

    with receiver(silent) as (url, _got):
        with pytest.raises(NotTaken, match=r"^slow$"):
            Sender(HERE, clock=lambda: next(ticks)).send(url, {}, b"{}")
        ends.set()
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    with pytest.raises(NotTaken, match=r"^down$"):
        Sender(HERE).send(url, {}, b"{}")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.8", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "::", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1",
    ],
)  # fmt: skip
def test_what_leads_inside_is_refused(address: str) -> None:
    assert not is_outside(ipaddress.ip_address(address))
    sender = Sender(lookup=lambda _host, _port: [address])
    with pytest.raises(NotTaken, match=r"^inside address$"):
        sender.send("https://erp.example.com/", {}, b"{}")
    mixed = Sender(lookup=lambda _host, _port: ["203.0.114.1", address])
    with pytest.raises(NotTaken, match=r"^inside address$"):
        mixed.send("https://erp.example.com/", {}, b"{}")


def test_a_name_is_looked_up_once_and_that_address_is_connected_to() -> None:
    """A name that answers with an allowed address first and with another one afterwards gains nothing."""
    asked: list[str] = []

    def lookup(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with receiver(status(200)) as (url, got):
        Sender(HERE, lookup=lookup).send(url.replace("127.0.0.1", "erp.example.com"), {}, b"{}")
    assert asked == ["erp.example.com"] and len(got) == 1 and got[0][1]["host"].startswith("erp.example.com:")


def test_plain_http_stays_inside_the_named_networks() -> None:
    with pytest.raises(NotTaken, match=r"^not https$"):
        Sender(HERE, lookup=lambda _host, _port: ["203.0.114.1"]).send("http://erp.example.com/", {}, b"{}")


@pytest.mark.parametrize(
    "url", ["erp.example.com", "ftp://a.example/", "file:///etc/passwd", "https://", "https://a.example:99999/",
            "https://a.example/ x", "https://a.example/\r\nX: y", "https://例子.example/"]
)  # fmt: skip
def test_what_is_no_address_is_said_so(url: str) -> None:
    assert problem_of(url) == "address"


def test_credentials_do_not_stand_in_an_address() -> None:
    assert problem_of("https://me:secret@erp.example.com/") == "credentials"
    assert problem_of("https://erp.example.com:8443/grants?x=1") == ""
