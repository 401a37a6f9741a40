from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_component_renders(client: Client, language: str) -> None:
    client.cookies["django_language"] = language
    answer = client.get("/_components/")
    assert answer.status_code == 200
