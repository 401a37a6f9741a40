"""One-time codes in the header of a request: how a program shows the second factor of its person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.mfa.base.forms import ReauthenticateForm
from rest_framework.request import Request

from subsidy.api.authentication import user_of
from workflows.common.refusals import StepUpNeeded

HEADER = "X-One-Time-Code"
_WHY = "_api_code_refused"


def code_shown(request: Request) -> bool:
    """Whether the request carries a code that is right and was not used before; attempts are counted as at sign-in.

    Only what asks for a code may ask this: a code is used up by it.
    """
    code = request.headers.get(HEADER, "")
    if not code:
        return False
    form = ReauthenticateForm({"code": code}, user=user_of(request))
    if form.is_valid():
        return True
    setattr(request._request, _WHY, str(form.errors["code"][0]))
    return False


@contextmanager
def telling_of_code(request: Request) -> Iterator[None]:
    """Where the door asks for a second factor although a code was sent: say what was wrong with the code.

    A request that was done before is answered again whatever its code says, for a code is good for one time only.
    """
    try:
        yield
    except StepUpNeeded as refusal:
        raise StepUpNeeded(getattr(request._request, _WHY, None) or refusal.message) from refusal
