"""The expert panel in words."""

from __future__ import annotations

from policies.language.findings import Text
from policies.language.model import PanelDef
from policies.language.render.blocks import Item

_BRANCHES = {
    "technical": Text("技术", "technical"), "financial": Text("财务", "financial"), "management": Text("管理", "management"),
}  # fmt: skip


def panel_item(panel: PanelDef) -> Item:
    """The expert panel with its sheet and, where the pack says more than the usual, what it says."""
    lines = [
        Item(Text(f"{line.text.zh}（{line.weight} 分）", f"{line.text.en} ({line.weight} points)"))
        for line in panel.rubric
    ]
    for least in panel.composition:
        branch, share = _BRANCHES[least.branch], f"{least.percent}%" if least.percent else ""
        lines.append(
            Item(
                Text(
                    f"{branch.zh}专家不少于{f' {share}' if share else f' {least.count} 名'}",
                    f"at least {share or least.count} {branch.en} experts",
                )
            )
        )
    if panel.drop:
        lines.append(
            Item(
                Text(
                    f"去掉最高和最低各 {panel.drop} 个总分",
                    f"the {panel.drop} highest and the {panel.drop} lowest totals do not count",
                )
            )
        )
    text = Text(
        f"专家评审：{panel.seats} 名专家，至少 {panel.quorum} 名有效，合格线 {panel.pass_mark} 分",
        f"expert panel: {panel.seats} seats, at least {panel.quorum} must score, pass mark {panel.pass_mark}",
    )
    return Item(text, children=tuple(lines))
