"""What can be wrong with a file, a line or a cell: a code for programs, a sentence for people that says what to do."""

from __future__ import annotations


class SourceFault(Exception):
    """A file or a value that cannot be taken. `code` is a key of WORDS, `detail` fills its sentence."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code, self.detail = code, detail[:200]
        super().__init__(f"{code}: {detail}")


# code → (Chinese, English); {detail} is what the fault knows beside its code.
WORDS: dict[str, tuple[str, str]] = {
    "empty": ("文件为空。请重新选择文件。", "The file is empty. Choose the right file."),
    "changed": (
        "保存的文件与上传时不同。请重新上传。",
        "The kept file is no longer the one that was uploaded. Upload it again and tell the system administrator.",
    ),
    "encoding": (
        "文件既不是 UTF-8 也不是 GB18030 编码。请在表格软件中另存为“CSV UTF-8”。",
        "The file is neither UTF-8 nor GB18030. Save it as “CSV UTF-8” from the spreadsheet program.",
    ),
    "utf16": (
        "文件为 UTF-16 编码。请在表格软件中另存为“CSV UTF-8”。",
        "The file is UTF-16. Save it as “CSV UTF-8” from the spreadsheet program.",
    ),
    "binary": (
        "文件含有不可见的控制字符，不是 CSV。",
        "The file holds control characters and is no CSV. Export it again.",
    ),
    "quotes": (
        "第 {detail} 行起引号不配对。请更正该行的引号。",
        "From line {detail} on a quotation mark is not closed. Mend the quotation marks of that line.",
    ),
    "old_xls": (
        "这是旧版 XLS 或加密文件。请另存为 XLSX。",
        "This is an old XLS or an encrypted file. Save it as XLSX.",
    ),
    "xlsx": (
        "无法作为 XLSX 读取。请用表格软件重新保存后再试。",
        "It cannot be read as XLSX. Open and save it again with a spreadsheet program.",
    ),
    "too_large": (
        "文件展开后过大。请拆分后分别导入。",
        "The file is too large when unpacked. Split it and import the parts.",
    ),
    "no_code_column": (
        "缺少“统一社会信用代码”列。请检查第一行的列名。",
        "The column “uscc” (统一社会信用代码) is missing. Check the headings in the first line.",
    ),
    "no_columns": (
        "没有一列属于该来源。请确认来源选择正确，列名如：{detail}",
        "No column belongs to this source. Check which source you chose; its columns are: {detail}",
    ),
    "column_twice": ("“{detail}”列出现两次。请删除一列。", "The column {detail} stands there twice. Remove one."),
    "no_key_column": ("缺少“{detail}”列。", "The column {detail} is missing; it tells the records apart."),
    "no_year": ("该来源的数字需注明年度。", "The figures of this source need their year. Enter it."),
    "code": (
        "不是有效的统一社会信用代码。请与营业执照核对。",
        "This is no valid unified social credit code. Compare it with the business licence.",
    ),
    "unknown_company": (
        "本部门没有登记该代码的企业。请先登记，或删除该行。",
        "No company of this code is registered with the bureau. Register it first, or remove the line.",
    ),
    "line_twice": (
        "该企业已在第 {detail} 行出现。请保留一行。",
        "The company stood in line {detail} already. Keep one of the two lines.",
    ),
    "record_twice": (
        "该记录已在第 {detail} 行出现。请保留一行。",
        "The record stood in line {detail} already. Keep one of the two lines.",
    ),
    "not_together": (
        "同一企业的各行须连续排列（已在第 {detail} 行出现）。请按代码排序后重新导入。",
        "The lines of a company must follow each other (it stood in line {detail}). Sort by code and import again.",
    ),
    "no_key": ("缺少记录编号。", "The number of the record is missing."),
    "nothing": ("该行没有任何数据。", "The line says nothing of the company."),
    "formula": (
        "单元格是公式。请选中后“粘贴为数值”再导入。",
        "The cell holds a formula. Paste it as a value and import again.",
    ),
    "error_cell": ("单元格显示错误 {detail}。", "The cell shows the error {detail}. Mend it in the spreadsheet."),
    "money": ("金额须为数字，最多两位小数（按分）。", "An amount must be a number of yuan, not finer than a fen."),
    "count": ("须为整数。", "This must be a whole number."),
    "decimal": ("须为小数，如 12.5。", "This must be a decimal such as 12.5."),
    "date": ("日期须如 2024-01-31。", "A day must look like 2024-01-31."),
    "yes_no": ("须填“是”或“否”。", "This must be yes or no (是, 否)."),
    "choice": ("须为以下之一：{detail}", "This must be one of: {detail}"),
    "too_long": ("超过 {detail} 个字符。", "This is longer than {detail} characters."),
    "never_absent": ("该项不能填“无”。", "This is never “none”; leave the cell empty if it is not known."),
    "too_many_lines": (
        "一份名单最多 {detail} 行。请拆分后分别导入，且不要勾选“完整名单”。",
        "A list has at most {detail} lines. Split it, and do not say that a part is complete.",
    ),
    "cell_missing": ("缺少“{detail}”。请补齐该单元格。", "The cell of {detail} is empty. Fill it in."),
    "last_before_first": (
        "截止日期早于起始日期。请与证书核对。",
        "The last day lies before the first. Compare both with the certificate.",
    ),
    "number_of_other": (
        "该编号已登记在另一家企业名下（{detail}）。请向来文部门核实。",
        "This number is registered for another company ({detail}). Ask the office that sent the list.",
    ),
    "later_held": (
        "已登记更晚的证书（{detail}）。请确认名单是否为最新。",
        "A later certificate is held already ({detail}). Check whether the list is the newest.",
    ),
    "more_columns": ("该行的列数多于列名。", "The line has more columns than the heading."),
}


def fault_words(code: str, detail: str, *, chinese: bool) -> str:
    """The sentence of a fault in one language; an unknown code is shown as it is."""
    if code not in WORDS:
        return f"{code} {detail}".strip()
    return WORDS[code][0 if chinese else 1].replace("{detail}", detail)
