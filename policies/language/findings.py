"""What the language reports: texts in two languages, positions, findings and the one error it raises."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One text in Chinese and English."""

    zh: str
    en: str

    def in_language(self, lang: str) -> str:
        """Return the text for `lang` ("zh" or "en"; "zh-hans" counts as "zh")."""
        return self.zh if lang.lower().startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file of a pack: line and column count from 1, columns in characters."""

    file: str
    line: int
    column: int

    def moved(self, characters: int) -> Position:
        """Return the place `characters` further on the same line."""
        return Position(self.file, self.line, self.column + characters)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong (error) or doubtful (warning) in a pack or in facts given to it."""

    file: str
    line: int
    column: int
    clause: str
    severity: str
    code: str
    message_zh: str
    message_en: str

    def __str__(self) -> str:
        clause = f" {self.clause}" if self.clause else ""
        return f"{self.file}:{self.line}:{self.column}{clause}: {self.message_en}"

    def in_language(self, lang: str) -> str:
        """Return position and message for `lang`."""
        if not lang.lower().startswith("zh"):
            return str(self)
        clause = f" {self.clause}" if self.clause else ""
        return f"{self.file}:{self.line}:{self.column}{clause}：{self.message_zh}"


def finding(position: Position, code: str, en: str, zh: str, *, clause: str = "", severity: str = "error") -> Finding:
    """Make a finding at `position`."""
    return Finding(position.file, position.line, position.column, clause, severity, code, zh, en)


class PolicyError(Exception):
    """A pack or facts that the language refuses; `findings` says where, what was found and what was expected."""

    def __init__(self, *findings: Finding) -> None:
        self.findings: tuple[Finding, ...] = findings
        super().__init__("\n".join(str(item) for item in findings))

    @classmethod
    def at(cls, position: Position, code: str, en: str, zh: str, *, clause: str = "") -> PolicyError:
        """Make an error with one finding."""
        return cls(finding(position, code, en, zh, clause=clause))

    def with_clause(self, clause: str) -> PolicyError:
        """Return the same error, its findings that name no clause naming `clause`."""
        return PolicyError(
            *(
                Finding(f.file, f.line, f.column, f.clause or clause, f.severity, f.code, f.message_zh, f.message_en)
                for f in self.findings
            )
        )

    def in_language(self, lang: str) -> str:
        """Return all findings, one a line."""
        return "\n".join(item.in_language(lang) for item in self.findings)
