"""A reference service of facts: answers as a live source should, or fails in one of the ways that services do."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Service(ThreadingHTTPServer):
    """`manner` says how it answers; `facts` holds what it knows, by code of the company; `asked` what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.manner = "well"
        self.facts: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[dict[str, str]] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/facts"


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.server.asked.append(asked)
        answer = {"uscc": asked["uscc"], "facts": self.server.facts.get(asked["uscc"], [])}
        getattr(self, f"_{self.server.manner}")(answer)

    def _well(self, answer: dict[str, Any]) -> None:
        self._send(json.dumps(answer).encode())

    def _twice(self, answer: dict[str, Any]) -> None:
        self._well({**answer, "facts": [*answer["facts"], *answer["facts"]]})

    def _other(self, answer: dict[str, Any]) -> None:
        self._well({**answer, "uscc": "91330106000000000X"})

    def _words(self, _answer: dict[str, Any]) -> None:
        self._send("系统维护中".encode())

    def _broken(self, _answer: dict[str, Any]) -> None:
        self._send(b"{}", status=500)

    def _moved(self, _answer: dict[str, Any]) -> None:
        self._send(b"", status=302)

    def _endless(self, _answer: dict[str, Any]) -> None:
        self._send(b" " * (2 << 20))

    def _cut(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self._send(body[:-5], length=len(body))

    def _silent(self, _answer: dict[str, Any]) -> None:
        self.server.over.wait(30)

    def _trickling(self, _answer: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        while not self.server.over.wait(0.05):
            self.wfile.write(b" ")
            self.wfile.flush()

    def _send(self, body: bytes, *, status: int = 200, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the tests say what went wrong."""

    def handle(self) -> None:
        with suppress(ConnectionError):  # the asker has given up, as it should
            super().handle()


@contextmanager
def service() -> Iterator[Service]:
    server = Service()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
