"""Template tags of all screens: formats, components, links. The catalogue page shows each of them at work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import template
from django.forms import BaseForm
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from subsidy.web import components, formats
from subsidy.web.blocks import ShownBlock
from subsidy.web.charts import layout_bars

register = template.Library()


@register.simple_tag
def money(fen: int | None, empty: str = "—") -> SafeString | str:
    """Exact amount in yuan with its unit."""
    return empty if fen is None else format_html('<span class="num">{}</span>', formats.money(fen))


@register.simple_tag
def money_short(fen: int | None, empty: str = "—") -> SafeString | str:
    """Amount in 万元 or millions, the exact figure in the title."""
    if fen is None:
        return empty
    return format_html('<span class="num" title="{}">{}</span>', formats.money(fen), formats.money_short(fen))


@register.simple_tag
def yuan(fen: int | None, empty: str = "—") -> SafeString | str:
    """Exact amount without unit, for columns whose head names it."""
    return empty if fen is None else format_html('<span class="num">{}</span>', formats.yuan(fen))


@register.simple_tag
def day(value: dt.date | None, empty: str = "—") -> SafeString | str:
    if value is None:
        return empty
    iso = (timezone.localtime(value).date() if isinstance(value, dt.datetime) else value).isoformat()
    return format_html('<time datetime="{}">{}</time>', iso, formats.day(value))


@register.simple_tag
def instant(value: dt.datetime | None, empty: str = "—") -> SafeString | str:
    if value is None:
        return empty
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.instant(value))


@register.simple_tag
def bilingual(zh: str, en: str) -> str:
    """Of two texts that come from data, the one in the active language."""
    return formats.pick(zh, en)


@register.simple_tag
def working_days_left(days: int | None, provisional: bool = False) -> SafeString | str:
    """A deadline in words and colour: days still left (negative: overdue); computed by the caller's calendar."""
    if days is None:
        return ""
    left = components.DaysLeft(days, provisional)
    return tag(str(left), left.tone)


@register.simple_tag
def tag(text: components.Text, tone: components.Tone = "plain") -> SafeString:
    """A state word; colour never speaks alone."""
    return format_html('<span class="tag tag-{}">{}</span>', tone, text)


