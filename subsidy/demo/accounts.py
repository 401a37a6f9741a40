"""Who is in the demo: officers, experts and companies' people, all with the one printed password."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission

from subsidy.accounts.enums import ADMINISTRATORS, Role, UserKind
from subsidy.accounts.models import Authority, User
from subsidy.accounts.services import person_admit, roles_grant, system_actor, unit_found, unit_role_grant
from subsidy.applicants.models import Company, CompanyUserObjectPermission
from subsidy.demo.summary import Account

PASSWORD = "FeiTian-2024-demo"
"""Printed at every start; the demo listens on this machine alone."""

ADMITTED_ON = dt.date(2021, 1, 4)
EXPERTS = 9


@dataclass(frozen=True, slots=True)
class Post:
    """A seat in the bureau and who sits in it."""

    username: str
    name: str
    role: Role
    zh: str
    en: str
    units: tuple[str, ...] = ()
    """The units for which the role is held; none: for the whole bureau."""

    @property
    def kind(self) -> UserKind:
        return UserKind.EXPERT if self.role == Role.EXPERT else UserKind.OFFICER


_EXPERT_NAMES = ("许哲", "邓若兰", "冯启明", "韩书言", "彭嘉", "罗文博", "梁静怡", "宋一鸣", "谢安宁")
POSTS: tuple[Post, ...] = (
    Post("counter", "赵敏", Role.COUNTER, "窗口（登记企业、协助申报）", "counter clerk"),
    Post("acceptance", "钱进", Role.ACCEPTANCE, "受理", "checks acceptance"),
    Post("acceptance2", "施然", Role.ACCEPTANCE, "受理（现场考察第二人）", "acceptance, second on a site visit"),
    Post("amount", "孙悦", Role.AMOUNT, "金额审核、排序", "checks amounts, ranks the round"),
    *(
        Post(f"expert{number}", name, Role.EXPERT, "评审专家", "expert")
        for number, name in enumerate(_EXPERT_NAMES, 1)
    ),
    Post("township", "李河", Role.TOWNSHIP, "镇街推荐", "township, recommends"),
    Post("dept1", "周密", Role.DEPARTMENT, "联审部门（税务）", "co-reviewing department: tax", ("tax",)),
    Post("dept2", "吴桐", Role.DEPARTMENT, "联审部门（法院）", "co-reviewing department: court", ("court",)),
    Post(
        "dept3",
        "郑岚",
        Role.DEPARTMENT,
        "联审部门（市场监管、应急、环境、人社、财政）",
        "co-reviewing departments: market, emergency, environment, labour, finance",
        ("market", "emergency", "environment", "labour", "finance"),
    ),
    Post(
        "division",
        "何川",
        Role.DIVISION_HEAD,
        "处室负责人（限额内审定）",
        "head of the division, approves small amounts",
    ),
    Post("leader", "郑重", Role.LEADER, "局领导（审定）", "leader, approves"),
    Post("notice", "王颖", Role.NOTICE, "公示、发文", "publishes, issues decrees"),
    Post("supervision", "冯正", Role.SUPERVISION, "监督", "supervision"),
    Post("finance1", "陈思", Role.FINANCE_PREPARE, "财务经办（制单、导入回单）", "finance, prepares and imports"),
    Post("finance2", "褚卫", Role.FINANCE_CHECK, "财务复核、预算", "finance, checks, keeps the budget"),
    Post("finance3", "卫东", Role.FINANCE_RELEASE, "财务放行", "finance, releases"),
    Post("policy1", "蒋文", Role.POLICY_AUTHOR, "政策起草", "policy, writes"),
    Post("legal", "沈律", Role.LEGAL_REVIEWER, "合法性审查", "policy, reviews legality"),
    Post("policy2", "韩冰", Role.POLICY_PUBLISHER, "政策发布、开放申报", "policy, publishes, opens calls"),
    Post("auditor", "杨鉴", Role.AUDITOR, "审计（只读）", "auditor, reads only"),
    Post("sysadmin", "朱维", Role.SYSTEM_ADMIN, "系统管理员", "system administrator"),
    Post("secadmin", "秦安", Role.SECURITY_ADMIN, "安全管理员", "security administrator"),
    Post("auditadmin", "尤明", Role.AUDIT_ADMIN, "审计管理员", "audit administrator"),
)


UNITS: tuple[tuple[str, str, str], ...] = (
    ("tax", "区税务局", "Tax office"),
    ("market", "区市场监督管理局", "Market supervision"),
    ("emergency", "区应急管理局", "Emergency management"),
    ("environment", "生态环境分局", "Environment"),
    ("court", "区人民法院", "Court"),
    ("labour", "区人力资源和社会保障局", "Labour and social security"),
    ("finance", "区财政局", "Finance office"),
)
"""The departments that policies ask, by the codes by which policies name them."""


class People:
    """Everyone of the demo, by user name. Hashing is slow on purpose, so the one password is hashed once."""

    def __init__(self) -> None:
        self._known = {user.username: user for user in User.objects.all()}
        self._hash = "" if "secadmin" in self._known else make_password(PASSWORD)

    def __getitem__(self, username: str) -> User:
        return self._known[username]

    def staff(self, authority: Authority, *, prefix: str = "") -> None:
        """Fill every post of a bureau; `prefix` sets the names of a second bureau apart.

        Administrators come with the installation; every other role is granted by the security administrator.
        """
        units = {code: unit_found(authority, code, name_zh=zh, name_en=en) for code, zh, en in UNITS}
        for post in sorted(POSTS, key=lambda post: post.role not in ADMINISTRATORS):
            user = self._admit(prefix + post.username, post.name, post.kind, authority)
            granted_by = None if post.role in ADMINISTRATORS else self[prefix + "secadmin"]
            for code in post.units:
                unit_role_grant(user, units[code], post.role, valid_from=ADMITTED_ON, granted_by=granted_by)
            if not post.units:
                roles_grant(user, authority, [post.role], valid_from=ADMITTED_ON, granted_by=granted_by)

    def systems(self) -> None:
        for username in ("system:clock", "system:letters", "system:accounts", "system:public"):
            self._known[username] = system_actor(username)

    def members(self, company: Company, username: str, *, handler: str, legal: str) -> None:
        """The two people of a company: who files, and the legal representative, who confirms."""
        for suffix, name, codename in (
            ("", handler, "file_for"),
            ("-legal", legal, "confirm_for"),
            ("-legal", legal, "administer_for"),
        ):
            user = self._admit(username + suffix, name, UserKind.COMPANY, company.authority)
            CompanyUserObjectPermission.objects.get_or_create(
                permission=Permission.objects.get(codename=codename, content_type__app_label="applicants"),
                user=user,
                content_object=company,
            )

    def newcomer(self, username: str, name: str, authority: Authority) -> None:
        """A person of a company, who acts for none yet."""
        self._admit(username, name, UserKind.COMPANY, authority)

    def second_factors(self) -> None:
        """Give everybody who has none the demo's one secret for code apps."""
        if not settings.DEMO_TOTP_SECRET:
            return
        with_one = Authenticator.objects.values("user")
        without = User.objects.exclude(kind=UserKind.SYSTEM).exclude(pk__in=with_one).order_by("pk")
        data = {"secret": encrypt(settings.DEMO_TOTP_SECRET)}
        Authenticator.objects.bulk_create(
            [Authenticator(user=user, type=Authenticator.Type.TOTP, data=data) for user in without]
        )

    def _admit(self, username: str, name: str, kind: UserKind, authority: Authority) -> User:
        if username not in self._known:
            hashed = self._hash = self._hash or make_password(PASSWORD)
            self._known[username] = person_admit(
                username, name=name, kind=kind, authority=authority, password_hash=hashed
            )
        return self._known[username]


