"""Fills the demo: two bureaus, their people, policies and money, a district, one batch paid in 2022, one call open now.

Everything that a person would do goes through the door under natural keys, at the dates of the time; a run that was
interrupted is taken up where it ended, and a finished one is left alone, whatever people have done since.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.db import connection

from subsidy.accounts.models import Authority
from subsidy.accounts.services import authority_found
from subsidy.calendars.services import calendar_import, clock_start
from subsidy.demo.accounts import PASSWORD, People, printed
from subsidy.demo.budget_years import carry_second_year, close_first_year, move_between_lines
from subsidy.demo.december import December
from subsidy.demo.district import generate_district
from subsidy.demo.experts import fill_pool
from subsidy.demo.first_batch import FirstBatch, open_first_call
from subsidy.demo.first_year import FirstYear
from subsidy.demo.marks import settle_marks
from subsidy.demo.open_call import FILED_ON, OpenCall, open_second_call
from subsidy.demo.routes import Routes
from subsidy.demo.settle import settle
from subsidy.demo.spaces import Spaces
from subsidy.demo.stage import Stage
from subsidy.demo.summary import Report, Summary
from subsidy.ledger.models import BudgetLine, PayingAccount
from subsidy.programmes.models import PolicyVersion
from subsidy.programmes.packs import pack_of
from subsidy.work.services import pools_make
from workflows.common import routes

SCALE = 60
"""Companies of the district unless told otherwise; each costs about five acts."""

BULK_FROM = 100
"""From so many companies on they are settled by COPY and by files of offices."""

MARKS_FROM = 1_000
"""From so many on there are companies at the marks of every policy besides; they are entered at the counter, in a minute."""

PACKS = Path(__file__).resolve().parents[2] / "policies" / "packs"
FIRST_PAID_USER = 12
ROUTES_ON = dt.date(2022, 1, 4)
DISTRICT_ON = dt.date(2024, 1, 22)


def seed(report: Report, *, scale: int | None = None) -> Summary:
    """Bring the demo's records to where its story begins; returns what is to be printed.

    `scale` is the number of district companies besides those of the story. Raises Refused or ValueError when the story
    cannot be told, which no later run mends by itself: the message says why.
    """
    clock_start()
    calendar_import()
    hurry()
    people = People()
    people.systems()
    bureau = found_bureau()
    people.staff(bureau)
    found_second_bureau(people)
    report("两个单位及其人员已就绪", "two bureaus and their people are in place")
    stage = Stage(bureau, people)
    publish_routes(stage)
    fill_pool(stage)
    play(stage, report)
    settle_district(stage, scale or SCALE, report)
    people.second_factors()
    return Summary(password=PASSWORD, totp_secret=settings.DEMO_TOTP_SECRET, accounts=printed())


def hurry() -> None:
    """Spare this session what only slows down many short transactions on small tables.

    A commit that the machine loses with its power is done again by the next run, like everything after it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET jit = off")


def play(stage: Stage, report: Report) -> None:
    """The story of the first bureau, year by year."""
    first = publish(stage, "2022.1", dt.date(2022, 1, 10))
    line = fund(stage, 2022, appropriated_fen=70_000_000_00, on=dt.date(2022, 2, 14), document="西财〔2022〕12号")
    account = paying_account(stage)
    receive(stage, account, 70_000_000_00, on=dt.date(2022, 6, 27), document="西财拨〔2022〕31号")
    batch = FirstBatch(stage, open_first_call(stage, first, line), pack_of(first), account, first_user=FIRST_PAID_USER)
    report("政策2022.1与首批申报已发布，开始办理首批17家企业", "policy 2022.1 and its call are published")
    batch.file()
    report("首批17家企业已申报并受理", "the seventeen companies of the first batch have filed")
    batch.review()
    report("专家评分与金额审核已完成", "experts have scored, amounts are checked")
    batch.decide()
    report("名单已公示，文件已下达，通知书已出具", "the list was published and decreed, letters are issued")
    batch.pay()
    fen = batch.total()
    report(
        f"两个批次已支付，共{fen // 100:,}.{fen % 100:02d}元",
        f"two batches are paid, CNY {fen // 100:,}.{fen % 100:02d}",
    )
    close_first_year(stage)
    batch.ask_back()
    december = December(stage, account)
    december.decreed()
    carry_second_year(stage)
    december.paid()
    report(
        "2023年12月的奖补已结转，由2024年预算支付", "an award of December was carried over and paid from the next year"
    )
    second = publish(stage, "2023.1", dt.date(2023, 1, 9))
    line = fund(stage, 2024, appropriated_fen=80_000_000_00, on=dt.date(2024, 1, 29), document="西财〔2024〕5号")
    receive(stage, account, 40_000_000_00, on=dt.date(2024, 2, 26), document="西财拨〔2024〕7号")
    OpenCall(stage, open_second_call(stage, second, line), pack_of(second)).play()
    report("2024年申报正在进行，各环节均有待办", "the call of 2024 is open, with applications at every stage")
    move_between_lines(stage)
    Routes(stage, account).play()
    report("退汇、追回、待核款项与对账单已就绪", "payments have come back, money is asked back, statements are read")
    report("各流程的每个环节均有示例", "every state of every route has a case")
    Spaces(stage).play()
    FirstYear(stage).play()
    report(
        "窗口登记、名单、数据文件与账户已就绪",
        "the counter has registered, imported and noted what a visitor can look at",
    )


