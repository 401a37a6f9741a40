"""The addresses of the API: a kind of matter, one of its matters, what may be done with it, and the doing.

Every write goes through the door with the caller's Idempotency-Key; the door knows a repeated key by the person, the
matter, the act and a hash of the data, and answers with the event of the first time. Nothing else needs to be stored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from subsidy.accounts.models import Authority
from subsidy.api import forms
from subsidy.api.authentication import TokenAuthentication, WithinToken, token_of, user_of
from subsidy.api.codes import code_shown, telling_of_code
from subsidy.api.offers import every_act, offered
from subsidy.api.parsing import Json, LongJson
from subsidy.api.problems import BadRequest, NoKey, NotSecure, NoVersion, Precondition, body_of_refusal, request_id_of
from subsidy.api.resources import Resource, resource_named, resources
from subsidy.api.throttling import PersonThrottle, tell
from subsidy.web.lists import OWN_PARAMETERS, NoSuchPlace
from subsidy.web.person import moment_of
from subsidy.web.second_factor import proven
from workflows.common import door, place
from workflows.common.acts import Act
from workflows.common.door import Outcome
from workflows.common.outcomes import RowOutcome
from workflows.common.refusals import BadData, NotFound, Refused, Stale
from workflows.common.subjects import Opening
from workflows.common.turn import Origin

ROWS_MAX = 10_000
_KEY = re.compile(r"\A[A-Za-z0-9._\-]{8,64}\Z")
_ETAG = re.compile(r'\A(?:W/)?"([0-9]{1,9})"\Z')


class ApiView(APIView):
    """What all addresses share: the request's id and the rate in every answer, and which kind of matter is meant."""

    authentication_classes: Sequence[type[BaseAuthentication]] = (TokenAuthentication, SessionAuthentication)
    permission_classes: Sequence[type[BasePermission]] = (WithinToken,)
    throttle_classes: Sequence[type[BaseThrottle]] = (PersonThrottle,)
    renderer_classes = (JSONRenderer,)
    # What an address takes stands in the description; OPTIONS would tell the words of the source instead.
    http_method_names = ("get", "head", "post")
    parser_classes: Sequence[type[BaseParser]] = (Json, MultiPartParser)
    resource: Resource | None = None

    @property
    def asked(self) -> Resource:
        return self.resource or resource_named(self.kwargs["kind"])

    def kind_asked(self) -> str:
        name = self.kwargs.get("kind", "")
        found = self.resource or resources().get(name)
        return found.kind_name if found else ""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises NotSecure before anybody is recognised by what came in the open."""
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            raise NotSecure
        super().initial(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        done: HttpResponseBase = super().finalize_response(request, response, *args, **kwargs)
        done["X-Request-Id"] = request_id_of(request)
        done["Cache-Control"] = "private, no-store"
        tell(request, done)
        return done


class Root(ApiView):
    """Which kinds of matter there are, and where."""

    def get(self, request: Request) -> Response:
        refuse_parameters(request.query_params, set())
        return Response({name: request.build_absolute_uri(f"{name}/") for name in sorted(resources())})


class Listing(ApiView):
    """The matters of a kind that the reader sees; POST opens a new one, of kinds that people open."""

    @property
    def allowed_methods(self) -> list[str]:
        found = resources().get(self.kwargs["kind"])
        return [one for one in super().allowed_methods if one != "POST" or (found is not None and openings_of(found))]

    def get(self, request: Request, kind: str) -> Response:
        resource, query = self.asked, request.query_params
        spec = resource.spec(request)
        filters = set(spec.filterset.base_filters) if spec.filterset else set()
        refuse_parameters(query, filters | (set(OWN_PARAMETERS) - {"export", "q"}))
        if "after" in query and "before" in query:
            raise BadRequest(fields={"before": [_("Ask for what comes after a place or before one, not for both.")]})
        try:
            page = spec.page(query, [resource.rows(request)], count=0)
        except NoSuchPlace as fault:
            raise BadRequest(fields={fault.parameter: [_no_such(fault.parameter)]}) from fault
        if page.form is not None and not page.form.is_valid():
            errors = {name: [str(one) for one in found] for name, found in page.form.errors.items()}
            raise BadRequest(fields=errors)
        body = {"items": [resource.shown(row, request) for row in page.rows], "next": None, "previous": None}
        for name, cursor, word in (("next", page.next, "after"), ("previous", page.previous, "before")):
            if cursor:
                body[name] = request.build_absolute_uri(f"?{_query_with(query, word, cursor)}")
        return Response(body)

    def post(self, request: Request, kind: str) -> Response:
        resource = self.asked
        openings = openings_of(resource)
        if not openings:
            raise MethodNotAllowed("POST")
        refuse_parameters(request.query_params, {"act", "authority"})
        name = request.query_params.get("act", "")
        opening = openings.get(name) if name else (next(iter(openings.values())) if len(openings) == 1 else None)
        if opening is None:
            raise NotFound
        data, files = forms.sent(request)
        forms.refuse_unknown(opening.act, None, data, files)
        with telling_of_code(request):
            outcome = door.open_matter(
                resource.kind_name,
                opening.act.name,
                actor=user_of(request),
                now=moment_of(request),
                key=key_of(request),
                authority_id=_authority_of(request),
                data=data,
                files=files,
                origin=origin_of(request, opening.act),
            )
        return done(resource, outcome, status=201)


class Matter(ApiView):
    """One matter with its version as ETag."""

    def get(self, request: Request, kind: str, key: str) -> Response:
        resource = self.asked
        refuse_parameters(request.query_params, set())
        row = resource.one(request, key)
        body = {**resource.shown(row, request), **resource.more(row, request)}
        tag = resource.tag(row, body)
        if tag in (one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")):
            return Response(status=304, headers={"ETag": tag})
        return Response(body, headers={"ETag": tag})


class Asking(ApiView):
    """A question about one matter; it changes nothing, so it needs no key and a token that only reads may ask it."""

    only_reads = True
    parser_classes = (LongJson,)

    @property
    def allowed_methods(self) -> list[str]:
        found = resources().get(self.kwargs["kind"])
        asked = [one for one in found.readings if one.name == self.kwargs["reading"]] if found else []
        ways = {"POST"} if asked and asked[0].takes is not None else {"GET", "HEAD"}
        return [one for one in super().allowed_methods if one in ways]

    def get(self, request: Request, kind: str, key: str, reading: str) -> Response:
        return self._answer(request, key, with_body=False)

    def post(self, request: Request, kind: str, key: str, reading: str) -> Response:
        return self._answer(request, key, with_body=True)

    def _answer(self, request: Request, key: str, *, with_body: bool) -> Response:
        found = self.asked.reading(self.kwargs["reading"])
        if with_body is not (found.takes is not None):
            raise MethodNotAllowed(request.method or "")
        row = self.asked.one(request, key)
        refuse_parameters(request.query_params, set(found.parameters))
        missing = [name for name in found.parameters if name not in request.query_params]
        if missing:
            raise BadRequest(fields={name: ["required"] for name in missing})
        given = _object(request, found.takes) if found.takes is not None else request.query_params.dict()
        return Response(found.answer(row, request, given))


class Taking(ApiView):
    """A file that leaves with one matter; that it left stands in the matter's events, so it is a POST with a key."""

    def post(self, request: Request, kind: str, key: str, paper: str) -> HttpResponse:
        found = self.asked.paper(paper)
        row = self.asked.one(request, key)
        refuse_parameters(request.query_params, set())
        octets = found.make(row, request, key_of(request))
        return HttpResponse(octets, content_type=found.media_type, headers={"X-Content-Type-Options": "nosniff"})


