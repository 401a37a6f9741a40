"""Pages of files that offices deliver, whatever they bring: the kept file, what may be done with it now, its acts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from subsidy.documents.responses import file_response
from subsidy.web.acts import ActPage, find_act
from subsidy.web.components import Crumb, Preview, Text, Tone
from workflows.common.refusals import Message
from workflows.common.subjects import kind_named

# By the state of an import; those of facts and of lists have the same names.
TONES: Mapping[str, Tone] = {
    "uploaded": "wait",
    "unreadable": "stop",
    "checked": "info",
    "applying": "wait",
    "applied": "done",
    "undoing": "wait",
    "undone": "plain",
    "discarded": "plain",
}
AT_WORK = frozenset({"uploaded", "applying", "undoing"})


@dataclass(frozen=True)
class Offer:
    """An act that the reader may do now; the `main` one stands out."""

    title: Text
    url: str
    main: bool = False


def offers(kind: str, found: Any, *, act_url: str) -> list[Offer]:
    """What a clerk may do with an import in its state; `act_url` names the address of an act (pk, action)."""
    acts = [act for act in kind_named(kind).free_acts if not act.system and found.state in act.states]
    return [Offer(act.title, reverse(act_url, args=[found.pk, act.name]), main=act.name == "apply") for act in acts]


def file_view(find: Callable[[HttpRequest, int], Any]) -> Callable[..., HttpResponseBase]:
    """The page that hands out the kept file; `find` gives the import that the reader may see (Http404 otherwise)."""

    @login_required
    @require_safe
    def file(request: HttpRequest, pk: int) -> HttpResponseBase:
        found = find(request, pk)
        if found.document is None:
            raise Http404("No file is kept for this import.")
        return file_response(found.document)

    return file


class ImportAct(ActPage, ABC):
    """Applying, discarding, undoing an import, or taking it up again; previewed. A kind says the rest."""

    page_url = ""
    """Name of the address of the import's own page."""
    done_words: Mapping[str, Message] = {}
    """What is said when an act is done, by its name; an act that is not named has no page."""

    @abstractmethod
    def find(self, pk: int) -> Any:
        """The import that the reader may see (Http404 otherwise)."""

    @abstractmethod
    def root(self) -> Crumb:
        """The list that the import stands in."""

    def previews(self, subject: Any) -> Mapping[str, Callable[[], Preview]]:
        return {}

    def get_action(self) -> str:
        action: str = self.kwargs["action"]
        if action not in self.done_words:
            raise Http404("There is no such act on this page.")
        return action

    def get_subject(self) -> Any:
        return self.find(self.kwargs["pk"])

    def done(self) -> Message:
        return self.done_words[self.get_action()]

    def success_url(self, subject: Any) -> str:
        return reverse(self.page_url, args=[subject.pk])

    def crumbs(self, subject: Any) -> list[Crumb]:
        act = find_act(self.kind, subject, self.get_action())
        return [self.root(), Crumb(subject.file_name, self.success_url(subject)), Crumb(act.title)]

    def preview(self, subject: Any) -> Preview:
        found = self.previews(subject).get(self.get_action())
        return found() if found is not None else Preview()
