"""What all addresses of the description share: problem details, what a write answers, headers, parameters, tokens."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from subsidy.api.codes import HEADER
from subsidy.api.problems import MEDIA_TYPE
from subsidy.api.shapes import FLAG, NUMBER, OBJECT, TEXT, Schema, many, maybe, record
from workflows.common.subjects import kinds

KEY_OF_NUMBER = "^[0-9]{1,18}$"
PROBLEM: Schema = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "example": "/api/v1/problems/#version"},
        "title": {"type": "string", "example": "Precondition Failed"},
        "status": {"type": "integer", "example": 412},
        "code": {"type": "string", "example": "version"},
        "detail": TEXT,
        "errors": many(record(field=TEXT, messages=many(TEXT))),
        "request_id": TEXT,
    },
    "required": ["type", "title", "status", "code", "detail"],
}
DONE = record(kind=TEXT, key=TEXT, version=NUMBER)
ACT = record(name=TEXT, title=TEXT, versioned=FLAG, step_up=FLAG, data=OBJECT)
BULK_ROW: Schema = {
    "type": "object",
    "properties": {"key": TEXT, "version": NUMBER},
    "required": ["key"],
    "additionalProperties": False,
}
BULK_RESULT: Schema = {
    "type": "object",
    "properties": {
        "key": TEXT,
        "done": FLAG,
        "version": NUMBER,
        "replayed": FLAG,
        "problem": {"$ref": "#/components/schemas/Problem"},
    },
    "required": ["key", "done"],
}
SCHEMAS: dict[str, Schema] = {
    "Problem": PROBLEM,
    "Done": DONE,
    "Acts": record(items=many(ACT)),
    "BulkAnswer": record(done=NUMBER, rows=many(BULK_RESULT)),
}


def security() -> dict[str, Any]:
    return {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": _(
                "A personal token, made on the page of the own account; it may do what its person may. Or, where the "
                "installation names an identity provider for programs, an access token of that provider (RFC 9068) for a person "
                "who is linked with it, whose scope has read or act, and kinds of matter if it shall reach fewer."
            ),
        },
        "oauth": {
            "type": "oauth2",
            "description": _(
                "For systems: a short access token for a token of one's own. The client id is the beginning of that token "
                "as the list of tokens shows it, the client secret is the whole token."
            ),
            "flows": {
                "clientCredentials": {
                    "tokenUrl": "/api/v1/oauth/token/",
                    "scopes": {
                        "read": _("reading"),
                        "act": _("reading and acting"),
                        **{one.name: str(one.model._meta.verbose_name) for one in kinds()},
                    },
                }
            },
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": _("A browser's session; writes need its CSRF token too."),
        },
    }


def headers() -> dict[str, Any]:
    return {
        "ETag": {"description": _("The version, for If-Match and If-None-Match."), "schema": TEXT},
        "Idempotency-Replayed": {
            "description": _("Whether this is the answer to a request that was done before."),
            "schema": {"type": "string", "enum": ["true", "false"]},
        },
    }


def _header(name: str, words: str, schema: Schema, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "description": words, "schema": schema}


def parameters() -> dict[str, Any]:
    """The headers that requests carry."""
    return {
        "IdempotencyKey": _header(
            "Idempotency-Key",
            _("New for each request; the same when a request is sent again, which then is not done again."),
            {"type": "string", "pattern": "^[A-Za-z0-9._-]{8,64}$", "example": "erp-2024-03-04-0001"},
            required=True,
        ),
        "IfMatch": _header(
            "If-Match",
            _("The ETag of the matter as it was read last. A newer matter is not touched (412)."),
            {"type": "string", "pattern": '^(W/)?"[0-9]{1,9}"$', "example": '"7"'},
            required=True,
        ),
        "IfMatchOptional": _header(
            "If-Match",
            _("The ETag of the matter as it was read last; this act may leave it out."),
            {"type": "string", "pattern": '^(W/)?"[0-9]{1,9}"$', "example": '"7"'},
        ),
        "OneTimeCode": _header(
            HEADER,
            _("A code of the person's code app: this act asks for a second factor. A code is good for one time."),
            {"type": "string", "example": "287082"},
        ),
        "Language": _header(
            "Accept-Language", _("Language of sentences: zh-hans or en."), {"type": "string", "example": "zh-hans"}
        ),
    }


def _refusals() -> dict[str, str]:
    return {
        "400": _("The request cannot be read"),
        "401": _("No token, or one that is unknown, ended or revoked"),
        "403": _("The person or the token may not do this, or a second factor is asked for"),
        "404": _("There is no such matter, or it is not the reader's to see"),
        "409": _("Not possible where the matter stands, or the key was used with other content"),
        "412": _("The matter is newer than the version in If-Match"),
        "413": _("The body is too large"),
        "415": _("The body is of another media type"),
        "422": _("Entries are missing or wrong"),
        "428": _("If-Match is missing"),
        "429": _("Too many requests; Retry-After says when to come again"),
        "503": _("Others work on this matter at this moment; try again"),
    }


READING = ("400", "401", "403", "404", "429")
WRITING = ("400", "401", "403", "404", "409", "412", "413", "415", "422", "428", "429", "503")


def refusals(codes: tuple[str, ...]) -> dict[str, Any]:
    """References to the refusals of these statuses, and one for whatever else is refused."""
    return {code: {"$ref": f"#/components/responses/R{code}"} for code in codes} | {
        "default": {"$ref": "#/components/responses/Refused"}
    }


def responses() -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    found = {f"R{code}": {"description": words, "content": content} for code, words in _refusals().items()}
    return {**found, "Refused": {"description": _("Refused; nothing was written"), "content": content}}


def reference(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}


def listing_of(item: Schema) -> Schema:
    """One page of a list."""
    address = maybe({"type": "string", "format": "uri"})
    return record(items=many(item), next=address, previous=address)
