"""How a new company comes in: its clerk asks online, its legal representative confirms, the counter accepts or registers."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from subsidy.accounts.enums import UserKind
from subsidy.accounts.models import User
from subsidy.applicants.models import FactImport, Registration
from tests.world import World

NAME, REPRESENTATIVE = "杭州新芽科技有限公司", "李法人"


def newcomer(world: World, username: str, name: str) -> User:
    """Somebody with an account and no company yet."""
    user = world.person(username, None, kind=UserKind.COMPANY)
    user.name = name
    user.save(update_fields=["name"])
    return user


def ask_online(page: Page, code: str, paper: Path, *, confirmer: str) -> None:
    """Fill in the registration of the company with a letter of authorisation, from its page."""
    page.get_by_label("统一社会信用代码").fill(code)
    page.get_by_label("企业名称").fill(NAME)
    page.get_by_label("登记辖区").fill("330106")
    page.get_by_label("成立日期").fill("2020-05-01")
    page.get_by_label("法定代表人姓名").fill(REPRESENTATIVE)
    page.get_by_label("联系电话").fill("13800001234")
    page.get_by_label("我持有授权委托书").check()
    page.get_by_label("授权起始日").fill("2024-01-01")
    page.get_by_label("授权截止日").fill("2024-12-31")
    page.get_by_label("法定代表人的用户名").fill(confirmer)
    page.get_by_label("营业执照（PDF 或图片）").set_input_files(paper)
    page.get_by_label("授权委托书（PDF 或图片）").set_input_files(paper)
    page.get_by_role("button", name="登记企业").click()


def confirm(page: Page, address: str) -> None:
    """The legal representative says that the person acts for the company."""
    page.goto(f"{address}/my/registrations/{Registration.objects.get().pk}/")
    page.get_by_role("link", name="确认此人代表本企业办理").click()
    page.get_by_role("button", name="确认此人代表本企业办理").click()


def accept(page: Page, address: str) -> None:
    """The clerk at the counter compares with the licence and accepts."""
    page.goto(f"{address}/console/registrations/{Registration.objects.get().pk}/")
    page.get_by_role("link", name="准予登记").click()
    page.get_by_role("main").get_by_role("checkbox").first.check()
    page.get_by_role("button", name="准予登记").click()


def register_at_counter(page: Page, code: str, paper: Path, *, clerk: str) -> None:
    """The clerk at the counter registers the company for somebody who stands there, from the form."""
    page.get_by_label("统一社会信用代码").fill(code)
    page.get_by_label("企业名称").fill(NAME)
    page.get_by_label("成立日期").fill("2020-05-01")
    page.get_by_label("法定代表人姓名").fill(REPRESENTATIVE)
    page.get_by_label("经办人（管理员）的用户名").fill(clerk)
    page.get_by_label("授权截止日").fill("2024-12-31")
    page.get_by_label("授权委托书（PDF 或图片）").set_input_files(paper)
    page.get_by_role("button", name="登记企业").click()


def upload_facts(page: Page, address: str, path: Path, *, source: str, year: str = "") -> FactImport:
    """An officer uploads the file of a source by the form; it waits to be checked."""
    page.goto(f"{address}/console/sources/")
    page.get_by_role("link", name="导入来源文件").click()
    page.get_by_label("文件来源").select_option(source)
    page.get_by_label("截至日期").fill("2024-02-01")
    page.get_by_label("数据年度").fill(year)
    page.get_by_label("文件（CSV 或 XLSX）").set_input_files(path)
    page.get_by_role("button", name="导入来源文件").click()
    page.get_by_text("核对中").first.wait_for()
    return FactImport.objects.latest("pk")
