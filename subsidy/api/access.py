"""Access tokens that systems get for their credentials: short, signed, kept nowhere (docs/adr/0041).

A system's credentials are one of its person's tokens. What it gets for them is a sentence signed by this installation: which
token, what it may, until when. It ends with its token: whoever revokes the one ends the other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core import signing

from subsidy.accounts.models import ApiToken

PREFIX = "suba_"
# The words of a scope that say how far a token reaches; the names of kinds of matter stand beside them.
READ, ACT = "read", "act"
SECONDS = 3600
_SALT = "subsidy.api.access"


def access_new(token: ApiToken, *, may_act: bool, kinds: Sequence[str], real: dt.datetime) -> str:
    """An access token of at most SECONDS from `real` (real time), no longer than its token."""
    ends = min(real + dt.timedelta(seconds=SECONDS), token.expires_at)
    said = {"token": token.pk, "act": may_act, "kinds": list(kinds), "until": ends.timestamp()}
    return PREFIX + signing.dumps(said, salt=_SALT)


def access_read(secret: str, *, real: dt.datetime) -> ApiToken | None:
    """The token behind an access token, narrowed to what this may; None where it is not ours or is over.

    Whether the token itself is in force is for the caller to see. The row returned is for this request and never saved.
    """
    try:
        said: dict[str, Any] = signing.loads(secret.removeprefix(PREFIX), salt=_SALT)
    except signing.BadSignature:
        return None
    if said["until"] <= real.timestamp():
        return None
    token = ApiToken.objects.select_related("user").filter(pk=said["token"]).first()
    if token is not None:
        token.may_act = token.may_act and said["act"]
        token.kinds = said["kinds"]
    return token
