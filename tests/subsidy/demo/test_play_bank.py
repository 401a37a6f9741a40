"""The bank as a visitor plays it: exit statuses, and answers that are those of the reference bank."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from subsidy.demo.play_bank import main
from tests.subsidy.bankfiles.samples import answers, payment, written

ON = dt.date(2024, 3, 20)


@pytest.mark.parametrize(("format", "count"), [("pain.001.001.09", 2), ("bank_csv", 1)])
def test_a_payout_file_gets_its_answers(tmp_path: Path, format: str, count: int) -> None:
    file, folder = tmp_path / "batch", tmp_path / "answers"
    file.write_bytes(written(format, [payment(1), payment(2)]))
    refused = payment(2).end_to_end_id
    assert main([str(file), "--on", ON.isoformat(), "--output", str(folder), "--reject", f"{refused}=AC01"]) == 0
    said = [one for path in folder.iterdir() for one in answers(path.read_bytes())]
    assert len(list(folder.iterdir())) == count
    assert {one.end_to_end_id for one in said if one.status == "settled"} == {payment(1).end_to_end_id}
    assert {one.booked_on for one in said if one.status == "settled"} == {ON}
    assert {one.end_to_end_id for one in said if one.status == "rejected"} == {refused}


def test_what_is_no_payout_file_is_not_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("no payments here")
    assert main([str(file), "--on", ON.isoformat(), "--output", str(tmp_path / "answers")]) == 1
    assert "exported" in capsys.readouterr().err


def test_wrong_calls_are_told_apart(tmp_path: Path) -> None:
    assert main([str(tmp_path / "missing.xml"), "--on", ON.isoformat()]) == 2
    for wrong in (["--on", "tomorrow"], [], ["--on", ON.isoformat(), "--reject", "no-code"]):
        with pytest.raises(SystemExit) as caught:
            main([str(tmp_path / "missing.xml"), *wrong])
        assert caught.value.code == 2
