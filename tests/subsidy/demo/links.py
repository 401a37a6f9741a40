"""Whether the links of a filled bureau's pages open for those who read them.

A helper, because filling a database takes minutes: the test of the seeded demo calls it with its own.
"""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from subsidy.accounts.models import User
from tests.harness.walking import PEOPLE, Answer, walk


def broken_links() -> list[str]:
    """Each address to which a page leads its reader, but which does not open for them: who, from where, to where, what."""
    return [
        f"{name}: {stop.came_from} → {stop.address}: {stop.answer.status}"
        for name in PEOPLE
        for stop in walk(_reader(name))
        if stop.answer.status != 200
    ]


def _reader(username: str) -> Callable[[str], Answer]:
    """Asks this process as that person."""
    client = Client(raise_request_exception=False)
    user = User.objects.get(username=username)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    def get(address: str) -> Answer:
        answer = client.get(address, follow=True)
        here = answer.redirect_chain[-1][0] if answer.redirect_chain else address
        if answer.streaming:
            answer.close()
            return Answer(answer.status_code, here, "")
        is_page = answer["Content-Type"].startswith("text/html")
        return Answer(answer.status_code, here, answer.content.decode() if is_page else "")

    return get
