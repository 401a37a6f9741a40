"""The catalogue page: every component with sample data, for those who build screens and for their tests."""

from __future__ import annotations

import datetime as dt

import django_filters
from django import forms
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase

from subsidy.audit.moment import ZONE
from subsidy.web.components import (
    Bar,
    Crumb,
    DataTable,
    Entry,
    File,
    KeyFact,
    Money,
    Preview,
    Reason,
    Refusal,
    Step,
    SummaryRow,
    Task,
)
from subsidy.web.formats import money, pick
from subsidy.web.lists import Column, ListSpec, Sort, respond

DAY = dt.date(2024, 3, 4)
MOMENT = dt.datetime(2024, 3, 4, 9, 30, tzinfo=ZONE)


class SampleForm(forms.Form):
    """One of each kind of field."""

    def __init__(self, data: dict[str, str]) -> None:
        super().__init__(data)
        for name, (zh, en) in self.LABELS.items():
            self.fields[name].label = pick(zh, en)
        self.fields["amount"].help_text = pick("单位：元。见审计报告第 4 页。", "In yuan; page 4 of the audit report.")
        kinds = [("a", pick("认定", "recognised")), ("b", pick("入库", "listed"))]
        self.fields["kind"] = forms.ChoiceField(
            label=self.fields["kind"].label, choices=kinds, widget=forms.RadioSelect
        )

    LABELS = {
        "name": ("企业名称", "Company name"),
        "amount": ("研发投入", "R&D spending"),
        "kind": ("类别", "Kind"),
        "certified_on": ("认定日期", "Certified on"),
        "note": ("说明", "Note"),
        "true": ("以上情况属实", "All this is true"),
    }

    name = forms.CharField()
    amount = forms.DecimalField(widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    kind = forms.ChoiceField(widget=forms.RadioSelect)
    certified_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(widget=forms.Textarea, required=False)
    true = forms.BooleanField()


class SampleFilter(django_filters.FilterSet):
    app_label = django_filters.CharFilter(label="app")

    class Meta:
        model = ContentType
        fields = ("app_label",)


def _search(queryset: QuerySet[ContentType], text: str) -> QuerySet[ContentType]:
    return queryset.filter(model__contains=text)


SAMPLE_LIST = ListSpec(
    model=ContentType,
    columns=(
        Column("model", "Model", sort="model", link=lambda row: f"#row-{row.pk}"),
        Column("app_label", "App", kind="state", tone=lambda row: "info"),
        Column("amount", "Amount", value=lambda row: row.pk * 123_456_789, kind="yuan", sort="amount"),
        Column("due", "Due", value=lambda row: DAY, kind="day"),
    ),
    sorts=(
        Sort("model", "Model", ("model",)),
        Sort("-model", "Model, falling", ("-model",)),
        Sort("amount", "Amount", ("id",)),
        Sort("-amount", "Amount, falling", ("-id",)),
    ),
    filterset=SampleFilter,
    search=_search,
    page_size=5,
    file_name="sample",
)


def show(request: HttpRequest) -> HttpResponseBase:
    """Every component once; the list is a real one, over the content types."""
    context = {
        **_matter(),
        **_figures(),
        "form": SampleForm({"amount": "12a"}),
        "confirm_form": None,
        "none": None,
        "no_files": [],
    }
    return respond(request, SAMPLE_LIST, [ContentType.objects.all()], "web/catalogue.html", context)


def _matter() -> dict[str, object]:
    officer = pick("张敏", "Zhang Min")
    return {
        "crumbs": [Crumb(pick("首页", "Home"), "/"), Crumb(pick("申报", "Applications"), "/"), Crumb("XK-2024-00017")],
        "tasks": [
            Task(pick("企业基本信息", "About the company"), "done", "#"),
            Task(pick("研发投入", "Research spending"), "started", "#"),
            Task(pick("证明材料", "Evidence"), "not_started", "#"),
            Task(pick("收款账户", "Payee account"), "wrong", "#", pick("户名与企业名称不一致。", "Name differs.")),
            Task(pick("声明并提交", "Declare and submit"), "blocked", note=pick("先完成其他部分。", "Finish the rest.")),
        ],
        "steps": [
            Step(pick("申报", "Filed"), "done", DAY),
            Step(pick("受理", "Accepted"), "done", DAY),
            Step(pick("专家评审", "Expert review"), "current", note=pick("3 / 5 已评", "3 of 5 scored")),
            Step(pick("公示", "Public notice"), "todo"),
            Step(pick("拨付", "Payment"), "todo"),
        ],
        "entries": [
            Entry(MOMENT, officer, pick("受理", "Accepted"), pick("受理岗", "acceptance officer"), clause="A-03"),
            Entry(
                MOMENT,
                pick("李华", "Li Hua"),
                pick("退回补正", "Returned for correction"),
                why=pick("研发投入与审计报告第 4 页不一致。", "Research spending differs from page 4 of the audit."),
                clause="A-02",
                url="#",
                link_text=pick("补正通知书", "the letter"),
            ),
            Entry(MOMENT, officer, pick("核定金额", "Amount checked"), amount_fen=35_000_000_00),
        ],
        "rows": [
            SummaryRow(pick("企业名称", "Company"), "西安云扬科技有限公司", "#"),
            SummaryRow(
                pick("上年营业收入", "Revenue"), money(1_234_567_890_12), "#", source=pick("纳税申报", "tax return")
            ),
            SummaryRow(
                pick("研发投入", "R&D"), money(98_765_43), "#", old=money(12_345_67),
                wrong=pick("与审计报告不一致。", "Differs from the audit."),
            ),
        ],
        "tree": _reasons(),
        "preview": Preview(
            changes=[pick("案件转入“待核定金额”。", "The case moves to the amount check.")],
            told=[pick("西安云扬科技有限公司（站内信）", "The company (message)")],
            money=[Money(pick("预算占用", "Reserved"), 3_500_000_00), Money(pick("释放", "Released"), -500_000_00)],
            refused=[Refusal("XK-2024-00021", pick("您已受理此案，须由他人办理。", "You accepted it: another must act."))],
        ),
        "files": [
            File("审计报告.pdf", "#", 2_345_678, MOMENT, pick("证明研发投入", "proves R&D"), pick("已核验", "checked"),
                 "done", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
            File("营业执照.jpg", octets=45_678, state=pick("待上传", "waiting"), tone="wait", remove_url="#"),
        ],
    }  # fmt: skip


def _reasons() -> list[Reason]:
    return [
        Reason(
            pick("符合全部基本条件。", "All basic conditions hold."), "not_met", "A-01",
            children=[
                Reason(pick("注册地和纳税地均在本区。", "Registered and taxed here."), "met", "A-01(1)", certainty="verified"),
                Reason(
                    pick("研发投入占营业收入比例不低于 5%。", "R&D is at least 5% of revenue."), "not_met", "A-01(2)",
                    numbers=[pick("研发投入 48.2 万元 ÷ 营业收入 1,204 万元 = 4.0%", "R&D 482,000 ÷ revenue 12,040,000 = 4.0%")],
                    certainty="assumed",
                ),
                Reason(
                    pick("估值不低于 1 亿元。", "Valued at 100 million or more."), "unknown", "A-01(3)",
                    certainty="recalled", ask=pick("请企业提供最近一轮投资协议。", "Ask the company for its last deal."),
                ),
            ],
        )
    ]  # fmt: skip


def _figures() -> dict[str, object]:
    bars = [
        Bar(pick("飞天计划", "Flying sky"), 62_340_000_00, "6,234"),
        Bar(pick("研发中心", "R&D centres"), 19_500_000_00, "1,950", "#"),
        Bar(pick("雏鹰企业", "Young eagles"), 4_800_000_00, "480"),
        Bar(pick("试点", "Pilot"), 0, "0"),
    ]
    return {
        "facts": [
            KeyFact(pick("可用", "Available"), money(12_345_678_00), url="#"),
            KeyFact(pick("占用", "Reserved"), money(62_340_000_00), pick("17 家企业", "17 companies")),
        ],
        "bars": bars,
        "table": DataTable(
            pick("各政策拨付", "Paid by policy"),
            [pick("政策", "Policy"), pick("企业数", "Companies"), pick("金额（元）", "Amount (CNY)")],
            [[pick("飞天计划", "Flying sky"), "17", "62,340,000.00"], [pick("研发中心", "R&D centres"), "39", "19,500,000.00"]],
            numeric=(1, 2),
            foot=[pick("合计", "Total"), "56", "81,840,000.00"],
        ),
        "exact_fen": 1_234_567_890_12,
        "today": DAY,
        "now": MOMENT,
        "no_day": dt.date.max,
    }  # fmt: skip
