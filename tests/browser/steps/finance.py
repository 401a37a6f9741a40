"""What the three of finance do: prepare, check, release, take the file to the bank, read its answers."""

from __future__ import annotations

from pathlib import Path

from tests.browser.steps.tabs import Tab


def prepare(tab: Tab, companies: list[str], format_words: str, purpose: str) -> str:
    """Choose what is due to these companies and put it in a batch of that format; returns the batch's number."""
    tab.follow("To pay", within=tab.page.get_by_role("navigation"))
    for name in companies:
        tab.tick(tab.main.get_by_role("checkbox", name=tab.words("Pay %(name)s", name=name)))
    tab.look("finance-to-pay")
    tab.press("Put the chosen ones in a batch")
    tab.tick(tab.main.get_by_role("radio", name=format_words))
    tab.fill("Purpose", purpose)
    tab.look("finance-prepare")
    tab.press("Prepare a batch")
    tab.page.wait_for_url("**/finance/batches/*/")
    return tab.page.url.rstrip("/").split("/")[-1]


def open_batch(tab: Tab, number: str) -> None:
    tab.follow("Batches", within=tab.page.get_by_role("navigation"))
    tab.follow_name(number, exact=True)


def act(tab: Tab, number: str, title: str) -> None:
    """One person's act on the batch: seen, previewed, done."""
    open_batch(tab, number)
    tab.look(f"finance-batch-{title.lower()}")
    tab.choose(title)
    tab.press(title)
    tab.page.wait_for_url(f"**/finance/batches/{number}/")


def take_file(tab: Tab, number: str) -> bytes:
    """Export, and take the sealed file."""
    act(tab, number, "Export")
    part = tab.main.get_by_role("region", name=tab.words("File"))
    taken = tab.takes(part.get_by_role("listitem").get_by_role("link"))
    return Path(taken.path()).read_bytes()


def read_answer(tab: Tab, file: Path) -> None:
    """Read one file of the bank in."""
    tab.follow("Bank answers", within=tab.page.get_by_role("navigation"))
    tab.follow("Read a file in")
    tab.hand.give(tab.main.get_by_label(tab.words("Answer file")), file)
    tab.look("finance-import")
    tab.hand.press(tab.main.get_by_role("button").last)
    tab.says("The file was read. Below is what each of its statements did.")
    tab.look("finance-answer")
