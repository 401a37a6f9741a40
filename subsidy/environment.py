"""Reads what the surroundings say: environment variables and what `demo` left in the data folder."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg import Error as PsycopgError
from psycopg.conninfo import conninfo_to_dict

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MODE_FILE = "mode.json"
SECRET_FILE = "secret_key"
# A waiting transaction gives up instead of hanging the person's browser; a forgotten one frees its rows.
SESSION_OPTIONS = "-c lock_timeout=5s -c idle_in_transaction_session_timeout=5min"
DEMO_PORT = "SUBSIDY_DEMO_PORT"
"""Where the demo's own site listens; the demo says it to the programs that it starts."""
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]


def database(*, environ: Mapping[str, str], data: Path) -> dict[str, Any]:
    """Django's description of the one database: DATABASE_URL, or the embedded server of the data folder.

    Raises ImproperlyConfigured when DATABASE_URL is not an address of PostgreSQL.
    """
    common = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    url = environ.get("DATABASE_URL", "")
    if not url:
        return {
            "ENGINE": "subsidy.postgres.backend",
            "NAME": "subsidy",
            "EMBEDDED_IN": str(data),
            "OPTIONS": {"options": SESSION_OPTIONS},
            **common,
        }
    parts = _url_parts(url)
    own = parts.pop("options", "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        # The operator's own options come last and win.
        "OPTIONS": {**parts, "options": f"{SESSION_OPTIONS} {own}".strip()},
        **common,
    }


def _url_parts(url: str) -> dict[str, Any]:
    try:
        if not url.startswith(("postgresql://", "postgres://")):
            raise ImproperlyConfigured
        parts = dict(conninfo_to_dict(url))
        if not parts.get("dbname") or not str(parts.get("port") or "0").replace(",", "").isdigit():
            raise ImproperlyConfigured
    except (PsycopgError, ImproperlyConfigured):
        # The address may hold a password: it is not repeated.
        raise ImproperlyConfigured(
            "DATABASE_URL 不是 PostgreSQL 地址；请写成 postgresql://用户:口令@主机:端口/数据库名。\n"
            "DATABASE_URL is not an address of PostgreSQL; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE."
        ) from None
    return parts


