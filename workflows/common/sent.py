"""What a request sent: checked by the act's form, and known again by its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.core.files.base import File
from django.db.models import Model
from django.utils.datastructures import MultiValueDict

from subsidy.audit.canonical import canonical
from workflows.common.acts import Act
from workflows.common.refusals import BadData

KEY_MAX = 2**63 - 1


def checked(act: Act, subject: Any, data: Mapping[str, Any], files: Mapping[str, Any]) -> dict[str, Any]:
    if act.form is None:
        if data or files:
            raise BadData
        return {}
    form = act.form(data, files, subject=subject)
    if not form.is_valid():
        raise BadData(fields={name: [str(message) for message in messages] for name, messages in form.errors.items()})
    return dict(form.cleaned_data)


def part_of(act: Act, data: Mapping[str, Any]) -> int | None:
    """The part of the matter that the data name, for an act on one; what is no key there the form refuses."""
    said = data.get(act.part) if act.part else None
    if isinstance(said, Model):
        return int(said.pk)
    try:
        number = int(said) if isinstance(said, str | int) else None
    except ValueError:
        return None
    return key_of(number) if number is not None else None


def key_of(number: int) -> int | None:
    """The number as a key; one that no key can have names nothing, and the database would not take it as a question."""
    return number if 0 < number <= KEY_MAX else None


def data_hash_of(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(_hashable(content)).encode()).hexdigest()


def _hashable(value: Any) -> Any:
    if isinstance(value, File):
        content = hashlib.sha256()
        for chunk in value.chunks():
            content.update(chunk)
        value.seek(0)
        return {"file": value.name, "sha256": content.hexdigest()}
    if isinstance(value, Model):
        return {"model": value._meta.label, "pk": value.pk}
    if isinstance(value, MultiValueDict):
        return {name: _hashable(values) for name, values in value.lists()}
    if isinstance(value, Mapping):
        return {str(name): _hashable(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hashable(item) for item in value]
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value)