class Acts(ApiView):
    """What the reader may try on one matter, each act with the JSON Schema of its data."""

    def get(self, request: Request, kind: str, key: str) -> Response:
        resource = self.asked
        refuse_parameters(request.query_params, set())
        row = resource.one(request, key)
        found = [
            {
                "name": act.name,
                "title": str(act.title),
                "versioned": act.versioned,
                "step_up": act.step_up,
                "data": forms.schema_of(forms.form_of(act, row)),
            }
            for act in offered(resource.kind, row, request)
        ]
        return Response({"items": found}, headers={"ETag": f'"{row.head_seq}"'})


class Doing(ApiView):
    """One act on one matter, through the door."""

    def post(self, request: Request, kind: str, key: str, act: str) -> Response:
        resource = self.asked
        refuse_parameters(request.query_params, set())
        row = resource.one(request, key)
        found = act_of(resource, row, act)
        data, files = forms.sent(request)
        version, once = _version_of(request, found), key_of(request)
        forms.refuse_unknown(found, row, data, files)
        try:
            with telling_of_code(request):
                outcome = door.perform(
                    resource.kind_name,
                    row.pk,
                    found.name,
                    actor=user_of(request),
                    now=moment_of(request),
                    key=once,
                    version=version,
                    data=data,
                    files=files,
                    origin=origin_of(request, found),
                )
        except Stale as stale:
            raise Precondition from stale
        return done(resource, outcome)


