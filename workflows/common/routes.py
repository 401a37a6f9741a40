"""Published routes: every flow class with its fingerprint, so that a class with open matters is never changed unseen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from viewflow.workflow.base import Flow
from viewflow.workflow.fields import get_flow_ref

from subsidy.audit.canonical import canonical
from subsidy.audit.moment import Moment
from subsidy.work.models import RouteVersion
from workflows.common.nodes import Standing
from workflows.common.subjects import Kind, kinds


def fingerprint(flow_class: type[Flow]) -> str:
    """SHA-256 over nodes, states, roles, acts with their duties, and edges: what open matters rely on."""
    described = {
        node.name: {
            "type": node.task_type,
            "state": getattr(node, "state", ""),
            "role": getattr(node, "role", None) or "",
            "acts": _acts(node),
            "next": [edge.dst.name for edge in node._outgoing()],
        }
        for node in flow_class.instance.nodes()
    }
    return hashlib.sha256(canonical(described).encode()).hexdigest()


def _acts(node: Any) -> list[list[str]]:
    if not isinstance(node, Standing):
        return []
    return [[act.name, act.duty or "", act.role or act.member or "system"] for act in node.acts]


def all_routes() -> Iterator[tuple[Kind, str, int, type[Flow]]]:
    """Every (kind, route, version, flow class) that the door knows."""
    for kind in kinds():
        for (route, version), flow_class in kind.flows.items():
            yield kind, route, version, flow_class


def publish(*, now: Moment) -> list[str]:
    """Record routes that are not recorded yet; returns what is wrong with those that are (empty: nothing)."""
    known = set(RouteVersion.objects.values_list("route", "version"))
    RouteVersion.objects.bulk_create(
        RouteVersion(
            route=route,
            version=version,
            flow_ref=get_flow_ref(flow_class),
            fingerprint=fingerprint(flow_class),
            published_at=now.at,
        )
        for _kind, route, version, flow_class in all_routes()
        if (route, version) not in known
    )
    return changed()


def changed() -> list[str]:
    """What is wrong with published routes: changed, moved, or gone while matters of theirs are open."""
    flows = {(route, version): (kind, flow) for kind, route, version, flow in all_routes()}
    problems = []
    for row in RouteVersion.objects.order_by("route", "version"):
        known = flows.get((row.route, row.version))
        if known is None:
            problems.append(
                f"route {row.route} v{row.version} was published as {row.flow_ref} and is registered no more; "
                "keep its class until its last matter has ended"
            )
        else:
            problems += _differences(row, known[1])
    return problems + list(_unpublished(flows))


def _unpublished(flows: Mapping[tuple[str, int], tuple[Kind, type[Flow]]]) -> Iterator[str]:
    """Open matters whose route nobody recorded: a change of it would go unseen."""
    published = set(RouteVersion.objects.values_list("route", "version"))
    for (route, version), (kind, _flow) in flows.items():
        if (route, version) in published:
            continue
        if kind.model.objects.filter(route=route, route_version=version, process__finished__isnull=True).exists():
            yield f"route {route} v{version} has open matters and was never recorded; run `manage.py workflows publish`"


def _differences(row: RouteVersion, flow_class: type[Flow]) -> list[str]:
    found = []
    if row.flow_ref != get_flow_ref(flow_class):
        found.append(
            f"route {row.route} v{row.version} was published as {row.flow_ref} and is now {get_flow_ref(flow_class)}: "
            "open matters would lose their flow; put the class back"
        )
    if row.fingerprint != fingerprint(flow_class):
        found.append(
            f"route {row.route} v{row.version} changed after it was published; publish the change as version "
            f"{row.version + 1} and put this version back as it was"
        )
    return found
