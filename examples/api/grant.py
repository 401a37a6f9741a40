"""From an application to the money in the bank and a proof that a stranger checks, by the published description alone.

    python grant.py https://…/openapi.json settings.json

Nothing here is imported of the program. Each step names an operation of the description (`cases.submit`), which says where it
is, which headers it takes and what goes into its body; a step that the description does not know stops the script. The
settings name the call and the company, the answers and papers of the application, and the people:

    {"call": "XH-FS-1", "company": "91330106…", "answers": {…}, "papers": {"slot": "file.pdf"}, "account": {…},
     "minute": {…}, "people": {"filer": {"token": "sub_…"}, "releases": {"token": "sub_…", "secret": "BASE32"}, …}}

In a demo the description has the business clock too, and the script moves it; elsewhere it stops where it has to wait.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import re
import struct
import subprocess
import sys
import tempfile
import time
import uuid
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests

PEOPLE = ("filer", "confirms", "accepts", "amount", "leads", "notice", "prepares", "checks", "releases", "audits")
DAYS_AT_MOST = 60


class Stopped(Exception):
    """The description, or an answer, does not let the script go on."""


class Program:
    """One person's program: it knows the description, a token, and the secret of the code app where codes are asked for."""

    def __init__(self, address: str, token: str, secret: str = "") -> None:
        self.address, self.secret, self.used = address, secret, ""
        self.session = requests.Session()
        self.session.headers.update({"Authorization": f"Bearer {token}", "Accept-Language": "en"})
        self.root = self.session.get(address, timeout=60).json()

    def has(self, operation: str) -> bool:
        return any(one.get("operationId") == operation for one in self._operations())

    def do(
        self,
        operation: str,
        data: Mapping[str, Any] | None = None,
        *,
        key: str = "",
        files: Mapping[str, Path] | None = None,
        **query: str,
    ) -> requests.Response:
        """Ask for an operation by its name; `key` is the matter, whose version is read first where it must be named."""
        path, method, found = self._find(operation)
        url = urljoin(self.address, path.replace("{key}", key))
        wanted = {one["name"] for one in map(self._resolved, found["parameters"]) if one["in"] == "header"}
        headers = {}
        if "Idempotency-Key" in wanted:
            headers["Idempotency-Key"] = uuid.uuid4().hex
        if "If-Match" in wanted:
            headers["If-Match"] = self.session.get(self._of_matter(url), timeout=60).headers["ETag"]
        if "X-One-Time-Code" in wanted and self.secret:
            headers["X-One-Time-Code"] = self._code()
        bodies = found.get("requestBody", {}).get("content", {})
        sent: dict[str, Any] = {}
        if files:
            parts = {name: (one.name, one.read_bytes()) for name, one in files.items()}
            sent = {"data": data or {}, "files": parts}
        elif bodies:
            sent = {"json": data or {}}
        answer = self.session.request(method, url, params=query, headers=headers, timeout=600, **sent)
        if not answer.ok:
            raise Stopped(f"{operation} {key}: {answer.status_code} {answer.text}")
        return answer

    def one(self, operation: str, **query: str) -> dict[str, Any]:
        """The only row of a list. Raises Stopped for none or several."""
        rows: list[dict[str, Any]] = self.do(operation, None, key="", files=None, **query).json()["items"]
        if len(rows) != 1:
            raise Stopped(f"{operation} {query}: {len(rows)} rows instead of one")
        return rows[0]

    def _operations(self) -> Iterable[dict[str, Any]]:
        for item in self.root["paths"].values():
            yield from (one for one in item.values() if isinstance(one, dict))

    def _find(self, operation: str) -> tuple[str, str, dict[str, Any]]:
        for path, item in self.root["paths"].items():
            for method, one in item.items():
                if isinstance(one, dict) and one.get("operationId") == operation:
                    return path, method, one
        raise Stopped(f"the description has no {operation}")

    def _resolved(self, one: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in one:
            return one
        found: dict[str, Any] = self.root["components"]["parameters"][one["$ref"].rpartition("/")[2]]
        return found

    def _of_matter(self, url: str) -> str:
        return url.partition("acts/")[0]

    def _code(self) -> str:
        """What the code app shows (RFC 6238); a code is good for one time, so the next one is waited for."""
        while (code := totp(self.secret)) == self.used:
            time.sleep(1)
        self.used = code
        return code


def totp(secret: str) -> str:
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    place = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


class Story:
    """The way of one application. Each step is taken by the person whose office it is."""

    def __init__(self, address: str, given: Mapping[str, Any], folder: Path) -> None:
        self.given, self.folder = given, folder
        self.people = {name: Program(address, **given["people"][name]) for name in PEOPLE}
        self.case = ""

    def tell(self) -> Path:
        """Everything in its order; returns the verified file of the case."""
        self.file()
        self.review()
        round_ = self.decree()
        self.account()
        self.pay()
        state = self.people["filer"].do("cases.read", key=self.case).json()["state"]
        if state != "paid":
            raise Stopped(f"case {self.case} of round {round_} is {state}, not paid")
        say(f"{self.case}: paid")
        return self.prove()

    def file(self) -> None:
        filer, given = self.people["filer"], self.given
        call = filer.do("calls.read", key=given["call"]).json()
        company = filer.one("companies.list", uscc=given["company"])
        opened = filer.do("cases.open", {"call": call["id"], "company": int(company["key"])}, act="open").json()
        self.case = opened["key"]
        filer.do("cases.save_answers", given["answers"], key=self.case)
        for slot, name in given["papers"].items():
            filer.do("cases.attach", {"slot": slot}, key=self.case, files={"file": Path(name)})
        filer.do("cases.submit", {"declaration": True}, key=self.case)
        say(f"{self.case}: filed")

    def review(self) -> None:
        self.people["accepts"].do("cases.accept", key=self.case)
        self.people["amount"].do("cases.confirm_amount", {"remark": ""}, key=self.case)
        say(f"{self.case}: reviewed")

    def decree(self) -> str:
        amount, leads, notice = (self.people[name] for name in ("amount", "leads", "notice"))
        call = amount.do("calls.read", key=self.given["call"]).json()
        self.wait_until(lambda day: day > call["closes_at"][:10])
        number: str = amount.do("rounds.open", {"call": call["id"]}).json()["key"]
        amount.do("rounds.close_collection", key=number)
        leads.do("rounds.approve", self.given["minute"], key=number)
        notice.do("rounds.publish", {"title_zh": "拟奖补名单公示", "title_en": "Proposed awards"}, key=number)
        until = notice.one("notices.list", round__number=number)["ends_on"]
        self.wait_until(lambda day: day > until)
        notice.do("rounds.issue_decree", {"number": self.given["decree"]}, key=number)
        say(f"{number}: decreed")
        return number

    def account(self) -> None:
        filer, confirms = self.people["filer"], self.people["confirms"]
        company = filer.one("companies.list", uscc=self.given["company"])["key"]
        filer.do("companies.propose_account", self.given["account"], key=company)
        proposed = [
            one for one in confirms.do("companies.read", key=company).json()["accounts"] if one["state"] == "proposed"
        ]
        account = proposed[-1]["id"]
        confirms.do("companies.confirm_account", {"account": account}, key=company)
        confirms.do("cases.choose_account", {"account": account}, key=self.case)
        say(f"{self.case}: account {account} confirmed and chosen")

    def pay(self) -> None:
        prepares, checks, releases = (self.people[name] for name in ("prepares", "checks", "releases"))
        due = prepares.do("instalments.list", award__case__number=self.case).json()["items"]
        terms = {
            "instalments": [int(one["key"]) for one in due],
            "format": "pain.001.001.09",
            "paying_account": self.given["paying_account"],
            "execution_on": self.today(),
            "purpose": self.given["purpose"],
        }
        batch: str = prepares.do("batches.open", terms).json()["key"]
        checks.do("batches.check", key=batch)
        releases.do("batches.release", key=batch)
        prepares.do("batches.export", key=batch)
        answer = self.folder / "camt054.xml"
        answer.write_text(bank_says(prepares.do("batches.file.payment", key=batch).text, self.today()))
        bureau = prepares.do("authorities.list").json()["items"][0]["key"]
        prepares.do("authorities.import_answers", key=bureau, files={"file": answer})
        say(f"{batch}: exported and answered")

    def prove(self) -> Path:
        """The file of the case, checked by the verifier that lies in it, on bare Python."""
        path = self.folder / f"{self.case}.zip"
        path.write_bytes(self.people["audits"].do("cases.file.bundle", key=self.case).content)
        verifier = self.folder / "verify.pyz"
        verifier.write_bytes(zipfile.ZipFile(io.BytesIO(path.read_bytes())).read("verify.pyz"))
        checked = subprocess.run(
            [sys.executable, "-I", str(verifier), str(path)], capture_output=True, text=True, check=False
        )
        if checked.returncode:
            raise Stopped(f"the proof does not hold:\n{checked.stdout}{checked.stderr}")
        say(checked.stdout.strip())
        return path

    def today(self) -> str:
        return str(self.people["filer"].do("clock.read").json()["on"])

    def wait_until(self, reached: Any) -> None:
        """Move a demo's clock on until the day has come."""
        program = self.people["filer"]
        if not program.has("clock.move"):
            raise Stopped("here the days pass by themselves: run the rest when the day has come")
        for _day in range(DAYS_AT_MOST):
            day = self.today()
            if reached(day):
                return
            program.do("clock.move", {"seen": day})
        raise Stopped(f"the day has not come after {DAYS_AT_MOST} working days")


def bank_says(payment: str, on: str) -> str:
    """A camt.054 that every payment of a pain.001 was booked: what a bank would send."""

    def texts(tag: str, within: str = payment) -> list[str]:
        return re.findall(rf"<{tag}\b[^>]*>([^<]*)</{tag}>", within)

    message = texts("MsgId")[0]
    debtor = re.findall(r"<DbtrAcct>.*?</DbtrAcct>", payment, re.DOTALL)[0]
    entries = ""
    for end_to_end, amount in zip(texts("EndToEndId"), texts("InstdAmt"), strict=True):
        money = f'<Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>'
        entries += (
            f"<Ntry>{money}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{on}</Dt></BookgDt><AcctSvcrRef>TX{end_to_end}</AcctSvcrRef>"
            "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
            f"<NtryDtls><TxDtls><Refs><MsgId>{message}</MsgId><PmtInfId>{message}</PmtInfId>"
            f"<EndToEndId>{end_to_end}</EndToEndId></Refs>{money}</TxDtls></NtryDtls></Ntry>"
        )
    at, name = f"{on}T16:30:00+08:00", f"N{message}"[:35]
    account = f"<Acct><Id><Othr><Id>{texts('Id', debtor)[0]}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08">'
        f"<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>{name}</MsgId><CreDtTm>{at}</CreDtTm></GrpHdr>"
        f"<Ntfctn><Id>{name}</Id><CreDtTm>{at}</CreDtTm>{account}{entries}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>\n"
    )


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        sys.stderr.write(__doc__ or "")
        return 2
    given = json.loads(Path(arguments[1]).read_text())
    with tempfile.TemporaryDirectory() as folder:
        try:
            Story(arguments[0], given, Path(folder)).tell()
        except Stopped as reason:
            sys.stderr.write(f"{reason}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
