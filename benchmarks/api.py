"""The API: one case, a page of cases, and ten thousand decisions at once.

Peer: a bare endpoint of Django REST framework over the same rows (serializers with the same fields, cursor paging, the
same token), asked in turn in one process, through the same middleware. Limits: 8 statements for a case, 6 for a page; at
least half as many requests a second as bare; 10,000 sets of facts in a second of this process's time.
``python -m benchmarks.api [ROUNDS]`` prints the table on a PostgreSQL of its own; nothing fails on a slow machine. The
baseline is in `benchmarks/baseline.md`.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.rows import Row, table

CASES, ROUNDS, ROWS = 60, 40, 10_000
CASE_STATEMENTS, PAGE_STATEMENTS, DECIDE_SECONDS, TIMES = 8, 6, 1.0, 0.5


def bare_urls() -> list[Any]:
    """Bare endpoints over the same rows, beside the program's own addresses."""
    from django.urls import path
    from rest_framework import generics, pagination, permissions, renderers, serializers

    from subsidy.api.authentication import TokenAuthentication
    from subsidy.cases.models import Case
    from subsidy.correspondence.models import Letter
    from subsidy.decisions.models import Finding
    from subsidy.urls import urlpatterns

    class CaseFields(serializers.ModelSerializer):
        call = serializers.CharField(source="call.number")
        policy = serializers.CharField(source="policy_version.policy.code")
        version = serializers.CharField(source="policy_version.version")

        class Meta:
            model = Case
            fields: tuple[str, ...] = ("number", "state", "call", "policy", "version", "company", "company_name", "submitted_at",
                      "amount_fen", "accepted_at", "score", "tier", "computed_fen", "head_seq")  # fmt: skip

    class LetterFields(serializers.ModelSerializer):
        class Meta:
            model = Letter
            fields = ("id", "kind", "language", "code", "sha256", "issued_at")

    class FindingFields(serializers.ModelSerializer):
        class Meta:
            model = Finding
            fields = ("outcome", "made_at", "content_hash", "decision_hash", "decision_text")

    class WholeCase(CaseFields):
        letters, findings = LetterFields(many=True), FindingFields(many=True)

        class Meta(CaseFields.Meta):
            fields = (*CaseFields.Meta.fields, "letters", "findings")

    class Newest(pagination.CursorPagination):
        ordering, page_size = "-id", 25

    class Bare:
        authentication_classes = (TokenAuthentication,)
        permission_classes = (permissions.IsAuthenticated,)
        renderer_classes = (renderers.JSONRenderer,)
        serializer_class = CaseFields
        pagination_class = Newest
        lookup_field = "number"

        def get_queryset(self) -> Any:
            texts = ("policy_text", "source_text", "cases_text")
            found = Case.objects.select_related("call", "policy_version__policy")
            return found.defer(*(f"policy_version__{name}" for name in texts))

    one: Any = type("One", (Bare, generics.RetrieveAPIView), {"serializer_class": WholeCase})
    many: Any = type("Many", (Bare, generics.ListAPIView), {})
    return [path("bare/", many.as_view()), path("bare/<str:number>/", one.as_view()), *urlpatterns]


def program(world: Any) -> Callable[..., Any]:
    """Requests as a program of an officer's."""
    from django.test import Client

    from subsidy.accounts.services import token_new
    from subsidy.api.authentication import digest_of, new_secret
    from tests.harness.second_factor import give_app

    user, secret, begins = world.people["acceptance"], new_secret(), dt.datetime.now(dt.UTC)
    give_app(user)
    token_new(user, authority_id=world.authority.pk, name="bench", digest=digest_of(secret), hint=secret[:8],
              may_act=False, kinds=(), made_at=begins, expires_at=begins + dt.timedelta(days=9000))  # fmt: skip
    client = Client(headers={"authorization": f"Bearer {secret}"})

    def ask(path: str, data: Any = None) -> Any:
        answer = client.get(path) if data is None else client.post(path, data, content_type="application/json")
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code} {answer.content[:300]!r}")
        return answer

    return ask


def beside(name: str, ours: Callable[[], Any], bare: Callable[[], Any], rounds: int, most: int) -> list[Row]:
    """Statements of ours, and requests a second of both, asked in turn."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ours(), bare()
    with CaptureQueriesContext(connection) as found:
        ours()
    statements = len(found)
    spent: dict[str, list[float]] = {"ours": [], "bare": []}
    for _round in range(rounds):
        for who, ask in (("ours", ours), ("bare", bare)):
            began = time.perf_counter()
            ask()
            spent[who].append(time.perf_counter() - began)
    rate, peer = 1 / median(spent["ours"]), 1 / median(spent["bare"])
    return [
        Row(f"{name}: statements", statements, "", most, at_least=False),
        Row(f"{name}: requests a second", rate, "1/s", peer=f"bare DRF ({peer:,.0f}/s)", times=rate / peer,
            times_limit=TIMES),
    ]  # fmt: skip


def deciding(ask: Callable[..., Any], version: Any) -> Row:
    """Ten thousand sets of facts in one request, most of them worked cases of the pack."""
    from policies.language import facts_to_json
    from policies.language.check.cases import read_cases
    from subsidy.programmes.packs import pack_of

    pack = pack_of(version)
    cases = [one for one in read_cases(pack, version.cases_text, "cases.yaml") if one.stage is None]
    facts = [facts_to_json(pack, one.facts) for one in cases]
    body = json.dumps({"rows": [{"id": str(n), "facts": facts[n % len(facts)]} for n in range(ROWS)]})
    best = float("inf")
    for _round in range(3):
        began = time.process_time()
        found = ask(f"/api/v1/policy-versions/{version.pk}/readings/decide/", body).json()
        best = min(best, time.process_time() - began)
    if found["bad"]:
        raise SystemExit(f"{found['bad']} rows could not be read")
    return Row(f"decide {ROWS:,} sets of facts", best, "s", DECIDE_SECONDS, at_least=False)


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "subsidy.settings.testing"
    import django

    django.setup()
    from django.conf import settings
    from django.db import connections, transaction
    from django.test.utils import override_settings

    from tests.harness.database import Cluster, point_to

    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    cluster = Cluster()
    try:
        cluster.ensure_template()
        cluster.create("api_bench", template=cluster.template)
        point_to(cluster, "api_bench")
        from tests.world import World

        world = World()
        call = world.call()
        numbers = [world.submitted(call).number for _ in range(CASES)]
        settings.API_REQUESTS_A_MINUTE = 1_000_000
        sys.modules["benchmarks.api_urls"] = type(sys)("benchmarks.api_urls")
        sys.modules["benchmarks.api_urls"].urlpatterns = bare_urls()  # type: ignore[attr-defined]
        # A request in a transaction keeps its connection, as a server's worker does between requests.
        with override_settings(ROOT_URLCONF="benchmarks.api_urls"), transaction.atomic():
            ask, number = program(world), numbers[0]
            rows = beside("a case", lambda: ask(f"/api/v1/cases/{number}/"), lambda: ask(f"/bare/{number}/"), rounds,
                          CASE_STATEMENTS)  # fmt: skip
            rows += beside("a page of 25 cases", lambda: ask("/api/v1/cases/"), lambda: ask("/bare/"), rounds,
                           PAGE_STATEMENTS)  # fmt: skip
            rows.append(deciding(ask, call.policy_version))
    finally:
        connections.close_all()
        if cluster.embedded:
            cluster.embedded.release()
        shutil.rmtree(settings.DATA_DIR, ignore_errors=True)
    print(table(rows))


if __name__ == "__main__":
    main()
