from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from subsidy.demo.names import REGIONS
from subsidy.demo.uscc import NUMBERS, check_sign, generated_uscc, organisation_check_sign

numbers = st.integers(0, NUMBERS - 1)


@given(numbers, st.sampled_from(sorted(REGIONS)))
def test_every_code_is_valid_inside_and_out(number: int, region: str) -> None:
    code = generated_uscc(number, region=region)
    assert uscc.is_valid(code)
    assert code.startswith(f"91{region}MA")
    assert organisation_check_sign(code[8:16]) == code[16]


@given(numbers, numbers)
def test_different_numbers_give_different_codes(one: int, other: int) -> None:
    same = generated_uscc(one, region="330106") == generated_uscc(other, region="330106")
    assert same == (one == other)


# Checked by hand against the standards; the inner check is what common libraries leave out.
@pytest.mark.parametrize(
    "code", ["91330106MAFY4CL11Q", "91330106MABTH3BJXE", "91330106MAAXG6121X", "91330106MAGD272HXG"]
)
def test_known_codes(code: str) -> None:
    assert check_sign(code[:17]) == code[17]
    assert organisation_check_sign(code[8:16]) == code[16]


def test_a_wrong_sign_is_noticed() -> None:
    code = generated_uscc(5, region="330106")
    assert all(check_sign(code[:9] + sign + code[10:17]) != code[17] for sign in "0123456789" if sign != code[9])


@pytest.mark.parametrize("number", [-1, NUMBERS])
def test_a_number_out_of_range_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="generate fewer"):
        generated_uscc(number, region="330106")
