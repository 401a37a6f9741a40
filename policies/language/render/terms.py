"""The terms of payment and of procedure in words: instalments, funding, stacking, recovery, guarantees, route, notice."""

from __future__ import annotations

from collections.abc import Iterator

from policies.language.award.groups import Group
from policies.language.findings import Text
from policies.language.model import AllocationDef, FactDef, FilingDef, NoticeDef, Pack, RouteDef, Undertaking
from policies.language.render.blocks import Block, Heading, Item, Listing
from policies.language.render.expression import Wording
from policies.language.render.panel import panel_item
from policies.language.render.recognition import recognition_item
from policies.language.render.rules import certainty_marks, clause_mark
from policies.language.render.words import (
    ROLES,
    approval,
    duration,
    held,
    joined,
    label,
    money,
    percent,
    same,
    working_days,
)
from policies.language.terms import AWARD, FUNDERS, FundingSplit, Guarantee, Instalment, Interest, Recovery, Stacking

BREACHES = {
    "recovery": Text("违反的追回奖补资金", "if broken, the award is recovered"),
    "suspension": Text("违反的暂停拨付", "if broken, payment is suspended"),
    "warning": Text("违反的予以警告", "if broken, a warning is given"),
}
APPLICANTS = {
    "company": Text("企业（独立法人）", "companies (legal persons)"),
    "branch": Text("分公司", "branches (no legal persons)"),
}
DEPARTMENTS = {
    "tax": Text("税务", "tax"),
    "market": Text("市场监管", "market regulation"),
    "emergency": Text("应急管理", "emergency management"),
    "environment": Text("生态环境", "environment"),
    "court": Text("法院", "the court"),
    "labour": Text("人力社保", "labour"),
    "finance": Text("财政", "finance"),
}
LEVELS = {
    "city": Text("市级", "city"),
    "province": Text("省级", "province"),
    "state": Text("国家", "state"),
}
ROUTES = {
    "R0": Text(
        "免申即享：名单导入、匹配、公示、确认账户、拨付",
        "without an application: list, match, notice, account, payment",
    ),
    "R1": Text("即申即享：规则自动判定，抽样核查", "decided by rule, checked by sample"),
    "R2": Text("科室审核、联审、会议、公示、拨付", "section review, co-review, meeting, notice, payment"),
    "R3": Text(
        "科室审核、专家评审、联审、会议、公示、拨付",
        "section review, expert panel, co-review, meeting, notice, payment",
    ),
    "R4": Text(
        "专家评审、现场核查、推荐上级决定", "expert panel, site visit, recommendation to a higher level that decides"
    ),
    "R5": Text("签订协议，按里程碑拨付", "agreement, then payment by milestones"),
}
MODES = {
    "ranked": Text("按评分由高到低安排，直至额度用尽", "by score, the highest first, until the budget is used up"),
    "pro_rata": Text("超出额度的按比例分配", "shared in proportion where the budget falls short"),
    "first_come": Text("按申报先后安排，直至额度用尽", "by day of filing until the budget is used up"),
}
TIES = {
    "earliest_filed": Text("同等条件下先申报者优先", "at a tie the earlier filing comes first"),
    "largest_amount": Text("同等条件下金额较大者优先", "at a tie the larger amount comes first"),
    "smallest_amount": Text("同等条件下金额较小者优先", "at a tie the smaller amount comes first"),
}
MASKS = {"none": Text("不遮盖", "nothing is masked"), "persons": Text("遮盖个人信息", "personal data are masked")}
GUARANTEES = {
    "rises_with": Text("其他条件相同时，{0}越大，金额不减少", "all else equal, the amount never falls as “{0}” grows"),
    "falls_with": Text("其他条件相同时，{0}越大，金额不增加", "all else equal, the amount never rises as “{0}” grows"),
    "kept_by": Text("其他条件相同时，{0}增大不会丧失资格", "all else equal, more of “{0}” never loses eligibility"),
    "same_for": Text("结果与金额不取决于{0}", "outcome and amount do not depend on “{0}”"),
}


def instalment_item(words: Wording, one: Instalment) -> Item:
    """Return a part of the award: its share, the event it falls due on, what a rating makes of it."""
    share = Text("其余部分", "the rest") if one.share is None else percent(one.share)
    event = event_text(words.pack, one.on)
    on = Text("决定奖补时", "on the award") if one.on == AWARD else Text(f"{event.zh}时", f"on {event.en}")
    parts = [Text(f"{on.zh}支付{share.zh}", f"{share.en}, due {on.en}")]
    if one.rated_by:
        fact = next(
            (program.facts[one.rated_by] for program in (words.pack.program, *words.pack.stages.values())
             if one.rated_by in program.facts), None,
        )  # fmt: skip
        names = {} if fact is None else {choice.value: choice.text for choice in fact.choices}
        times = joined(
            Text(
                f"{names.get(key, same(key)).zh} {percent(rate).zh}",
                f"{names.get(key, same(key)).en} {percent(rate).en}",
            )
            for key, rate in one.times.items()
        )
        by = same(one.rated_by) if fact is None else label(fact.text, fact.name)
        parts.append(Text(f"按{by.zh}乘以：{times.zh}", f"times, by {by.en}: {times.en}"))
    term = one.term
    marks = (clause_mark(term.clause), *certainty_marks(term.certainty, term.source), same(term.id))
    return Item(term.text, joined(parts, "；", "; "), marks)


