"""What the counter did in the weeks before the demo begins: people, a company, its letter, registers, files, accounts.

A visitor finds one of each: a person without a company, a company that the counter registered and whose letter of
authorisation soon ends, two sources that contradict each other, a file with lines that could not be taken, entries of
registers and an award from before the system, an account that cools and one that a court has frozen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from subsidy.applicants.models import Company, PayeeAccount
from subsidy.audit.moment import Moment
from subsidy.demo.papers import paper
from subsidy.demo.stage import Stage
from subsidy.demo.uscc import generated_uscc
from workflows.fact_import.jobs import check_fact_import
from workflows.registers.jobs import apply_register_import, compare_register_import

NEWCOMER, COUNTER = "newcomer", "company29"
COUNTER_NUMBER, HOME = 903_000, "330106"
COUNTER_NAME = "杭州茗溪检测有限公司"
COOLING, FROZEN, AWARDED = "company27", "company26", "company25"
REGISTERED_ON, LETTER_ENDS = dt.date(2024, 2, 26), dt.date(2024, 3, 13)
FACTS_ON, LISTS_ON, ACCOUNTS_ON = dt.date(2024, 2, 27), dt.date(2024, 2, 28), dt.date(2024, 3, 1)
TITLES = "统一社会信用代码,证书编号,级别,起始日期,截止日期"
AWARDS = "统一社会信用代码,政策代码,奖补名称,组,组键,金额（元）,发文日期,文号"
TAX = "统一社会信用代码,企业名称,上年销售收入（万元）,税收征管关系在本区"


class FirstYear:
    """The counter's part of the story, on one stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.uscc = generated_uscc(COUNTER_NUMBER, region=HOME)

    def play(self) -> None:
        self.stage.people.newcomer(NEWCOMER, "戚晓雯", self.stage.authority)
        company = self.at_the_counter()
        self.contradicting(company)
        self.registers(company)
        self.bad_lines()
        self.cooling()
        self.frozen()

    def at_the_counter(self) -> int:
        """Registered for two people who stood there, one with a letter for a fortnight."""
        people, authority = self.stage.people, self.stage.authority
        people.newcomer(COUNTER, "章明", authority)
        people.newcomer(f"{COUNTER}-legal", "骆茗", authority)
        return self.stage.open(
            "counter:company",
            "company",
            "register",
            "counter",
            self.stage.moment(REGISTERED_ON, 14),
            {
                "uscc": self.uscc,
                "name": COUNTER_NAME,
                "region": HOME,
                "industry": "M7452",
                "founded_on": "2017-08-16",
                "representative": "骆茗",
                "contact_name": "章明",
                "contact_phone": "057100000029",
                "administrator": COUNTER,
                "confirmer": f"{COUNTER}-legal",
                "valid_to": LETTER_ENDS.isoformat(),
            },
            files={"letter": _paper("授权委托书")},
        )

    def contradicting(self, company: int) -> None:
        """Registry and tax office say otherwise of where the company sits."""
        for source, inside in (("registry", True), ("tax", False)):
            facts = [{"name": "registered_in_district", "kind": "yes_no", "value": inside}]
            data = {"source": source, "as_of": "2024-01-31", "facts": facts}
            self._counter(f"counter:facts:{source}", "company", company, "keep_facts", FACTS_ON, data)

    def registers(self, company: int) -> None:
        """A title at the counter, one by a delivered list; a place on the list of defaulters; an earlier award."""
        title = {"kind": "tech_sme", "certificate_number": "202433010600029", "valid_from": "2024-01-02"}
        data = {**title, "valid_to": "2025-03-31"}
        self._counter("counter:title", "company", company, "note_recognition", LISTS_ON, data)
        listed = f"{self.uscc},GR202333002900,国家级,2023-12-08,2026-12-07"
        self._delivered("high_tech", TITLES, listed)
        debtor = {"kind": "dishonest", "valid_from": "2024-02-05", "certificate_number": "（2024）浙0106执29号"}
        owner = self._company("company24").pk
        self._counter("counter:debtor", "company", owner, "note_recognition", LISTS_ON, debtor)
        before = self._company(AWARDED).uscc
        award = f'{before},rd_platform_award,省级,rd_platform,{before},"300,000.00",2020-06-01,杭财〔2020〕3号'
        self._delivered("prior_awards", AWARDS, award)

    def _delivered(self, register: str, heading: str, line: str) -> None:
        """A list that an office delivered, compared and applied."""
        data = {"register": register, "as_of": "2024-02-20"}
        deliver(self.stage, f"counter:list:{register}", f"{heading}\n{line}\n", data, self.stage.moment(LISTS_ON, 15))

    def bad_lines(self) -> None:
        """A file of the tax office that waits to be applied: one line is good, the others say why they are not."""
        stage, name = self.stage, "counter:tax"
        if stage.has(name):
            return
        now = stage.moment(ACCOUNTS_ON, 11)
        lines = (
            f"{self.uscc},{COUNTER_NAME},3120.50,是",
            f"{self.uscc[:-1]}{'0' if self.uscc[-1] != '0' else '1'},杭州错码有限公司,800,是",
            f"{self._company(AWARDED).uscc},数字有误的一行,约三千,是",
            f"{generated_uscc(COUNTER_NUMBER + 1, region=HOME)},杭州未登记有限公司,500,否",
        )
        file = SimpleUploadedFile("税务2023.csv", "\n".join([TAX, *lines]).encode("gb18030"), content_type="text/csv")
        data = {"layout": "tax", "as_of": "2024-02-29", "year": 2023}
        pk = stage.open(name, "fact_import", "upload", "counter", now, data, files={"file": file})
        check_fact_import(pk, now=lambda: now)

    def cooling(self) -> None:
        """A company of the first batch has another account since Friday; it is paid to from Thursday."""
        company = self._company(COOLING)
        now, name = self.stage.moment(ACCOUNTS_ON, 14), "counter:account:cooling"
        entry = {
            "holder_name": company.name,
            "account_number": "6222021202029027027",
            "bank_name": "招商银行杭州分行",
            "bank_code": "308584000013",
        }
        self.stage.act(f"{name}:enter", "company", company.pk, "propose_account", COOLING, now, entry)
        account = {"account": PayeeAccount.objects.filter(company=company).latest("pk").pk}
        legal, later = f"{COOLING}-legal", self.stage.moment(ACCOUNTS_ON, 16)
        self.stage.act(f"{name}:confirm", "company", company.pk, "confirm_account", legal, later, account)

    def frozen(self) -> None:
        """A court holds back the account of another."""
        company, name = self._company(FROZEN), "counter:account:frozen"
        if self.stage.has(name):
            return
        account = PayeeAccount.objects.get(company=company, state="confirmed").pk
        data = {"account": account, "issuer": "杭州市西湖区人民法院", "number": "（2024）浙0106执恢26号"}
        files, now = {"order": _paper("协助执行通知书")}, self.stage.moment(ACCOUNTS_ON, 10)
        self.stage.act(name, "company", company.pk, "freeze_account", "supervision", now, data, files)

    def _company(self, username: str) -> Company:
        """The company for which that person files."""
        person = self.stage.people[username]
        rows = person.companyuserobjectpermission_set.filter(permission__codename="file_for")
        return rows.select_related("content_object").get().content_object

    def _counter(
        self, name: str, kind: str, subject_id: int, action: str, on: dt.date, data: Mapping[str, Any]
    ) -> None:
        now: Moment = self.stage.moment(on, 10)
        self.stage.act(name, kind, subject_id, action, "counter", now, data)


def deliver(stage: Stage, name: str, content: str, data: Mapping[str, Any], now: Moment) -> None:
    """A list of a register that an office delivered is compared and applied, once."""
    if stage.has(f"{name}:apply"):
        return
    file = SimpleUploadedFile(f"{data['register']}.csv", content.encode(), content_type="text/csv")
    pk = stage.open(name, "register_import", "upload", "counter", now, data, files={"file": file})
    compare_register_import(pk, now=lambda: now)
    stage.act(f"{name}:apply", "register_import", pk, "apply", "counter", now)
    apply_register_import(pk, now=lambda: now)


def _paper(title: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{title}.pdf", paper(title), content_type="application/pdf")
