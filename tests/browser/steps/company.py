"""What a company does: finds the policy, files, corrects, opens its letter, names its account."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.browser.steps.tabs import Tab
from tests.harness.second_factor import prove_cookies

FIGURES = {
    "上年度营业收入": "120,000,000",
    "三年前营业收入（上年度之前第二年）": "70,000,000",
    "上年度研发费用": "9,000,000",
}
KNOWN_FIGURES = {"上年度区级贡献": "5,000,000", "前年度区级贡献": "3,000,000"}
YES = ("注册地在本区", "税收征管关系在本区", "已签署承诺书")
NO = ("失信被执行人", "严重违法失信名单", "经营异常名录", "近两年发生重大安全、质量或环境事故")
PAPERS = ("近三年审计报告", "上两个年度完税证明", "上年度研发费用辅助账", "承诺书（签字盖章）")


def calculate(tab: Tab) -> None:
    """From the start page to the policy and, without an account, to what one would get with these figures."""
    tab.open("/")
    tab.look("public-home")
    tab.follow("Find a policy")
    tab.follow_name("飞天计划企业奖补")
    tab.main.get_by_role("heading", name="飞天计划企业奖补", level=1).wait_for()
    tab.look("public-policy")
    tab.follow("Calculate what you would get")
    for label, value in {**FIGURES, **KNOWN_FIGURES}.items():
        tab.fill(label, value)
    tab.fill("成立日期", "2016-05-01")
    tab.fill("国家高新技术企业证书有效期至", "2025-12-31")
    tab.tick(tab.main.get_by_label(tab.words("There is none: %(what)s", what="最近一轮融资投后估值")))
    for word, questions in (("Yes", YES), ("No", NO)):
        for question in questions:
            tab.tick(tab.main.get_by_role("group", name=question).get_by_label(tab.words(word), exact=True))
    tab.press("Calculate")
    # 5 % of 3,000,000 and 60 % of the increase of 2,000,000
    tab.reads(tab.words("The requirements are met: %(amount)s", amount="1,350,000.00"))
    tab.look("public-result")


def begin(tab: Tab, call: Any) -> None:
    """From the policy's open call to the sign-in page, which leads back here."""
    tab.follow("Back to the policy")
    tab.follow("Apply: open call")
    tab.main.get_by_role("heading", name=call.title_zh).wait_for()
    tab.follow("Start an application")


def apply(tab: Tab, paper: Path) -> str:
    """Draft, sections, documents, answers checked, declared, submitted; returns the case number of the receipt."""
    tab.press("Start the application")
    tab.page.wait_for_url("**/tasks/")
    number = tab.page.url.split("/")[-3]
    _answer_sections(tab)
    _add_papers(tab, paper)
    tab.look("portal-tasks")
    tab.follow("Check your answers and submit")
    tab.reads("1,350,000.00")
    tab.look("portal-check")
    tab.follow("Continue to the declaration")
    declare(tab, "Submit")
    tab.page.wait_for_url("**/receipt/")
    tab.reads(number)
    tab.look("portal-receipt")
    return number


def _answer_sections(tab: Tab) -> None:
    tab.follow_name("经营与成长")
    for label in list(FIGURES)[:2]:
        tab.fill(label, FIGURES[label])
    tab.press("Save and go back to the list")
    tab.page.wait_for_url("**/tasks/")
    tab.follow_name("经营与成长")
    kept = tab.field("上年度营业收入").input_value()
    assert kept == "120,000,000.00", "a draft is kept"
    tab.press("Save and continue")
    tab.page.wait_for_url("**/sections/research/")
    tab.fill("上年度研发费用", FIGURES["上年度研发费用"])
    tab.look("portal-section")
    tab.press("Save and continue")
    tab.page.wait_for_url("**/sections/valuation/")
    tab.press("Save and continue")
    tab.page.wait_for_url("**/sections/integrity/")
    tab.tick(tab.main.get_by_label(tab.words("Yes"), exact=True))
    tab.press("Save and continue")


def _add_papers(tab: Tab, paper: Path) -> None:
    tab.page.wait_for_url("**/documents/")
    for title in PAPERS:
        slot = tab.main.get_by_role("region", name=title)
        tab.hand.give(slot.get_by_label(tab.words("Add a file")), paper)
        tab.press("Add", within=slot, leads_on=False)  # with its progress, on the page itself
        slot.get_by_role("link", name=paper.name).wait_for()
    tab.follow_name(tab.words("Continue"), exact=True)


def declare(tab: Tab, act: str) -> None:
    """The declaration, and the act itself."""
    tab.tick(tab.main.get_by_role("checkbox"))
    tab.press(act)


def correct(tab: Tab, number: str, *, research: str) -> None:
    """The one field that was named, old beside new, and back to the bureau."""
    tab.open("/my/")
    tab.follow_name(number)
    tab.look("portal-returned")
    tab.open(f"/my/applications/{number}/correction/")
    tab.reads("与审计报告附注不一致")
    assert tab.main.get_by_role("textbox").count() == 1, "only the named field can be changed"
    tab.fill("上年度研发费用", research)
    tab.press("Save")
    tab.look("portal-correction")
    tab.follow("Continue to the declaration")
    declare(tab, "Resubmit")
    tab.page.wait_for_url("**/receipt/")


def open_award_letter(tab: Tab, number: str) -> bytes:
    """The award letter as a PDF; opening it for the first time is asked for, because it is its service."""
    tab.open(f"/my/applications/{number}/")
    tab.look("portal-awarded")
    letters = tab.main.get_by_role("region", name=tab.words("Letters"))
    address = letters.get_by_role("link", name=tab.words("award letter")).first.get_attribute("href") or ""
    tab.open(address)
    button = tab.main.get_by_role("button", name=tab.words("Open the letter (PDF)"))
    with tab.page.expect_response(lambda answer: answer.url.endswith(address) and answer.request.method == "GET"):
        tab.hand.press(button)
    kind, content = tab.fetched(address)
    assert kind == "application/pdf"
    return content


def enter_account(tab: Tab, name: str, account_number: str) -> None:
    """The handler enters the account."""
    tab.open("/my/companies/")
    tab.follow("Enter a payee account")
    tab.fill("Account holder", name)
    tab.fill("Account number", account_number)
    tab.fill("Bank", "招商银行杭州分行")
    tab.fill("Bank code (CNAPS)", "308584000013")
    tab.press("Enter a payee account")
    tab.says("The account is entered. A second person of your company must confirm it.")


def confirm_account(tab: Tab, number: str, account_number: str) -> None:
    """The legal representative compares the number, confirms it, and chooses it for the award."""
    prove_cookies(tab.page.context.cookies())
    tab.open("/my/companies/")
    tab.follow("Compare and confirm")
    tab.reads(account_number)
    tab.look("portal-confirm-account")
    tab.press("Confirm a payee account")
    tab.says("The account is confirmed and in use from now on.")
    tab.open(f"/my/applications/{number}/account/")
    tab.tick(tab.main.get_by_role("radio").first)
    tab.look("portal-choose-account")
    tab.press("Confirm the account")
    tab.says("The account is confirmed. The payment is prepared next.")


def sees_paid(tab: Tab, number: str) -> None:
    """The case says that the money has come."""
    tab.open(f"/my/applications/{number}/")
    payments = tab.main.get_by_role("region", name=tab.words("Instalments and payments"))
    payments.get_by_text(tab.words("paid"), exact=True).wait_for()
    tab.look("portal-paid")