class Bulk(ApiView):
    """One act on many matters with the same data; each row has its own result, and none stops another."""

    def post(self, request: Request, kind: str, act: str) -> Response:
        resource = self.asked
        refuse_parameters(request.query_params, set())
        keys, versions, data = _bulk_body(request)
        found = every_act(resource.kind).get(act)
        if found is None:
            raise NotFound
        if not found.bulk:
            raise BadRequest(_("This act is done one by one. Send it to each matter's own address."))
        if found.most and len(keys) > found.most:
            raise BadRequest(
                _("This act takes at most %(n)d rows at once. Send the rest after them.") % {"n": found.most}
            )
        forms.refuse_undeclared(found, data)
        ids = resource.ids(request, keys)
        outcomes = door.perform_many(
            resource.kind_name,
            [ids[key] for key in keys if key in ids],
            found.name,
            actor=user_of(request),
            now=moment_of(request),
            key=key_of(request),
            versions={ids[key]: version for key, version in versions.items() if key in ids},
            data=data,
            origin=origin_of(request, found),
        )
        results = {row.subject_id: row for row in outcomes}
        rows = [_row(key, results.get(ids.get(key, 0))) for key in keys]
        return Response({"done": sum(row["done"] for row in rows), "rows": rows})


class Nothing(ApiView):
    """Any other address under the API's: a program is told so as one."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Http404


def openings_of(resource: Resource) -> dict[str, Opening]:
    """The acts by which people open a new matter of the kind, by name; records have none."""
    if not resource.acts:
        return {}
    return {name: one for name, one in resource.kind.opens.items() if not one.act.system}


def act_of(resource: Resource, row: Any, name: str) -> Act:
    """The act of that name on this matter. Raises NotFound for none, and for what only the program itself does."""
    found = place.act_named(resource.kind, row, name)
    if found.system:
        raise NotFound
    return found


def key_of(request: Request) -> str:
    """The caller's key, made the caller's own: two people's keys never meet. Raises NoKey."""
    given = request.headers.get("Idempotency-Key", "")
    if not _KEY.match(given):
        raise NoKey
    return f"api:{user_of(request).pk}:{given}"


def origin_of(request: Request, act: Act) -> Origin:
    """Where the request comes from. For an act that asks for it, a program shows its person's second factor with the
    request itself; a browser's session is asked for the one that it has just shown.
    """
    bare = request._request
    return Origin(
        surface="api",
        request_id=request_id_of(request),
        address=request.META.get("REMOTE_ADDR", ""),
        proven=proven(bare) if token_of(request) is None else act.step_up and code_shown(request),
    )


def refuse_parameters(query: QueryDict, known: set[str]) -> None:
    """Raise BadRequest for a parameter that this address does not know, that comes twice, or that says nothing: none may
    be left out in silence.
    """
    wrong = {name: _wrong_with(query.getlist(name), known=name in known) for name in sorted(query)}
    if any(wrong.values()):
        raise BadRequest(fields={name: [words] for name, words in wrong.items() if words})


