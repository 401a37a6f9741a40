"""What officers, experts and leaders do with a case and its round, each from what their queue shows them."""

from __future__ import annotations

from collections.abc import Iterable

from tests.browser.steps.tabs import Tab

POINTS = (27, 22, 18, 13, 9)


def open_case(tab: Tab, number: str) -> None:
    """From the queue to the case."""
    tab.open("/console/queue/pools/")
    tab.follow_name(number)
    tab.main.get_by_role("heading", level=1).wait_for()


def return_for_correction(tab: Tab, number: str) -> None:
    """Take the case over and send it back, once, for one named field."""
    tab.open("/console/")
    tab.page.wait_for_url("**/console/queue/")
    tab.look("console-queue")
    open_case(tab, number)
    tab.press("Take over")
    tab.says("The matter is with you now.")
    tab.look("console-case")
    tab.choose("Return for correction")
    tab.fill("Message to the company", "请核对研发费用")
    tab.fill("上年度研发费用", "与审计报告附注不一致")
    tab.look("console-return")
    tab.press("Return for correction")
    tab.says("Returned. The company has been asked to correct what you named.")


def accept(tab: Tab, number: str) -> None:
    """The corrected case comes back to the queue and is accepted."""
    open_case(tab, number)
    tab.choose("Accept")
    tab.press("Accept")
    tab.says("Accepted. The panel has been drawn and its experts have been asked.")


def score(tab: Tab, number: str) -> None:
    """One expert's sheet, from the own list, sealed."""
    tab.open("/console/")
    tab.page.wait_for_url("**/console/scoring/")
    tab.follow_name(number)
    fields = tab.main.locator("input[name^=points_]")
    for place in range(fields.count()):
        tab.hand.write(fields.nth(place), str(POINTS[place]))
    tab.fill("Comment", "研发投入扎实，材料完整")
    tab.tick(tab.main.get_by_role("checkbox"))
    tab.look("console-score")
    tab.press("Submit scores")
    tab.says("Your scores are sealed. They are opened when the whole panel has scored.")


def confirm_amount(tab: Tab, number: str, amount: str) -> None:
    """The amount with the way it comes about."""
    open_case(tab, number)
    tab.choose("Confirm the amount")
    tab.reads(amount)
    tab.look(f"console-amount-{tab.language}")
    tab.press("Confirm the amount")
    tab.says("The amount is confirmed. The case now waits for its round.")


def rank(tab: Tab, count: int) -> str:
    """Open the round of the closed call, look at its ranking, reserve the money; returns its number."""
    tab.follow("Rounds", within=tab.page.get_by_role("navigation"))
    tab.look("console-rounds")
    tab.press("Open a round")
    tab.says("The round is open.")
    number = tab.page.url.rstrip("/").split("/")[-1]
    assert tab.main.get_by_role("row").count() >= count + 1
    tab.choose("Rank and reserve")
    tab.look("console-rank")
    tab.press("Rank and reserve")
    tab.says("Ranked and reserved. The round goes on to those who approve.")
    return number


def open_round(tab: Tab, number: str) -> None:
    tab.open("/console/queue/pools/")
    tab.follow_name(number)


def approve(tab: Tab, number: str) -> None:
    open_round(tab, number)
    tab.look("console-round")
    tab.choose("Approve")
    tab.fill("Number of the minute", "会议纪要2024-3")
    tab.fill("Decision of the meeting", "同意")
    tab.fill("Members of the meeting", "3")
    tab.fill("Present", "李局\n王局")
    tab.tick(tab.field("Approve every row for which nothing else is chosen"))
    tab.press("Approve")
    tab.says("Approved.")


def publish(tab: Tab, number: str) -> None:
    open_round(tab, number)
    tab.choose("Publish")
    tab.fill("Title (Chinese)", "飞天计划拟奖补名单公示")
    tab.fill("Title (English)", "Flying-Sky: proposed awards")
    tab.look("console-publish")
    tab.press("Publish")
    tab.says("Published. Objections are open.")


def decree(tab: Tab, number: str, document: str) -> None:
    open_round(tab, number)
    tab.choose("Issue the decree")
    tab.fill("Document number", document)
    tab.look("console-decree")
    tab.press("Issue the decree")
    tab.says("Recorded. The papers of what was decreed are being made.")


def reads_story(tab: Tab, number: str, steps: Iterable[str]) -> None:
    """The auditor finds the case and its every step."""
    tab.open("/console/audit/cases/")
    tab.follow_name(number)
    tab.main.get_by_role("heading", name=tab.words("What happened")).wait_for()
    told = tab.main.get_by_role("listitem").all_text_contents()
    missing = [step for step in steps if not any(tab.words(step) in one for one in told)]
    assert not missing, f"the story does not tell: {missing}"
    tab.look("audit-story")