def is_demo(*, environ: Mapping[str, str], data: Path) -> bool:
    """Whether this data folder was made by `demo` for the very database now in use.

    The record names its database, so that a demo folder left lying about never loosens a production server.
    """
    try:
        record = json.loads((data / MODE_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    return bool(record["mode"] == "demo" and record["database"] == _database_mark(environ))


def record_demo(*, environ: Mapping[str, str], data: Path) -> None:
    """Make the data folder a demo's: its mark and, once, its own secret, readable by the owner alone."""
    data.mkdir(mode=0o755, parents=True, exist_ok=True)
    secret = data / SECRET_FILE
    if not secret.exists():
        secret.touch(mode=0o600)
    if not secret.read_text(encoding="utf-8"):
        secret.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    record = {"mode": "demo", "database": _database_mark(environ)}
    (data / MODE_FILE).write_text(json.dumps(record) + "\n", encoding="utf-8")


def secret_key(*, environ: Mapping[str, str], data: Path, demo: bool) -> str:
    """SUBSIDY_SECRET_KEY, else the demo's own; empty when there is none, which stops whatever needs one."""
    given = environ.get("SUBSIDY_SECRET_KEY", "")
    if given or not demo:
        return given
    return (data / SECRET_FILE).read_text(encoding="utf-8")


def allowed_hosts(*, environ: Mapping[str, str], demo: bool) -> list[str]:
    """SUBSIDY_ALLOWED_HOSTS, separated by commas; a demo answers on this machine as well."""
    given = words(environ, "SUBSIDY_ALLOWED_HOSTS")
    return [*given, *LOCAL_HOSTS] if demo else [*given]


def site_url(*, environ: Mapping[str, str], hosts: list[str]) -> str:
    """SUBSIDY_SITE_URL without a slash at its end; else the first host name, by https."""
    given = environ.get("SUBSIDY_SITE_URL", "").rstrip("/")
    if given and not given.startswith(("https://", "http://")):
        raise ImproperlyConfigured(
            "SUBSIDY_SITE_URL 应以 https:// 开头。\nSUBSIDY_SITE_URL must begin with https://, as in https://grants.example.gov"
        )
    return given or f"https://{next((host for host in hosts if host != '*'), 'localhost').lstrip('.')}"


def missing_for_serving(*, secret: str, hosts: list[str]) -> tuple[str, ...]:
    """Variables without which a site must not be served; commands run without them."""
    needed = {"SUBSIDY_SECRET_KEY": secret, "SUBSIDY_ALLOWED_HOSTS": hosts}
    return tuple(name for name, value in needed.items() if not value)


def refuse_unsafe(missing: tuple[str, ...]) -> None:
    """Raise ImproperlyConfigured when a site is about to be served without a secret or a host name."""
    if missing:
        names = ", ".join(missing)
        raise ImproperlyConfigured(
            f"缺少环境变量 {names}。请设置后再启动；只想试用请运行 make demo。\n"
            f"{names} must be set before the site is served; to try it out run make demo."
        )


def words(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The words of a variable, between commas."""
    return tuple(word.strip() for word in environ.get(name, "").split(",") if word.strip())


def flag(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    """A switch: 1 or 0. Raises ImproperlyConfigured on anything else, which might be a misspelt wish for safety."""
    value = environ.get(name, "")
    if value not in ("", "0", "1"):
        raise ImproperlyConfigured(f"{name} 只能是 1 或 0。\n{name} must be 1 or 0.")
    return default if value == "" else value == "1"


def whole_number(environ: Mapping[str, str], name: str, *, default: int) -> int:
    """A number of at least 0, such as of days. Raises ImproperlyConfigured on anything else."""
    value = environ.get(name, "")
    if value and not (value.isascii() and value.isdecimal()):
        raise ImproperlyConfigured(f"{name} 只能是 0 或正整数。\n{name} must be a whole number, 0 or more.")
    return int(value) if value else default


def networks(environ: Mapping[str, str], name: str) -> tuple[Network, ...]:
    """Networks in CIDR form, separated by commas. Raises ImproperlyConfigured on anything else."""
    try:
        return tuple(ipaddress.ip_network(one.strip()) for one in environ.get(name, "").split(",") if one.strip())
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} 应为以逗号分隔的网段，例如 10.0.0.0/8。\n"
            f"{name} must be networks separated by commas, such as 10.0.0.0/8."
        ) from error


def services(environ: Mapping[str, str], name: str) -> dict[str, dict[str, Any]]:
    """Addresses of services as JSON: {"court": {"url": "https://…", "timeout": 3}}; absent: none.

    With `every_days` a service is asked by itself about every company with an open case, that often; without, only when
    somebody asks. Raises ImproperlyConfigured for text that is no such object.
    """
    text = environ.get(name, "")
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    good = isinstance(found, dict) and all(
        isinstance(one, dict)
        and str(one.get("url", "")).startswith(("http://", "https://"))
        and (type(one.get("every_days", 1)) is int and one.get("every_days", 1) > 0)
        for one in found.values()
    )
    if not good:
        raise ImproperlyConfigured(
            f'{name} 须为 JSON，如 {{"court": {{"url": "https://…", "timeout": 3}}}}。\n'
            f'{name} must be JSON such as {{"court": {{"url": "https://…", "timeout": 3}}}}.'
        )
    return dict(found)


def bank_channels(environ: Mapping[str, str], name: str) -> dict[str, dict[str, Any]]:
    """Ways to banks as JSON, each for one paying account; absent: none. Raises ImproperlyConfigured for anything else."""
    text = environ.get(name, "")
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        found = None
    good = isinstance(found, dict) and all(
        isinstance(one, dict) and one.get("account") and _is_channel(one) for one in found.values()
    )
    accounts = [one["account"] for one in found.values()] if good and found else []
    if not good or found is None or len(set(accounts)) != len(accounts):
        raise ImproperlyConfigured(
            f'{name} 须为 JSON，每个付款账户一条，如 {{"icbc": {{"kind": "folder", "account": "…", "drop": "/…", '
            f'"pick_up": "/…"}}}}。\n{name} must be JSON, one entry a paying account, as docs/bank-channel.md shows.'
        )
    return dict(found)


def _is_channel(one: Mapping[str, Any]) -> bool:
    if one.get("kind") == "folder":
        return all(str(one.get(name, "")).startswith("/") for name in ("drop", "pick_up"))
    local = str(one.get("url", "")).startswith(("http://127.0.0.1", "http://localhost"))
    at = str(one.get("url", "")).startswith("https://") or local
    return one.get("kind") == "http" and at and str(one.get("secret", "")).startswith("whsec_")


def scanner(environ: Mapping[str, str], name: str) -> str | tuple[str, int]:
    """Where clamd listens: the path of its socket, or host and port; absent: nowhere. Raises ImproperlyConfigured."""
    text = environ.get(name, "").strip()
    if not text or text.startswith("/"):
        return text
    host, _colon, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ImproperlyConfigured(
            f"{name} 须为 clamd 的套接字路径或“主机:端口”，如 127.0.0.1:3310。\n"
            f"{name} must be the path of clamd's socket or host:port, such as 127.0.0.1:3310."
        )
    return host.strip("[]"), int(port)


def demo_services(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The reference services of a demo that serves; none for a command that runs beside it."""
    port = environ.get(DEMO_PORT, "")
    at = f"http://127.0.0.1:{port}/demo/sources"
    return {layout: {"url": f"{at}/{layout}/"} for layout in ("court", "credit")} if port else {}


def _database_mark(environ: Mapping[str, str]) -> str:
    url = environ.get("DATABASE_URL", "")
    return hashlib.sha256(url.encode()).hexdigest() if url else "embedded"


def second_factor_kinds(environ: Mapping[str, str]) -> frozenset[str]:
    """The kinds of people who must have a second factor: officers always, and those that SUBSIDY_SECOND_FACTOR names.

    Raises ImproperlyConfigured on a name that is none of them, which might be a misspelt wish for safety.
    """
    named = {name.strip() for name in environ.get("SUBSIDY_SECOND_FACTOR", "expert").split(",") if name.strip()}
    if unknown := named - {"officer", "expert", "company"}:
        wrong = ", ".join(sorted(unknown))
        raise ImproperlyConfigured(
            f"SUBSIDY_SECOND_FACTOR 中的 {wrong} 无效；可写 expert、company（officer 始终包含）。\n"
            f"SUBSIDY_SECOND_FACTOR names {wrong}; it may name expert and company (officer is always among them)."
        )
    return frozenset({"officer", *named})


def identity_providers(environ: Mapping[str, str]) -> list[dict[str, Any]]:
    """SUBSIDY_IDENTITY_PROVIDERS as allauth wants it: [{"id", "name", "issuer", "client_id", "secret"}, …] in JSON; with
    "api_audience" where programs may bring the provider's access tokens that are meant for this audience.

    Raises ImproperlyConfigured for anything else, and for an issuer that is not reached by https (this machine may).
    """
    text = environ.get("SUBSIDY_IDENTITY_PROVIDERS", "")
    try:
        found = json.loads(text) if text else []
        return [
            {
                "provider_id": one["id"],
                "name": one["name"],
                "client_id": one["client_id"],
                "secret": one["secret"],
                "settings": {"server_url": _https(one["issuer"]), "api_audience": str(one.get("api_audience", ""))},
            }
            for one in found
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise ImproperlyConfigured(
            "SUBSIDY_IDENTITY_PROVIDERS 须为 JSON 列表，每项含 id、name、issuer（https）、client_id、secret。\n"
            "SUBSIDY_IDENTITY_PROVIDERS must be a JSON list; each entry has id, name, issuer (https), client_id, secret."
        ) from error


def _https(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1")):
        raise ValueError(address)
    return address


def origin_of(provider: Mapping[str, Any]) -> str:
    """Scheme and host of an identity provider, as a content security policy names them."""
    parts = urlsplit(provider["settings"]["server_url"])
    return f"{parts.scheme}://{parts.netloc}"