def _no_such(parameter: str) -> str:
    if parameter == "sort":
        return _("This list has no such order. The description of the API names those that it has.")
    return _("This list has no such place. Begin without it, and go on with what `next` and `previous` say.")


def _wrong_with(values: list[str], *, known: bool) -> str:
    if not known:
        return "unknown"
    if len(values) > 1:
        return _("This parameter is given more than once.")
    return "" if values[0] else _("This parameter is empty. Leave it out, or say what you ask for.")


def done(resource: Resource, outcome: Outcome, *, status: int = 200) -> Response:
    """What was done, by the event that says so; a repeat of the request gets the same answer."""
    found = resource.kind.model.objects.values_list(resource.lookup, flat=True).get(pk=outcome.subject_id)
    headers = {"ETag": f'"{outcome.seq}"', "Idempotency-Replayed": "true" if outcome.replayed else "false"}
    body = {"kind": resource.name, "key": str(found), "version": outcome.seq}
    return Response(body, status=status, headers=headers)


def _object(request: Request, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The body: an object with the entries of the schema and no other. Raises BadRequest."""
    body = request.data
    if not isinstance(body, dict):
        raise BadRequest
    wrong = {name: ["unknown"] for name in set(body) - set(schema["properties"])}
    wrong |= {name: ["required"] for name in set(schema["required"]) - set(body)}
    if wrong:
        raise BadRequest(fields=wrong)
    return body


def _version_of(request: Request, act: Act) -> int | None:
    given = request.headers.get("If-Match", "")
    if not given:
        if act.versioned:
            raise NoVersion
        return None
    found = _ETAG.match(given)
    if found is None:
        raise BadRequest
    return int(found[1])


def _authority_of(request: Request) -> int:
    """The bureau named by its code, or else the person's own. Raises NotFound."""
    code = request.query_params.get("authority", "")
    own = user_of(request).authority_id
    if not code and own is not None:
        return int(own)
    found = None if "\x00" in code else Authority.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound
    return int(found)


def _bulk_body(request: Request) -> tuple[list[str], dict[str, int], dict[str, Any]]:
    """The keys in their order, the versions of those that name one, and the data. Raises BadRequest, BadData."""
    body = request.data
    if not isinstance(body, dict) or set(body) - {"rows", "data"}:
        raise BadRequest
    rows, data = body.get("rows"), body.get("data", {})
    if not isinstance(rows, list) or not 0 < len(rows) <= ROWS_MAX or not isinstance(data, dict):
        raise BadRequest
    keys: dict[str, None] = {}
    versions: dict[str, int] = {}
    for row in rows:
        if not isinstance(row, dict) or set(row) - {"key", "version"} or not isinstance(row.get("key"), str):
            raise BadRequest
        if row["key"] in keys:
            raise BadData(fields={"rows": [_("%(key)s stands there more than once.") % {"key": row["key"][:100]}]})
        keys[forms.plain(row["key"])] = None
        if "version" in row:
            if not isinstance(row["version"], int) or isinstance(row["version"], bool):
                raise BadRequest
            versions[row["key"]] = row["version"]
    return list(keys), versions, {name: forms.plain(value) for name, value in data.items()}


def _row(key: str, result: RowOutcome | None) -> dict[str, Any]:
    refusal: Refused | None = NotFound() if result is None else result.refusal
    if refusal is not None:
        return {"key": key, "done": False, "problem": body_of_refusal(refusal)}
    assert result is not None and isinstance(result.result, Outcome)
    return {"key": key, "done": True, "version": result.result.seq, "replayed": result.result.replayed}


def _query_with(query: Any, name: str, value: str) -> str:
    kept = query.copy()
    for place_name in ("after", "before"):
        kept.pop(place_name, None)
    kept[name] = value
    return str(kept.urlencode())
