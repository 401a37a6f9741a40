from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from subsidy.calendars.models import BusinessClock
from subsidy.calendars.services import ClockRefusedError, calendar_import, clock_start
from subsidy.demo import deadlines
from subsidy.demo.next_day import advance

pytestmark = [pytest.mark.django_db, pytest.mark.urls("subsidy.demo.urls")]
TUESDAY = dt.date(2024, 3, 5)


@pytest.fixture
def demo(settings: Settings) -> None:
    settings.DEMO_MODE = True
    calendar_import(years=[2024])
    clock_start()


def test_the_deadlines_run_at_the_new_moment_after_the_clock_has_moved(demo: None) -> None:
    seen: list[tuple[Moment, dt.date]] = []
    moved = advance(lambda now: seen.append((now, business_now().on)))
    assert seen == [(moved, TUESDAY)]
    assert moved.on == TUESDAY


def test_a_failing_deadline_is_raised_and_the_day_stays_moved(demo: None) -> None:
    def fail(now: Moment) -> None:
        raise RuntimeError("a job fails")

    with pytest.raises(RuntimeError):
        advance(fail)
    assert business_now().on == TUESDAY


def test_advancing_is_refused_outside_demo_mode(demo: None, settings: Settings) -> None:
    settings.DEMO_MODE = False
    with pytest.raises(ClockRefusedError):
        advance(lambda now: pytest.fail("no deadline may run"))


def test_anyone_may_press_and_returns_to_their_page(
    demo: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[dt.date] = []
    monkeypatch.setattr(deadlines, "DEADLINES", (lambda now: ran.append(now.on), lambda now: ran.append(now.on)))
    answer = client.post(reverse("demo-next-day"), {"seen": "2024-03-04", "next": "/my/cases/?page=2"})
    assert (answer.status_code, answer["Location"]) == (302, "/my/cases/?page=2")
    assert business_now().on == TUESDAY
    assert ran == [TUESDAY, TUESDAY]


def test_a_second_press_from_the_same_page_moves_nothing_and_says_so(demo: None, client: Client) -> None:
    client.post(reverse("demo-next-day"), {"seen": "2024-03-04"})
    answer = client.post(reverse("demo-next-day"), {"seen": "2024-03-04"})
    assert business_now().on == TUESDAY
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        "其他人刚刚已把演示日期移到 2024-03-05，因此没有再移动；需要时请再按一次。"
    ]


def test_the_reader_of_english_is_told_in_english(demo: None, client: Client) -> None:
    answer = client.post(reverse("demo-next-day"), {"seen": "soon"}, headers={"accept-language": "en"})
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        "The day sent by the page could not be read, so nothing moved; reload the page and press again."
    ]
    assert business_now().on == dt.date(2024, 3, 4)


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""])
def test_the_way_back_never_leaves_the_site(demo: None, client: Client, target: str) -> None:
    assert client.post(reverse("demo-next-day"), {"next": target})["Location"] == "/"


def test_looking_moves_nothing(demo: None, client: Client) -> None:
    assert client.get(reverse("demo-next-day")).status_code == 405
    assert business_now().on == dt.date(2024, 3, 4)


def test_outside_demo_mode_there_is_no_such_page(demo: None, client: Client, settings: Settings) -> None:
    settings.DEMO_MODE = False
    assert client.post(reverse("demo-next-day")).status_code == 404
    assert BusinessClock.objects.get().now.astimezone(dt.UTC).date() == dt.date(2024, 3, 4)


def test_without_the_safety_mark_nothing_moves(demo: None, settings: Settings) -> None:
    settings.CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"
    assert Client(enforce_csrf_checks=True).post(reverse("demo-next-day")).status_code == 403
    assert business_now().on == dt.date(2024, 3, 4)