def found_bureau() -> Authority:
    bureau = authority_found(
        code="xh",
        name_zh="西湖区科学技术局（演示）",
        name_en="Xihu District Science and Technology Bureau (demonstration)",
        short_name="西科",
        region="330106",
    )
    pools_make(bureau)
    return bureau


def found_second_bureau(people: People) -> None:
    """A neighbour with officers of its own and one policy; nothing of the first bureau may show here."""
    bureau = authority_found(
        code="qt",
        name_zh="钱塘区科学技术局（演示）",
        name_en="Qiantang District Science and Technology Bureau (demonstration)",
        short_name="钱科",
        region="330114",
    )
    pools_make(bureau)
    people.staff(bureau, prefix="qt-")
    stage = Stage(bureau, people, prefix="qt-")
    fill_pool(stage)
    publish(stage, "2023.1", dt.date(2023, 3, 6))


def publish_routes(stage: Stage) -> None:
    """Record the routes before the first matter runs on them. Raises ValueError when a recorded one has changed."""
    problems = routes.publish(now=stage.moment(ROUTES_ON))
    if problems:
        raise ValueError(
            "the routes of this build do not fit the matters in the data folder; "
            "start with a new folder (SUBSIDY_DATA_DIR) or bring the old classes back: " + "; ".join(problems)
        )


def publish(stage: Stage, version: str, on: dt.date) -> PolicyVersion:
    """Publish a version of the Flying-Sky pack as it lies in its folder."""
    folder = PACKS / "flying_sky" / version
    texts = {
        "policy_text": (folder / "policy.yaml").read_text(encoding="utf-8"),
        "source_text": (folder / "source.md").read_text(encoding="utf-8"),
        "cases_text": (folder / "cases.yaml").read_text(encoding="utf-8"),
        "name": f"flying_sky/{version}",
    }
    pk = stage.open(f"policy:{version}", "policy_version", "publish", "policy2", stage.moment(on), texts)
    return PolicyVersion.objects.select_related("policy").get(pk=pk)


def fund(stage: Stage, year: int, *, appropriated_fen: int, on: dt.date, document: str) -> BudgetLine:
    """Establish the year's budget line and put the appropriated money on it."""
    values = {
        "year": year,
        "code": "2060499-FT",
        "name_zh": "飞天计划专项资金",
        "name_en": "Flying-Sky funds",
        "source": "district",
        "programme": "飞天计划",
        "function_code": "2060499",
    }
    pk = stage.open(f"line:{year}", "budget_line", "establish", "finance2", stage.moment(on), values)
    stage.act(
        f"line:{year}:appropriate",
        "budget_line",
        pk,
        "appropriate",
        "finance2",
        stage.moment(on, 10),
        {"amount_fen": appropriated_fen, "document": document},
    )
    return BudgetLine.objects.get(pk=pk)


def paying_account(stage: Stage) -> PayingAccount:
    account, _made = PayingAccount.objects.get_or_create(
        authority=stage.authority,
        account_number="3301060000180018018",
        defaults={
            "name": stage.authority.name_zh,
            "bank_name": "中国工商银行西湖支行",
            "bank_code": "102100099996",
        },
    )
    return account


def receive(stage: Stage, account: PayingAccount, amount_fen: int, *, on: dt.date, document: str) -> None:
    """The treasury pays money into the paying account."""
    stage.act(
        f"funds:{document}",
        "authority",
        stage.authority.pk,
        "receive_funds",
        "finance2",
        stage.moment(on, 10),
        {"paying_account": account.pk, "amount_fen": amount_fen, "document": document},
    )


def settle_district(stage: Stage, scale: int, report: Report) -> None:
    """Register the companies of the district with what is known of them; they have no accounts to sign in with.

    A small one is entered at the counter, act by act. A larger one is settled in bulk, and a large one has companies
    at the marks of every policy besides.
    """
    if scale >= BULK_FROM:
        settle(stage, scale, report)
        if scale >= MARKS_FROM:
            settle_marks(stage, report)
        return
    pack = pack_of(PolicyVersion.objects.get(authority=stage.authority, version="2023.1"))
    at = stage.moment(DISTRICT_ON, 10)
    for generated in generate_district(scale=scale).companies:
        company = stage.company(generated, at)
        stage.know(company, generated, pack, FILED_ON, at)
    report(f"区内{scale}家企业已登记", f"{scale} companies of the district are registered")