def event_text(pack: Pack, name: str) -> Text:
    """Return an event in words: the award, a later decision by its title, any other by its name."""
    if name == AWARD:
        return Text("奖补决定", "the award")
    return pack.stages[name].title if name in pack.stages else Text(f"发生“{name}”", f"“{name}”")


def funding_item(split: FundingSplit, currency: str) -> Item:
    """Return who bears how much of an award."""
    shares = joined(
        Text(f"{FUNDERS[name].zh} {percent(rate).zh}", f"{FUNDERS[name].en} {percent(rate).en}")
        for name, rate in split.shares.items()
    )
    unit, rest = money(split.to, currency), FUNDERS[split.rest]
    detail = Text(
        f"各方承担{unit.zh}的整数倍，其余由{rest.zh}承担",
        f"in whole {unit.en}; what remains is borne by the {rest.en}",
    )
    return Item(shares, detail, (clause_mark(split.clause), *certainty_marks(split.certainty, split.source)))


def stacking_item(one: Stacking) -> Item:
    """Return a group that the pack belongs to."""
    keys = joined(KEYS.get(name, same(name)) for name in one.key)
    order = Text(f"，优先级 {one.priority}", f", priority {one.priority}") if one.priority else Text("", "")
    return Item(
        Text(f"与同组政策的叠加规则见 {one.name}", f"stacking with other policies: group {one.name}"),
        Text(f"以{keys.zh}相同者为同一事项{order.zh}", f"awards meet where {keys.en} are the same{order.en}"),
    )


def group_item(pack: Pack, group: Group) -> Item:
    """Return what a group of packs says of awards that meet: how they stand beside one another, and which count."""
    mode = GROUP_MODES[group.mode]
    parts = [Text(mode.zh.format(group.most), mode.en.format(group.most))]
    if group.cap:
        cap = money(group.cap, group.currency)
        parts.append(Text(f"上限 {cap.zh}", f"cap {cap.en}"))
    key = joined(KEYS.get(name, same(name)) for name in group.key)
    parts.append(Text(f"以{key.zh}相同者为准", f"for awards of the same {key.en}"))
    first = GROUP_ORDERS[group.order]
    parts.append(first)
    if group.counts_typed is not None:
        counts = Wording(pack, fields=_earlier_award(group.currency)).text(group.counts_typed)
        parts.append(Text(f"计入的此前奖补：{counts.zh}", f"earlier awards count if: {counts.en}"))
    marks = (clause_mark(group.clause), *certainty_marks(group.certainty, group.source))
    return Item(Text(f"{group.title.zh}（{group.code}@{group.version}）", f"{group.title.en} ({group.code}@{group.version})"),
                joined(parts, "；", "; "), marks)  # fmt: skip


def _earlier_award(currency: str) -> dict[str, FactDef]:
    return {
        "conferred_on": FactDef(
            "conferred_on", "date", Text("此前奖补的决定日", "day of the earlier award"), "system"
        ),
        "confer_on": FactDef("confer_on", "date", Text("本次决定日", "day of this award"), "system"),
        "amount": FactDef("amount", "money", Text("此前奖补的金额", "earlier amount"), "system", currency),
    }


KEYS = {"company": Text("单位", "company"), "year": Text("年度", "year"), "group": Text("集团", "group of companies")}
GROUP_MODES = {
    "exclusive": Text("只能享受其中一项", "only one of them is paid"),
    "higher_only": Text("只按最高一项，补足差额", "the highest counts; the difference to what was paid is paid"),
    "allowed": Text("可以同时享受", "they may stand side by side"),
    "sum_with_cap": Text("可以同时享受，合计不超过上限", "they may stand side by side up to a cap on their sum"),
    "all_or_nothing": Text("合计超过上限的，整项不予支付", "one that would pass the cap is not paid at all"),
    "at_most": Text("至多享受 {} 项", "at most {} of them are paid"),
}
GROUP_ORDERS = {
    "filed_on": Text("先申报者在先", "the earlier filing comes first"),
    "confer_on": Text("先决定者在先", "the earlier award comes first"),
}


