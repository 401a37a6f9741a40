"""An identity provider that shows its keys over HTTP as real ones do, and whose tokens a test words as it likes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm


class Provider:
    """Its address, what it was asked, and tokens signed with its key or another's."""

    def __init__(self, address: str) -> None:
        self.issuer = address
        self.keys = {"first": ec.generate_private_key(ec.SECP256R1())}
        self.asked: list[str] = []
        self.says_of_itself: dict[str, Any] = {"issuer": address, "jwks_uri": f"{address}/keys"}
        self.silent = False

    def shown(self) -> dict[str, Any]:
        """The JSON Web Key Set (RFC 7517)."""
        return {
            "keys": [
                {**json.loads(ECAlgorithm.to_jwk(key.public_key())), "kid": name, "use": "sig"}
                for name, key in self.keys.items()
            ]
        }

    def token(self, claims: dict[str, Any], *, key: Any = None, kid: str = "first", **header: Any) -> str:
        """An access token (RFC 9068) with these claims; `header` replaces entries of its header."""
        headers = {"typ": "at+jwt", "kid": kid, **header}
        signing: Any = key or self.keys[kid]
        return jwt.encode(claims, signing, algorithm=headers.pop("alg", "ES256"), headers=headers)


@contextmanager
def provider_running() -> Iterator[Provider]:
    """A provider on a free port of this machine."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked.append(self.path)
            pages = {"/.well-known/openid-configuration": provider.says_of_itself, "/keys": provider.shown()}
            found = None if provider.silent else pages.get(self.path)
            self.send_response(503 if found is None else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: what was asked stands in `asked`."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        provider = Provider(f"http://127.0.0.1:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield provider
        finally:
            server.shutdown()
