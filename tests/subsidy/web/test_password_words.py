"""No password lives on a word that everybody at the bureau would try first."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import get_password_validators, validate_password
from django.core.exceptions import ValidationError
from pytest_django.fixtures import Settings

from subsidy import environment


@pytest.mark.parametrize(
    "password",
    [
        "Subsidy-2024-11",
        "FEITIAN_feitian_1",
        "1234-kejiju-5678",
        "kejiFeitian2024!",
        "Grants.Grants.7",
        "xihuxihu-2024-x",
    ],
)
def test_a_password_may_not_live_on_a_word_that_all_would_try(password: str, settings: Settings) -> None:
    *others, own = settings.AUTH_PASSWORD_VALIDATORS
    words = (*own["OPTIONS"]["words"], *environment.words({"W": "xihu, wensanlu ,"}, "W"))
    validators = get_password_validators([*others, {**own, "OPTIONS": {"words": words}}])
    with pytest.raises(ValidationError) as refused:
        validate_password(password, password_validators=validators)
    assert "password_own_word" in {error.code for error in refused.value.error_list}


@pytest.mark.parametrize(
    "password", ["keji-wandering-otter-71", "yi-lu-dengta-xiaomao", "Zq7!mmKp2#vvTd", "提前量出行的橘猫与灯塔管家"]
)
def test_others_are_taken(password: str) -> None:
    validate_password(password)
