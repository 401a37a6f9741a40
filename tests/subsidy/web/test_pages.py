"""Error pages, refusals, signing in and out, the frame."""

from __future__ import annotations

import datetime as dt
import io
import tarfile
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path, reverse
from django.utils.translation import override

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import Authority, RoleGrant, User
from subsidy.audit.moment import ZONE
from subsidy.calendars.clock import business_now
from subsidy.calendars.models import BusinessClock
from subsidy.urls import handler400, handler403, handler404, handler429, handler500  # noqa: F401 - Django looks here
from subsidy.urls import urlpatterns as real
from subsidy.web import nav
from workflows.common import refusals

PASSWORD = "a long pass phrase 7"
KINDS = {
    kind.code: kind
    for kind in (
        refusals.WrongState, refusals.Stale, refusals.DutiesClash, refusals.KeyReused, refusals.NotFound,
        refusals.Recused, refusals.Forbidden, refusals.Busy, refusals.BadData, refusals.InsufficientFunds,
    )
}  # fmt: skip


def refuse(request: HttpRequest, code: str) -> HttpResponse:
    raise KINDS[code]


def deny(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def break_down(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("planted")


urlpatterns = [
    path("refuse/<str:code>/", refuse),
    path("deny/", deny),
    path("break/", break_down),
    path("demo/", include("subsidy.demo.urls")),
    *real,
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def person() -> User:
    bureau = Authority.objects.create(
        code="yh", name_zh="余杭局", name_en="Yuhang", short_name="余科", region="330110"
    )
    return User.objects.create_user(
        username="company1", password=PASSWORD, name="王芳", kind=UserKind.COMPANY, authority=bureau
    )


@pytest.mark.parametrize(("code", "kind"), list(KINDS.items()))
def test_a_refusal_becomes_a_page_with_its_status_and_words(client: Client, code: str, kind: type[Any]) -> None:
    client.cookies["django_language"] = "en"
    answer = client.post(f"/refuse/{code}/")
    assert answer.status_code == kind.status
    assert answer["Cache-Control"] == "no-store"
    with override("en"):
        shown = str(kind.default_message)
    # A foreign matter reads exactly like one that does not exist.
    assert (shown in answer.content.decode()) is (kind.status != 404)


def test_a_recusal_cannot_be_told_from_a_matter_that_does_not_exist(client: Client) -> None:
    bodies = [client.get(f"/refuse/{code}/").content.decode().replace(code, "") for code in ("not_found", "recused")]
    tokens = [body.split('name="csrfmiddlewaretoken" value="') for body in bodies]
    stripped = ["".join([parts[0], *(part[64:] for part in parts[1:])]) for parts in tokens]
    assert stripped[0] == stripped[1]


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/console/cases/7/", "http://testserver/console/cases/7/"),
        ("http://elsewhere.example/", "/refuse/state/"),
        ("", "/refuse/state/"),
    ],
)
def test_the_way_back_leads_to_the_page_that_sent_the_act(client: Client, referer: str, back: str) -> None:
    answer = client.post("/refuse/state/", headers={"Referer": referer} if referer else {})
    assert f'href="{back}"' in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "status", "zh"),
    [("/deny/", 403, "您无权办理"), ("/nowhere/", 404, "没有此页面或事项"), ("/refuse/state/", 409, "事项状态已变化")],
)
def test_error_pages_say_what_happened_to_the_data(client: Client, address: str, status: int, zh: str) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert zh in answer.content.decode()


def test_a_fault_says_that_nothing_was_done_and_asks_no_database(client: Client) -> None:
    client.raise_request_exception = False
    answer = client.get("/break/")
    assert answer.status_code == 500
    assert "要么全部完成，要么完全不发生" in answer.content.decode()
    assert "planted" not in answer.content.decode()


def test_a_form_without_its_mark_is_explained() -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"login": "a", "password": "b"})
    assert answer.status_code == 403
    assert "表单已过期" in answer.content.decode()


def test_pages_carry_the_strict_policy(client: Client) -> None:
    answer = client.get("/sign-in/")
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert "camera=()" in answer["Permissions-Policy"]
    page = answer.content.decode()
    assert " style=" not in page
    assert " onclick=" not in page
    assert "<script>" not in page


def test_whatever_is_wrong_the_answer_is_the_same(client: Client, person: User) -> None:
    texts = []
    for name in ("company1", "nobody-there"):
        answer = client.post("/sign-in/", {"login": name, "password": "not the right one"})
        assert answer.status_code == 200
        texts.append(answer.context["form"].non_field_errors())
    assert texts[0] == texts[1] == ["用户名或密码不正确，请核对后重试。"]


