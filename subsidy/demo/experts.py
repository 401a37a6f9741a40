"""The pool of experts of the demo: what each judges, where each works, and a few links to companies."""

from __future__ import annotations

import datetime as dt

from subsidy.accounts.enums import Role
from subsidy.demo.accounts import POSTS
from subsidy.demo.stage import Stage
from subsidy.reviews.enums import Branch

ADMITTED_ON = dt.date(2022, 1, 5)
_EMPLOYERS = ("浙江大学", "杭州电子科技大学", "浙江工业大学", "西湖大学", "中国计量大学", "浙江财经大学")
_FIELDS = ("electronics", "biology", "materials", "manufacturing")
FINANCIAL_EVERY = 4


def fill_pool(stage: Stage) -> None:
    """Admit every expert of the bureau to its pool; every fourth judges finances, every other any field of the branch."""
    experts = [post for post in POSTS if post.role == Role.EXPERT]
    for number, post in enumerate(experts, 1):
        financial = number % FINANCIAL_EVERY == 0
        stage.open(
            f"expert:{post.username}",
            "expert",
            "admit",
            "acceptance",
            stage.moment(ADMITTED_ON, 9),
            {
                "username": stage.user(post.username).username,
                "branch": Branch.FINANCIAL if financial else Branch.TECHNICAL,
                "fields_text": "" if financial or number % 2 else _FIELDS[number // 2 % len(_FIELDS)],
                "employer": "浙江财经大学" if financial else _EMPLOYERS[number % (len(_EMPLOYERS) - 1)],
                "title": "教授" if number % 2 else "研究员",
                "valid_from": ADMITTED_ON.isoformat(),
            },
        )