@register.simple_tag(takes_context=True)
def link_with(context: Context, **changes: object) -> str:
    """The query string of this page with some parameters set (empty or None removes one)."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return "?" + query.urlencode()


@register.filter
def file_size(octets: int) -> str:
    return formats.file_size(octets)


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """All errors of a form, each a link to its field; takes the focus when the page opens."""
    rows: list[tuple[str, components.Text, components.Text]] = []
    for name, errors in form.errors.items():
        target, label = _field_place(form, name) if name in form.fields else ("", "")
        rows += [(target, label, str(message)) for message in errors]
    return {"rows": rows}


@register.inclusion_tag("components/fields.html")
def form_fields(form: BaseForm) -> dict[str, Any]:
    """The fields of a form with their own errors; the others stand in `error_summary`, which the page must show."""
    return {"form": form}


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(*crumbs: object) -> dict[str, Any]:
    """The way to this page: either components.Crumb, or label and url in turn, the last without url."""
    if len(crumbs) == 1 and not isinstance(crumbs[0], (str, components.Crumb)):
        return {"crumbs": crumbs[0]}
    if all(isinstance(crumb, components.Crumb) for crumb in crumbs):
        return {"crumbs": crumbs}
    texts = [str(crumb) for crumb in crumbs]
    urls = [*texts[1::2], ""] if len(texts) % 2 else texts[1::2]
    return {"crumbs": [components.Crumb(label, url) for label, url in zip(texts[::2], urls, strict=True)]}


@register.inclusion_tag("components/task_list.html")
def task_list(tasks: Sequence[components.Task]) -> dict[str, Any]:
    """Sections to do, in any order, with how many are complete."""
    return {"tasks": tasks, "done": sum(task.state == "done" for task in tasks), "total": len(tasks)}


@register.inclusion_tag("components/step_bar.html")
def step_bar(
    steps: Sequence[components.Step],
    holder: components.Text = "",
    days_left: int | None = None,
    next_step: components.Text = "",
    provisional: bool = False,
) -> dict[str, Any]:
    """Where a matter stands: its stages, who holds it, working days left, what comes next."""
    return {
        "steps": steps, "holder": holder, "days_left": days_left, "next_step": next_step, "provisional": provisional
    }  # fmt: skip


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Sequence[components.Entry]) -> dict[str, Any]:
    """What happened, in the given order: when, who, what, why, under which clause."""
    return {"entries": entries}


@register.inclusion_tag("components/summary_list.html")
def summary_list(rows: Sequence[components.SummaryRow], title: components.Text = "") -> dict[str, Any]:
    """Answers to check, each with its change link."""
    return {"rows": rows, "title": title}


@register.inclusion_tag("components/reasons.html")
def reasons(tree: Sequence[components.Reason]) -> dict[str, Any]:
    """Why a decision is as it is, clause by clause."""
    return {"tree": tree}


@register.inclusion_tag("components/preview.html")
def preview(shown: components.Preview) -> dict[str, Any]:
    """What an act will change, whom it tells, what money it moves, what it refuses; the form stands beside it."""
    return {"preview": shown, "total_fen": sum(line.fen for line in shown.money)}


@register.inclusion_tag("components/pack_text.html")
def pack_text(blocks: Sequence[ShownBlock]) -> dict[str, Any]:
    """A policy in words, from its rules."""
    return {"blocks": blocks}


@register.inclusion_tag("components/file_list.html", takes_context=True)
def file_list(context: Context, files: Sequence[components.File], empty: components.Text = "") -> dict[str, Any]:
    """Documents with size, time, state and, where allowed, a remove button."""
    return {"files": files, "empty": empty, "csrf_token": context.get("csrf_token", "")}


@register.inclusion_tag("components/key_facts.html")
def key_facts(facts: Sequence[components.KeyFact]) -> dict[str, Any]:
    """The few numbers a page is about, each opening what it is made of."""
    return {"facts": facts}


@register.inclusion_tag("components/data_table.html")
def data_table(table: components.DataTable) -> dict[str, Any]:
    """A small complete table; longer ones are lists."""
    numeric = set(table.numeric)
    head = [(cell, place in numeric) for place, cell in enumerate(table.head)]
    rows = [_cells(row, table.head, numeric) for row in table.rows]
    return {"table": table, "head": head, "rows": rows, "foot": _cells(table.foot, table.head, numeric)}


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(
    title: components.Text,
    unit: components.Text,
    bars: Sequence[components.Bar],
    key: str,
    table: components.DataTable | None = None,
) -> dict[str, Any]:
    """Horizontal bars from zero with direct labels, and the same numbers as a table; `key` makes its ids unique.

    With `table`, that one stands below it, open, in place of a folded one of the bars.
    """
    return {"title": title, "unit": unit, "chart": layout_bars(bars), "bars": bars, "key": key, "table": table}


@register.inclusion_tag("components/progress.html")
def progress(done: int, total: int, label: components.Text) -> dict[str, Any]:
    """How far long work has come."""
    return {"done": done, "total": total, "label": label}


@register.inclusion_tag("components/empty_state.html")
def empty_state(
    title: components.Text, text: components.Text = "", url: str = "", action: components.Text = ""
) -> dict[str, Any]:
    """Nothing here: why, and what to do."""
    return {"title": title, "text": text, "url": url, "action": action}


@register.inclusion_tag("components/illustrative.html")
def illustrative() -> dict[str, Any]:
    """The banner of a policy that carries assumed clauses; every page and letter of it shows one."""
    return {}


@register.inclusion_tag("components/queue_table.html", takes_context=True)
def queue_table(context: Context, listing: object, caption: components.Text) -> dict[str, Any]:
    """A list of `subsidy.web.lists`: filters, search, sorts, rows, count, pages, exports."""
    return {"page": listing, "caption": caption, "request": context["request"]}


def _field_place(form: BaseForm, name: str) -> tuple[str, components.Text]:
    """The id of the control to go to, and the label of its field."""
    bound = form[name]
    # A group of choices has no single control: its first one takes the focus.
    target = f"{bound.auto_id}_0" if bound.use_fieldset else bound.id_for_label
    return target, bound.label


def _cells(
    row: Sequence[components.Text | components.Linked], head: Sequence[components.Text], numeric: set[int]
) -> list[tuple[components.Linked, components.Text, bool]]:
    return [
        (cell if isinstance(cell, components.Linked) else components.Linked(cell), head[place], place in numeric)
        for place, cell in enumerate(row)
    ]