def recovery_item(one: Recovery) -> Item:
    """Return a ground of recovery: what share, within which time of the award."""
    share, term = percent(one.share), one.term
    within = None if one.within is None else duration(*one.within)
    detail = (
        Text(f"追回 {share.zh}", f"{share.en} is recovered")
        if within is None
        else Text(
            f"奖补后{within.zh}内发生的，追回 {share.zh}", f"within {within.en} of the award {share.en} is recovered"
        )
    )
    if one.interest is not None:
        added = interest_words(one.interest)
        detail = Text(f"{detail.zh}，{added.zh}", f"{detail.en}, {added.en}")
    return Item(term.text, detail, (clause_mark(term.clause), *certainty_marks(term.certainty, term.source)))


def interest_words(one: Interest) -> Text:
    """Say how interest is reckoned."""
    rate = percent(one.rate)
    return Text(
        f"并自付款之日起至决定之日止按年利率{rate.zh}（一年{one.days}天）计单利",
        f"with simple interest of {rate.en} a year of {one.days} days from the day of payment to that of the decision",
    )


def guarantee_item(pack: Pack, one: Guarantee) -> Item:
    """Return a promise about every company."""
    words = Wording(pack, one.stage)
    stage = () if one.stage is None else (pack.stages[one.stage].title,)
    if one.condition is not None:
        found = words.text(one.condition)
        return Item(Text(f"始终成立：{found.zh}", f"always: {found.en}"), marks=stage)
    fact = words.fact(one.fact)
    name = same(one.fact) if fact is None else label(fact.text, fact.name)
    if one.kind == "no_cliff" and fact is not None:
        step, most = held(fact, one.step), money(one.at_most, pack.currency)
        if fact.kind == "date":
            step = duration(0, one.step)
        return Item(
            Text(
                f"{name.zh}每变动{step.zh}，金额变动不超过{most.zh}",
                f"a step of {step.en} in “{name.en}” moves the amount by at most {most.en}",
            ),
            marks=stage,
        )
    template = GUARANTEES[one.kind]
    return Item(Text(template.zh.format(name.zh), template.en.format(name.en)), marks=stage)


def undertaking_item(one: Undertaking) -> Item:
    """Return what a recipient must do or keep."""
    breach, due = BREACHES[one.breach], due_text(one.due)
    if one.years:
        due = Text(f"{due.zh}，共{one.years}年", f"{due.en}, for {one.years} years")
    if one.after == "event":
        due = Text(f"{due.zh}，自发生之日起", f"{due.en} after what happened")
    marks = (clause_mark(one.clause), same(one.id)) if one.clause else (same(one.id),)
    return Item(one.text, joined([due, breach], "；", "; "), marks)


def due_text(due: str) -> Text:
    """Return a due day: 每年5月31日前, within 3 months."""
    if " " in due:
        number, unit = due.split(" ")
        word = {"days": "天", "months": "个月", "years": "年"}[unit]
        return Text(f"期限：{number}{word}", f"term: {number} {unit}")
    month, day = due.split("-")
    return Text(f"每年{int(month)}月{int(day)}日前", f"every year by {due}")


def route_items(route: RouteDef, currency: str) -> Iterator[Item]:
    """Yield how a case travels."""
    kind = ROUTES[route.kind]
    yield Item(Text(f"流程 {route.kind}：{kind.zh}", f"route {route.kind}: {kind.en}"))
    days = working_days(route.acceptance_days), working_days(route.correction_days)
    yield Item(
        Text(
            f"受理期限 {days[0].zh}，补正期限 {days[1].zh}",
            f"acceptance within {days[0].en}, correction within {days[1].en}",
        )
    )
    yield from filing_items(route.filing)
    if route.recommendation:
        yield Item(Text("由属地镇街推荐", "recommended by the township"))
    if route.co_review:
        asked = joined(DEPARTMENTS[name] for name in route.co_review)
        yield Item(Text(f"部门联审：{asked.zh}", f"reviewed as well by {asked.en}"))
    if route.visit:
        yield Item(Text("现场考察，两名工作人员记录并签字", "site visit, recorded and signed by two officers"))
    if route.upper is not None:
        level = LEVELS[route.upper]
        yield Item(Text(f"本级推荐，由{level.zh}认定", f"recommended by the bureau, decided by the {level.en}"))
    if route.announcement_days is not None:
        days_up = route.announcement_days
        yield Item(
            Text(
                f"无法以其他方式送达的文书可公告送达，公告满 {days_up} 日视为送达",
                f"letters that cannot be served otherwise may be announced and count as served after {days_up} days",
            )
        )
    if route.confirmation_days is not None:
        term = working_days(route.confirmation_days)
        yield Item(
            Text(
                f"自奖补通知送达起 {term.zh}内未确认收款账户的，奖补失效，资金退回预算",
                f"an award lapses when its payee account is not confirmed within {term.en} from service of the letter",
            )
        )
    if route.panel is not None:
        yield panel_item(route.panel)
    if len(route.approval) == 1:
        who = ROLES.get(route.approval[0].by, same(route.approval[0].by))
        yield Item(Text(f"由{who.zh}审批", f"approved by the {who.en}"))
        return
    yield Item(joined((approval(level, currency) for level in route.approval), "；", "; "))