def test_failures_are_limited_for_an_account(client: Client, person: User) -> None:
    for _ in range(5):
        client.post("/sign-in/", {"login": "company1", "password": "not the right one"})
    answer = client.post("/sign-in/", {"login": "company1", "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert "等待五分钟" in answer.content.decode()


@pytest.mark.parametrize("address", ["/signup/", "/accounts/signup/"])
def test_the_ways_of_the_library_to_an_account_are_shut(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_signing_in_leads_to_the_first_entry_of_ones_navigation(
    client: Client, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nav, "_entries", {})
    nav.add(nav.NavEntry(order=2, label="later", url_name="account_change_password", kinds=(UserKind.COMPANY,)))
    nav.add(nav.NavEntry(order=1, label="mine", url_name="source", kinds=(UserKind.COMPANY,)))
    nav.add(nav.NavEntry(order=0, label="theirs", url_name="account_login", kinds=(UserKind.OFFICER,)))
    answer = client.post("/sign-in/", {"login": "company1", "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == "/source/"
    assert [(link.label, link.current) for link in answer.context["nav_links"]] == [("mine", True), ("later", False)]


def test_two_entries_may_not_lead_to_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nav, "_entries", {})
    nav.add(nav.NavEntry(order=1, label="one", url_name="source", public=True))
    with pytest.raises(ValueError, match="already has an entry"):
        nav.add(nav.NavEntry(order=2, label="two", url_name="source", public=True))


def test_without_work_the_start_page_says_whom_to_ask(
    client: Client, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nav, "_entries", {})
    client.force_login(person)
    assert "请联系安全管理员" in client.get("/start/").content.decode()


def test_roles_of_today_are_shown(client: Client) -> None:
    bureau = Authority.objects.create(
        code="xk", name_zh="西科局", name_en="Bureau", short_name="西科", region="610100"
    )
    officer = User.objects.create_user(
        "acceptance", password=PASSWORD, name="张敏", kind=UserKind.OFFICER, authority=bureau
    )
    today = business_now().on
    RoleGrant.objects.create(user=officer, authority=bureau, role=Role.ACCEPTANCE, valid_from=today, valid_to=today)
    past = today - dt.timedelta(days=700)
    RoleGrant.objects.create(user=officer, authority=bureau, role=Role.LEADER, valid_from=past, valid_to=past)
    client.force_login(officer)
    acting = client.get("/source/").context["acting"]
    assert (acting.name, acting.places, acting.roles) == ("张敏", ("西科局",), (Role.ACCEPTANCE,))


def test_the_demo_shows_its_day_and_moves_it(client: Client, settings: Any) -> None:
    assert "演示日期" not in client.get("/source/").content.decode()
    settings.DEMO_MODE = True
    today = business_now().on
    BusinessClock.objects.create(now=dt.datetime(2024, 3, 4, 9, 0, tzinfo=ZONE))
    page = client.get("/source/").content.decode()
    assert "2024年3月4日" in page
    assert today.isoformat() not in page
    assert f'action="{reverse("demo-next-day")}"' in page
    assert 'name="seen" value="2024-03-04"' in page


def test_an_idle_session_ends(client: Client, person: User, settings: Any) -> None:
    client.force_login(person)
    client.get("/source/")
    session = client.session
    session["seen_at"] -= settings.IDLE_SIGN_OUT_SECONDS + 1
    session.save()
    answer = client.get("/source/")
    assert "_auth_user_id" not in client.session
    assert "您长时间没有操作" in answer.content.decode()


def test_a_used_session_goes_on(client: Client, person: User, settings: Any) -> None:
    client.force_login(person)
    client.get("/source/")
    session = client.session
    session["seen_at"] -= settings.IDLE_SIGN_OUT_SECONDS - 60
    session.save()
    client.get("/source/")
    assert "_auth_user_id" in client.session


def test_the_source_is_offered_without_data_and_secrets(client: Client) -> None:
    answer: Any = client.get("/source/archive/")
    with tarfile.open(fileobj=io.BytesIO(b"".join(answer.streaming_content))) as tar:
        names = tar.getnames()
    answer.close()
    assert "subsidy/manage.py" in names
    assert "subsidy/subsidy/web/source.py" in names
    assert not [name for name in names if "__pycache__" in name or "/.git/" in name or "secret_key" in name]


@pytest.mark.parametrize(
    "address",
    ["/account/second-factor/", "/account/second-factor/totp/activate/", "/account/password/", "/sign-out/"],
)
def test_account_pages_open(client: Client, person: User, address: str) -> None:
    client.post("/sign-in/", {"login": "company1", "password": PASSWORD})
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    assert str(answer.templates[0].name).split("/")[0] in ("mfa", "account")