def printed() -> tuple[Account, ...]:
    """The accounts that the demo prints, in the order in which a visitor needs them."""
    first, *_rest = (post for post in POSTS if post.role == Role.EXPERT)
    officers = [
        Account(f"expert1 … expert{EXPERTS}" if post is first else post.username, post.zh, post.en)
        for post in POSTS
        if post.role != Role.EXPERT or post is first
    ]
    return (
        Account("company1", "企业经办人（可在开放的申报中从头走一遍）", "company, files: the visitor's own"),
        Account(
            "company1-legal", "同一企业法定代表人（确认收款账户）", "its legal representative, confirms the account"
        ),
        Account("company2 … company9", "已申报、等待办理的企业", "companies whose applications wait"),
        Account("company10", "草稿未提交的企业", "a company with a draft"),
        Account("company12 … company28", "首批已兑付的17家企业", "the seventeen paid companies of the first batch"),
        Account(
            "company29, company29-legal",
            "窗口登记的企业（授权即将到期）",
            "a company registered at the counter, its letter soon ends",
        ),
        Account(
            "company31 … company58",
            "其他政策的企业：各流程的每个环节均有一件",
            "companies under the other policies: a case in every state of every route",
        ),
        Account(
            "company59 … company63",
            "众创空间（认定、升级、降级、取消、即将到期）",
            "makers' spaces: recognised, raised, lowered, ended, ending soon",
        ),
        Account(
            "company64",
            "12月下达、结转后由次年预算支付的企业",
            "awarded in December, carried over and paid from the next year's line",
        ),
        Account("newcomer", "还不代表任何企业的人员", "a person who acts for no company yet"),
        *officers,
        Account("qt-…", "另一单位的同名岗位，如 qt-acceptance", "the same posts of a second bureau"),
    )