def filing_items(filing: FilingDef) -> Iterator[Item]:
    """Yield who may file and the grace of a draft, where the policy says anything but the usual."""
    if filing == FilingDef():
        return
    who = joined(APPLICANTS[kind] for kind in filing.applicants)
    here = Text("本区登记的", " registered in the district") if filing.registered_here else Text("", "")
    yield Item(Text(f"申报主体：{here.zh}{who.zh}", f"who may file: {who.en}{here.en}"))
    if filing.draft_grace_days:
        days = working_days(filing.draft_grace_days)
        yield Item(
            Text(
                f"在申报期内开始填写的草稿，可在截止后{days.zh}内提交",
                f"a draft begun within the window may be filed up to {days.en} after it",
            )
        )


def notice_items(notice: NoticeDef | None, reason: str | None) -> Iterator[Item]:
    """Yield the public notice, or why there is none."""
    if notice is None:
        yield Item(Text(f"不公示：{reason}", f"no public notice: {reason}"))
        return
    days, mask = working_days(notice.days), MASKS[notice.mask]
    first = Text("首日计入", "the first day counts") if notice.count == "inclusive" else Text(
        "首日不计入", "the first day does not count"
    )  # fmt: skip
    shown = joined(FIELDS.get(name, same(name)) for name in notice.fields)
    yield Item(
        Text(f"公示 {days.zh}（{first.zh}），内容：{shown.zh}；{mask.zh}",
             f"public notice for {days.en} ({first.en}), shown: {shown.en}; {mask.en}")
    )  # fmt: skip


FIELDS = {
    "name": Text("单位名称", "name"), "tier": Text("等级", "tier"), "amount": Text("金额", "amount"),
    "credit_code": Text("统一社会信用代码", "credit code"),
}  # fmt: skip


def allocation_item(allocation: AllocationDef) -> Item:
    """Return how a round shares its budget."""
    return Item(
        joined([MODES[allocation.mode], TIES[allocation.ties]], "；", "; "), marks=(clause_mark(allocation.clause),)
    )


def payment_blocks(pack: Pack, level: int) -> Iterator[Block]:
    """Yield on which terms the pack pays and takes back; nothing where it says nothing."""
    words = Wording(pack)
    sections: list[tuple[Text, tuple[Item, ...]]] = [
        (Text("分期拨付", "Instalments"), tuple(instalment_item(words, one) for one in pack.instalments)),
        (
            Text("资金分担", "Who funds the award"),
            () if pack.funding_split is None else (funding_item(pack.funding_split, pack.currency),),
        ),
        (Text("叠加规则", "Stacking"), tuple(stacking_item(one) for one in pack.stacking)),
        (Text("追回", "Recovery"), tuple(recovery_item(one) for one in pack.recovery)),
        (
            Text("预算与排序", "Budget and order"),
            () if pack.allocation is None else (allocation_item(pack.allocation),),
        ),
    ]
    for title, found in sections:
        if found:
            yield Heading(level, title)
            yield Listing(found)


def procedure_blocks(pack: Pack, level: int) -> Iterator[Block]:
    """Yield the title conferred, undertakings, clauses judged by people, route, notice, guarantees and what is redundant."""
    manual = tuple(
        Item(one.text, joined([Text("由人员判断：", "judged by: "), ROLES.get(one.by, same(one.by))], "", ""),
             (clause_mark(one.clause),))
        for one in pack.manual
    )  # fmt: skip
    sections: list[tuple[Text, tuple[Item, ...]]] = [
        (
            Text("授予的资格", "Title conferred"),
            () if pack.recognition is None else (recognition_item(pack.recognition),),
        ),
        (Text("承诺事项", "Undertakings"), tuple(undertaking_item(one) for one in pack.undertakings)),
        (Text("由人员判断的条款", "Clauses that people judge"), manual),
        (Text("办理流程", "Procedure"), tuple(route_items(pack.route, pack.currency))),
        (Text("公示", "Public notice"), tuple(notice_items(pack.notice, pack.no_notice_reason))),
        (Text("对所有企业的保证", "Guarantees"), tuple(guarantee_item(pack, one) for one in pack.guarantees)),
        (
            Text("与其他条款重复而保留的条款", "Clauses kept although others imply them"),
            tuple(Item(same(one.id), same(one.because)) for one in pack.redundant),
        ),
    ]
    for title, found in sections:
        if found:
            yield Heading(level, title)
            yield Listing(found)
