"""Which acts a reader may try on a matter: by where it stands and by the reader's roles and rights.

Only the door decides whether an act is done (four eyes, recusals, data); this says what is worth asking.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rest_framework.request import Request

from subsidy.accounts.models import User
from subsidy.api.authentication import user_of
from subsidy.applicants.selectors import rights_of
from subsidy.web.person import grants_of_request, moment_of
from subsidy.work.selectors import items_of
from workflows.common.acts import ANY_MEMBER, Act
from workflows.common.nodes import Standing
from workflows.common.place import company_id_of
from workflows.common.subjects import Kind


def offered(kind: Kind, subject: Any, request: Request) -> list[Act]:
    """The acts in the order in which they are declared; at most two statements."""
    user = user_of(request)
    roles = {grant.role for grant in grants_of_request(request) if grant.authority_id == subject.authority_id}
    company = company_id_of(kind, subject)
    rights = rights_of(user, on=moment_of(request).on).get(company, frozenset()) if company else frozenset()
    state = getattr(subject, "state", "")
    free = [act for act in kind.free_acts if not act.pooled and (not act.states or state in act.states)]
    found = [*_at_nodes(kind, subject), *free]
    return [act for act in found if not act.system and _may(act, subject, user, roles, rights)]


def _at_nodes(kind: Kind, subject: Any) -> Iterator[Act]:
    if not kind.flows:
        return
    flow = kind.flows[(subject.route, subject.route_version)].instance
    for name in dict.fromkeys(item.node for item in items_of(kind.name, subject.pk)):
        yield from flow.node(name).acts


def _may(act: Act, subject: Any, user: User, roles: set[str], rights: frozenset[str]) -> bool:
    if act.role is not None:
        return act.role in roles
    if act.member:
        return bool(rights) if act.member == ANY_MEMBER else act.member in rights
    if act.personal:
        return bool(act.whose) and getattr(subject, act.whose) == user.pk
    return act.own and subject.pk == user.pk


def every_act(kind: Kind) -> dict[str, Act]:
    """Every act that anybody can ask for on matters of a kind, by name."""
    found = {act.name: act for act in kind.free_acts}
    for flow_class in dict.fromkeys(kind.flows.values()):
        for node in flow_class.instance.nodes():
            if isinstance(node, Standing):
                found |= {act.name: act for act in node.acts if act.name not in found}
    return {name: act for name, act in found.items() if not act.system}
