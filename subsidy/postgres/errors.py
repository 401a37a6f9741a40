from __future__ import annotations


class PostgresError(Exception):
    """The embedded database cannot serve; the text says in Chinese and English what to do next."""

    def __init__(self, *, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")
        self.zh = zh
        self.en = en
