"""Hand-written messages for the readers: what real banks send and the reference bank does not."""

from __future__ import annotations

PREFIX = "urn:iso:std:iso:20022:tech:xsd:"


def pain002(body: str, *, version: str = "12", group: str = "", original: str = "PB-1") -> bytes:
    """A pain.002 with the given blocks; ``group`` follows OrgnlMsgNmId."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{PREFIX}pain.002.001.{version}"><CstmrPmtStsRpt>
<GrpHdr><MsgId>A-1</MsgId><CreDtTm>2024-03-05T09:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{original}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{group}</OrgnlGrpInfAndSts>
{body}
</CstmrPmtStsRpt></Document>""".encode()


def block(body: str, *, status: str = "", block_id: str = "PI-1") -> str:
    """A payment information block; ``status`` follows its identifier."""
    return f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{block_id}</OrgnlPmtInfId>{status}{body}</OrgnlPmtInfAndSts>"


def transaction(status: str, *, end_to_end_id: str = "E-1", reason: str = "") -> str:
    """A transaction's status."""
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{end_to_end_id}</OrgnlEndToEndId><TxSts>{status}</TxSts>{reason}</TxInfAndSts>"
    )


def camt054(*entries: str, version: str = "08", message_id: str = "N-1", account: str = "1202") -> bytes:
    """A camt.054 of one account."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{PREFIX}camt.054.001.{version}"><BkToCstmrDbtCdtNtfctn>
<GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>2024-03-05T09:00:00+08:00</CreDtTm></GrpHdr>
<Ntfctn><Id>{message_id}-1</Id><CreDtTm>2024-03-05T09:00:00+08:00</CreDtTm>
<Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>
{"".join(entries)}
</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>""".encode()


def camt053(*statements: str, version: str = "08", pages: str = "") -> bytes:
    """A camt.053 with the given statements; ``pages`` is the message's own pagination."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{PREFIX}camt.053.001.{version}"><BkToCstmrStmt>
<GrpHdr><MsgId>S-1</MsgId><CreDtTm>2024-03-05T23:00:00+08:00</CreDtTm>{pages}</GrpHdr>
{"".join(statements)}
</BkToCstmrStmt></Document>""".encode()


def statement(
    *entries: str,
    opening: str = "100.00",
    closing: str = "100.00",
    kinds: tuple[str, str] = ("OPBD", "CLBD"),
    signs: tuple[str, str] = ("CRDT", "CRDT"),
    number: str = "7",
    currency: str = "CNY",
    name: str = "ST-7",
    summary: str = "",
    pages: str = "",
    account: str = "1202",
) -> str:
    """A statement of one account between two balances; ``summary`` stands between them and the entries."""
    balances = "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{amount}</Amt>'
        f"<CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>2024-03-05</Dt></Dt></Bal>"
        for kind, amount, sign in zip(kinds, (opening, closing), signs, strict=True)
        if kind
    )
    return (
        f"<Stmt><Id>{name}</Id>{pages}<ElctrncSeqNb>{number}</ElctrncSeqNb>"
        f"<CreDtTm>2024-03-05T23:00:00+08:00</CreDtTm><Acct><Id><Othr><Id>{account}</Id></Othr></Id>"
        f"<Ccy>{currency}</Ccy></Acct>{balances}{summary}{''.join(entries)}</Stmt>"
    )


def entry(
    *details: str,
    amount: str = "10.00",
    direction: str = "DBIT",
    status: str = "<Cd>BOOK</Cd>",
    booked: str = "<BookgDt><Dt>2024-03-05</Dt></BookgDt>",
    reference: str = "<AcctSvcrRef>REF-1</AcctSvcrRef>",
    reversal: str = "",
    currency: str = "CNY",
    batch: str = "",
    number: str = "",
) -> str:
    """An entry; its details stand in one NtryDtls."""
    inside = f"<NtryDtls>{batch}{''.join(details)}</NtryDtls>" if details or batch else ""
    return (
        f'<Ntry>{number}<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>{reversal}'
        f"<Sts>{status}</Sts>{booked}{reference}<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>{inside}</Ntry>"
    )


def detail(end_to_end_id: str = "E-1", *, amount: str = "", more: str = "", refs: str = "") -> str:
    """A detail of an entry; ``refs`` stands before the end-to-end id, ``more`` behind the amount."""
    own = f'<Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>' if amount else ""
    name = f"<EndToEndId>{end_to_end_id}</EndToEndId>" if end_to_end_id else ""
    return f"<TxDtls><Refs>{refs}{name}</Refs>{own}{more}</TxDtls>"
