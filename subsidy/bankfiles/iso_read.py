"""Small readers shared by the ISO 20022 messages: text, dates, amounts, reasons, identities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256

from lxml.etree import QName, _Element

from subsidy.bankfiles.amounts import iso_to_fen
from subsidy.bankfiles.currencies import amount_like
from subsidy.bankfiles.lxml_stream import line_of
from subsidy.bankfiles.model import AMOUNT_FEN_MAX, BANK_TIME, BankFileError
from subsidy.bankfiles.source import Source


def entry_key(kind: str, *parts: object) -> str:
    """A short stable identity of a statement: the kind and a hash over what makes the statement itself."""
    canonical = "\x1f".join("" if part is None else str(part) for part in parts)
    return f"{kind}:{sha256(canonical.encode()).hexdigest()[:40]}"


@lru_cache(maxsize=512)
def _steps(namespace: str, path: str) -> tuple[str, ...]:
    """The qualified names of a path; a message asks for the same few paths over and over."""
    return tuple(f"{{{namespace}}}{tag}" for tag in path.split("/"))


@dataclass(frozen=True, slots=True)
class IsoReader:
    """Reads fields of one message: paths are local names in the message's own namespace."""

    source: Source
    namespace: str

    def is_own(self, element: _Element, *parents: str) -> bool:
        """Whether the element is of the message and not of supplementary data: its namespace and its ancestors."""
        node: _Element | None = element
        for tag in (QName(element).localname, *reversed(parents)):
            if node is None or node.tag != f"{{{self.namespace}}}{tag}":
                return False
            node = node.getparent()
        return True

    def find(self, element: _Element, path: str) -> _Element | None:
        """The descendant along ``A/B/C``, at each step the first child of that name."""
        node = element
        for tag in _steps(self.namespace, path):
            child = next(node.iterchildren(tag), None)
            if child is None:
                return None
            node = child
        return node

    def text(self, element: _Element, path: str) -> str | None:
        """The trimmed text along the path; None when it is absent or blank."""
        found = self.find(element, path)
        return ((found.text or "").strip() or None) if found is not None else None

    def texts(self, element: _Element, path: str) -> str | None:
        """All texts of that name along the path, joined; None when there is none."""
        above, _, last = path.rpartition("/")
        parent = self.find(element, above)
        if parent is None:
            return None
        found = [(one.text or "").strip() for one in parent.iterchildren(f"{{{self.namespace}}}{last}")]
        return " ".join(text for text in found if text) or None

    def required(self, element: _Element, path: str) -> str:
        """The text along the path; BankFileError when it is missing."""
        value = self.text(element, path)
        if value is None:
            raise self.source.error(
                f"缺少 {path}，该报文必须填写此项，请向银行重新索取",
                f"{path} is missing, which this message must carry; ask the bank for the file again",
                line=line_of(element),
                field=path,
            )
        return value

    def instant(self, element: _Element, path: str) -> datetime | None:
        """An ISO instant; without an offset it is the bank's local time (UTC+8)."""
        value = self.text(element, path)
        if value is None:
            return None
        try:
            instant = datetime.fromisoformat(value)
        except ValueError as error:
            raise self._malformed(element, path, value, "2024-03-05T09:00:00+08:00") from error
        return instant if instant.utcoffset() is not None else instant.replace(tzinfo=BANK_TIME)

    def day(self, element: _Element, path: str) -> date | None:
        """The day of a choice of ``Dt`` and ``DtTm``, in the bank's time zone."""
        value = self.text(element, f"{path}/Dt")
        if value is None:
            instant = self.instant(element, f"{path}/DtTm")
            return instant.astimezone(BANK_TIME).date() if instant else None
        try:
            return date.fromisoformat(value[:10])
        except ValueError as error:
            raise self._malformed(element, path, value, "2024-03-05") from error

    def amount(self, element: _Element, path: str, *, most: int = AMOUNT_FEN_MAX) -> tuple[int | None, str | None]:
        """Smallest units and currency of an amount; (None, None) when absent.

        Raises BankFileError when it cannot be a number of smallest units, or is larger than any payment.
        """
        found = self.find(element, path)
        if found is None:
            return None, None
        currency = found.get("Ccy")
        fen = iso_to_fen(found.text or "", currency)
        if fen is None or fen > most:
            raise self._malformed(found, path, f"{found.text} {currency}", f"{amount_like(currency)} {currency}")
        return fen, currency

    def count(self, element: _Element, path: str) -> int | None:
        """The whole number along the path; None when it is absent, BankFileError when it is none."""
        value = self.text(element, path)
        if value is None or (value.isascii() and value.isdigit() and len(value) <= 18):
            return None if value is None else int(value)
        raise self._malformed(element, path, value, "12")

    def whole(self, element: _Element, path: str, currency: str) -> int | None:
        """Smallest units of a sum that carries no currency of its own, such as a control sum."""
        value = self.text(element, path)
        fen = None if value is None else iso_to_fen(value, currency)
        if value is not None and fen is None:
            raise self._malformed(element, path, value, amount_like(currency))
        return fen

    def reason(self, element: _Element, block: str) -> tuple[str | None, str | None]:
        """Code and text of the first reason block that has a code; texts of all blocks are joined."""
        code: str | None = None
        texts: list[str] = []
        for found in element.findall(f"{{{self.namespace}}}{block}"):
            code = code or self.text(found, "Rsn/Cd") or self.text(found, "Rsn/Prtry")
            texts += [
                text.text.strip()
                for text in found.findall(f"{{{self.namespace}}}AddtlInf")
                if text.text and text.text.strip()
            ]
        return code, " ".join(texts) or None

    def account(self, element: _Element, path: str) -> str | None:
        """The account number of an account block."""
        return self.text(element, f"{path}/Id/Othr/Id") or self.text(element, f"{path}/Id/IBAN")

    def _malformed(self, element: _Element, path: str, value: str, like: str) -> BankFileError:
        return self.source.error(
            f"{path} 的值“{value}”无法识别，应形如 {like}，请向银行核实后重新索取文件",
            f"{path} is {value!r}, expected something like {like}; ask the bank for a corrected file",
            line=line_of(element),
            field=path,
        )
