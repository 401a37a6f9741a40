"""Founding a bureau, admitting people, and the named actors of automatic steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import Q

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import ApiToken, Authority, RoleGrant, Unit, User
from subsidy.audit.moment import Moment

SYSTEM_ACTORS = {
    "system:clock": "系统时钟",
    "system:letters": "系统文书",
    "system:imports": "系统导入",
    "system:accounts": "系统账户",
    "system:public": "公示页面",
    "system:offers": "系统匹配",
    "system:exports": "系统导出",
    "system:banks": "系统银企通道",
}
"""Who acts when no person does: one actor a job, so that an event names which."""

# Django's mark of a password that nobody can sign in with.
_NO_PASSWORD = "!"


def authority_found(*, code: str, name_zh: str, name_en: str, short_name: str, region: str) -> Authority:
    """Found a bureau (idempotent by code)."""
    authority, _made = Authority.objects.get_or_create(
        code=code,
        defaults={"name_zh": name_zh, "name_en": name_en, "short_name": short_name, "region": region},
    )
    return authority


def person_admit(
    username: str, *, name: str, kind: UserKind, authority: Authority | None, password_hash: str = _NO_PASSWORD
) -> User:
    """Admit a person whom the bureau knows (idempotent by user name; somebody already known is left as they are).

    `password_hash` is what `make_password` gives; without it nobody can sign in under this name.
    """
    user, _made = User.objects.get_or_create(
        username=username,
        defaults={
            "name": name,
            "kind": kind,
            "authority": authority,
            "password": password_hash,
            "name_checked": kind != UserKind.SYSTEM,
        },
    )
    return user


def person_new(
    username: str,
    *,
    name: str,
    authority_id: int,
    password_hash: str,
    name_checked: bool,
    password_to_change: bool,
    now: Moment,
) -> User:
    """A person of a company, not saved yet."""
    return User(
        username=username,
        name=name,
        kind=UserKind.COMPANY,
        authority_id=authority_id,
        password=password_hash,
        name_checked=name_checked,
        password_to_change=password_to_change,
        date_joined=now.at,
    )


def roles_grant(
    user: User, authority: Authority, roles: Iterable[Role], *, valid_from: dt.date, granted_by: User | None
) -> None:
    """Grant roles from that day on, each at most once a person and bureau. The database refuses a grant to oneself."""
    own = RoleGrant.objects.filter(user=user, authority=authority, source__isnull=True, ended_at__isnull=True)
    held = set(own.values_list("role", flat=True))
    RoleGrant.objects.bulk_create(
        [
            RoleGrant(user=user, authority=authority, role=role, valid_from=valid_from, granted_by=granted_by)
            for role in roles
            if role not in held
        ]
    )


def unit_found(authority: Authority, code: str, *, name_zh: str, name_en: str) -> Unit:
    """Enter a unit of a bureau, a township or a department (idempotent by code)."""
    names = {"name_zh": name_zh, "name_en": name_en}
    return Unit.objects.get_or_create(authority=authority, code=code, defaults=names)[0]


def unit_role_grant(user: User, unit: Unit, role: Role, *, valid_from: dt.date, granted_by: User | None) -> None:
    """Grant a role for one unit from that day on, once. The database refuses a grant to oneself."""
    RoleGrant.objects.get_or_create(
        user=user,
        authority_id=unit.authority_id,
        unit=unit,
        role=role,
        defaults={"valid_from": valid_from, "granted_by": granted_by},
    )


def system_actor(username: str) -> User:
    """The actor of an automatic step, made at its first use. Raises KeyError for a name that is none of ours."""
    name = SYSTEM_ACTORS[username]
    return person_admit(username, name=name, kind=UserKind.SYSTEM, authority=None)


def role_lend(grant: RoleGrant, to: User, *, valid_from: dt.date, valid_to: dt.date, reason: str) -> RoleGrant:
    """Let another person use an own grant for a time, both days included; `granted_by` is who lends it."""
    return RoleGrant.objects.create(
        user=to,
        authority_id=grant.authority_id,
        role=grant.role,
        unit_id=grant.unit_id,
        valid_from=valid_from,
        valid_to=valid_to,
        granted_by_id=grant.user_id,
        source=grant,
        reason=reason,
    )


def delegations_end(delegations: Iterable[int], *, at: dt.datetime) -> None:
    """End delegations at once (those of these keys; a grant of a person's own is left alone)."""
    RoleGrant.objects.filter(pk__in=list(delegations), source__isnull=False, ended_at__isnull=True).update(ended_at=at)


def officer_new(
    username: str, *, name: str, kind: UserKind, authority_id: int, password_hash: str, now: Moment
) -> User:
    """Somebody of the bureau, not saved yet, with no role and a password for one sign-in."""
    return User(
        username=username,
        name=name,
        kind=kind,
        authority_id=authority_id,
        password=password_hash,
        name_checked=True,
        password_to_change=True,
        date_joined=now.at,
    )


def role_grant(
    user: User,
    role: Role,
    *,
    authority_id: int,
    unit: Unit | None,
    valid_from: dt.date,
    valid_to: dt.date | None,
    granted_by: User,
    reason: str,
) -> RoleGrant:
    """Grant one role in a bureau. The database refuses a grant to oneself."""
    return RoleGrant.objects.create(
        user=user,
        authority_id=authority_id,
        role=role,
        unit=unit,
        valid_from=valid_from,
        valid_to=valid_to,
        granted_by=granted_by,
        reason=reason,
    )


def role_end(grant: RoleGrant, *, at: dt.datetime) -> None:
    """End a role and what was lent of it; the rows stay."""
    RoleGrant.objects.filter(Q(pk=grant.pk) | Q(source=grant), ended_at__isnull=True).update(ended_at=at)


def factors_remove(user: User) -> int:
    """Remove every second factor of the account, recovery codes too; returns how many there were."""
    removed, _by_model = Authenticator.objects.filter(user=user).delete()
    return removed


def identity_link(user: User, *, provider: str, identifier: str) -> bool:
    """Link an identity with the account, in the place of the one from the same provider; False when it is another's."""
    if SocialAccount.objects.filter(provider=provider, uid=identifier).exclude(user=user).exists():
        return False
    SocialAccount.objects.filter(user=user, provider=provider).exclude(uid=identifier).delete()
    SocialAccount.objects.get_or_create(user=user, provider=provider, uid=identifier)
    return True


def identities_unlink(user: User) -> list[str]:
    """End the links of the account with identity providers; returns which."""
    linked = SocialAccount.objects.filter(user=user).order_by("provider")
    found = list(linked.values_list("provider", flat=True))
    linked.delete()
    return found


def token_new(
    user: User,
    *,
    authority_id: int,
    name: str,
    digest: str,
    hint: str,
    may_act: bool,
    kinds: Iterable[str],
    made_at: dt.datetime,
    expires_at: dt.datetime,
) -> ApiToken:
    """Keep a token by the SHA-256 of its secret."""
    return ApiToken.objects.create(
        user=user,
        authority_id=authority_id,
        name=name,
        digest=digest,
        hint=hint,
        may_act=may_act,
        kinds=sorted(kinds),
        made_at=made_at,
        expires_at=expires_at,
    )


def token_revoke(token: ApiToken, *, at: dt.datetime) -> None:
    """End a token at once; its row stays."""
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at)
