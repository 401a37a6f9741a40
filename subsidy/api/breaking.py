"""What in a newer description of the API breaks programs that were written against an older one.

Read from the caller's side: what was sent must still be taken, and what was given must still be given and mean the same.
Additions are no breaks: another address, method, optional parameter or entry, another entry of an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]
_METHODS = ("get", "post", "put", "patch", "delete")


def breaks(old: Document, new: Document) -> list[str]:
    """One line for each break, with the place where it is; empty when every program goes on working."""
    return list(dict.fromkeys(_Comparison(old, new).found()))


class _Comparison:
    def __init__(self, old: Document, new: Document) -> None:
        self.old, self.new = old, new

    def found(self) -> Iterator[str]:
        for path, item in self.old["paths"].items():
            if path not in self.new["paths"]:
                yield f"{path}: the address is gone"
                continue
            for method in (one for one in _METHODS if one in item):
                where = f"{method.upper()} {path}"
                if method not in self.new["paths"][path]:
                    yield f"{where}: the method is gone"
                    continue
                yield from self._operation(where, item[method], self.new["paths"][path][method])

    def _operation(self, where: str, old: Any, new: Any) -> Iterator[str]:
        yield from self._parameters(where, old, new)
        yield from self._body(where, old.get("requestBody"), new.get("requestBody"))
        for status, answer in old["responses"].items():
            if not status.startswith("2"):
                continue
            if status not in new["responses"]:
                yield f"{where}: no longer answers {status}"
                continue
            before, after = answer.get("content", {}), new["responses"][status].get("content", {})
            for kind in before:
                if kind not in after:
                    yield f"{where}: no longer answers in {kind}"
                else:
                    yield from self._given(f"{where} answer", before[kind]["schema"], after[kind]["schema"])

    def _parameters(self, where: str, old: Any, new: Any) -> Iterator[str]:
        before = {(one["in"], one["name"]): one for one in map(self._of_old, old.get("parameters", ()))}
        after = {(one["in"], one["name"]): one for one in map(self._of_new, new.get("parameters", ()))}
        for place, one in before.items():
            if place not in after:
                yield f"{where}: the parameter {place[1]} is gone"
            else:
                yield from self._taken(f"{where} {place[1]}", one["schema"], after[place]["schema"])
        for place, one in after.items():
            if one.get("required") and not before.get(place, {}).get("required"):
                yield f"{where}: the parameter {place[1]} is required now"

    def _body(self, where: str, old: Any, new: Any) -> Iterator[str]:
        if old is None:
            if new is not None and new.get("required"):
                yield f"{where}: a body is required now"
            return
        if new is None:
            yield f"{where}: takes no body any more"
            return
        for kind, content in old["content"].items():
            if kind not in new["content"]:
                yield f"{where}: no longer takes {kind}"
            else:
                yield from self._taken(f"{where} body", content["schema"], new["content"][kind]["schema"])

    def _taken(self, where: str, old: Any, new: Any) -> Iterator[str]:
        """What a program sends: everything that was allowed must stay allowed."""
        old, new = self._of_old(old), self._of_new(new)
        if _types(old) - _types(new):
            yield f"{where}: takes {_words(new)} instead of {_words(old)}"
        yield from _narrower(where, old, new)
        for name in set(new.get("required", ())) - set(old.get("required", ())):
            yield f"{where}: {name} is required now"
        for name, one in old.get("properties", {}).items():
            if name in new.get("properties", {}):
                yield from self._taken(f"{where}.{name}", one, new["properties"][name])
            elif new.get("additionalProperties") is False:
                yield f"{where}: {name} is no longer taken"
        if old.get("items") and new.get("items"):
            yield from self._taken(f"{where}[]", old["items"], new["items"])
        yield from self._alternatives(where, old, new, self._taken)

    def _given(self, where: str, old: Any, new: Any) -> Iterator[str]:
        """What a program reads: every entry stays, of the same type, and no state comes that it does not know."""
        old, new = self._of_old(old), self._of_new(new)
        if _types(new) - _types(old):
            yield f"{where}: gives {_words(new)} instead of {_words(old)}"
        if "enum" in old:
            for value in [one for one in old["enum"] if one not in new.get("enum", old["enum"])]:
                yield f"{where}: {value} is gone"
        for name, one in old.get("properties", {}).items():
            if name not in new.get("properties", {}):
                yield f"{where}: {name} is gone"
            else:
                yield from self._given(f"{where}.{name}", one, new["properties"][name])
        for name in set(old.get("required", ())) & set(new.get("properties", ())) - set(new.get("required", ())):
            yield f"{where}: {name} may be missing now"
        if old.get("items") and new.get("items"):
            yield from self._given(f"{where}[]", old["items"], new["items"])
        yield from self._alternatives(where, old, new, self._given)

    def _alternatives(self, where: str, old: Any, new: Any, compare: Any) -> Iterator[str]:
        """Alternatives are told apart by their titles, or else by their places."""
        before, after = _named(old.get("anyOf", ())), _named(new.get("anyOf", ()))
        if before and not after and "anyOf" not in new and new:
            yield f"{where}: the alternatives are gone"
            return
        for name, one in before.items():
            if name in after:
                yield from compare(where, one, after[name])
            elif after:
                yield f"{where}: {name} is gone"

    def _of_old(self, schema: Any) -> Any:
        return _resolved(self.old, schema)

    def _of_new(self, schema: Any) -> Any:
        return _resolved(self.new, schema)


def _resolved(document: Document, schema: Any) -> Any:
    while "$ref" in schema:
        found: Any = document
        for name in schema["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        schema = found
    return schema


def _types(schema: Any) -> set[str]:
    kind = schema.get("type", ["array", "boolean", "integer", "null", "number", "object", "string"])
    return set(kind) if isinstance(kind, list) else {kind}


def _words(schema: Any) -> str:
    return " or ".join(sorted(_types(schema))) if "type" in schema else "anything"


def _narrower(where: str, old: Any, new: Any) -> Iterator[str]:
    if "enum" in new:
        gone = [one for one in old["enum"] if one not in new["enum"]] if "enum" in old else ["a free value"]
        for value in gone:
            yield f"{where}: {value} is no longer taken"
    for word in ("minimum", "minLength", "minItems"):
        if word in new and new[word] > old.get(word, float("-inf")):
            yield f"{where}: {word} is {new[word]} now"
    for word in ("maximum", "maxLength", "maxItems"):
        if word in new and new[word] < old.get(word, float("inf")):
            yield f"{where}: {word} is {new[word]} now"
    for word in ("pattern", "format"):
        if word in new and new[word] != old.get(word):
            yield f"{where}: {word} is {new[word]} now"


def _named(alternatives: Any) -> dict[str, Any]:
    return {str(one.get("title", place)).partition(":")[0]: one for place, one in enumerate(alternatives)}
