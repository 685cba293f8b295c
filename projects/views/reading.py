"""A purpose with the talk beside each of its texts, as templates show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sharingvalue.base.access import May, may

from ..forms.talk import CommentForm
from ..models import Comment, Purpose, Thread
from ..plan import Plan
from .workspace import frame

#: Texts that stand inside another one's row.
_WITHIN = {"how": ("who_has_access", "will_not_happen", "will_not_see")}
_INNER = {name for names in _WITHIN.values() for name in names}


@dataclass(frozen=True)
class Said:
    """One comment of a thread, and what this person may do with it."""

    comment: Comment
    can: May


@dataclass(frozen=True)
class Note:
    """A thread as it stands in the rail: its number, what was said, and what this person may do with it."""

    number: int
    thread: Thread
    can: May
    said: tuple[Said, ...]

    @property
    def first(self) -> Said:
        """What began it."""
        return self.said[0]

    @property
    def replies(self) -> tuple[Said, ...]:
        """What was said after that."""
        return self.said[1:]

    @property
    def waits(self) -> bool:
        """Whether somebody waits for an answer."""
        return not (self.thread.resolved_at or self.thread.answered)


@dataclass(frozen=True)
class Block:
    """One row of a purpose: a text with those within it, and the notes on them."""

    name: str
    label: str
    text: str
    inner: tuple[tuple[str, str], ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Reading:
    """A purpose on the screen: its number among the others, its rows, and notes on the whole of it."""

    number: int
    last: bool
    purpose: Purpose
    blocks: tuple[Block, ...]
    notes: tuple[Note, ...]

    @property
    def target(self) -> str:
        """What htmx replaces when something in it changed."""
        return f"#purpose-{self.purpose.pk}"

    @property
    def note_count(self) -> int:
        """How many threads there are on it."""
        return len(self.notes) + sum(len(block.notes) for block in self.blocks)

    @property
    def empty(self) -> list[str]:
        """The labels of what it does not say yet."""
        return [label.lower() for name, label, text in self.purpose.blocks if not text]


def read(request: HttpRequest, plan: Plan) -> list[Reading]:
    """Every purpose of the plan, with its notes numbered from 1 in reading order."""
    return [
        reading(request, purpose, number, number == len(plan.purposes), plan.threads.get(purpose.pk, []))
        for number, purpose in enumerate(plan.purposes, start=1)
    ]


def note_of(request: HttpRequest, thread: Thread, number: int = 1) -> Note:
    """A thread (with its comments prefetched) as a note."""
    said = tuple(Said(comment, may(request, comment)) for comment in thread.comments.all())
    return Note(number, thread, may(request, thread), said)


def row_of(block: str) -> str:
    """The row in which a text stands: its own, or that of the text around it."""
    return next((row for row, names in _WITHIN.items() if block in names), block)


def reading(
    request: HttpRequest, purpose: Purpose, number: int, last: bool, threads: list[Thread]
) -> Reading:
    """One purpose with its notes."""
    texts = {name: (label, text) for name, label, text in purpose.blocks}
    rows = [name for name in texts if name not in _INNER]
    order = ["", "title"] + [name for row in rows for name in (row, *_WITHIN.get(row, ()))]
    threads = sorted(threads, key=lambda thread: (order.index(thread.block), thread.started_at))
    notes = [note_of(request, thread, n) for n, thread in enumerate(threads, start=1)]
    blocks = tuple(
        Block(
            name=name,
            label=texts[name][0],
            text=texts[name][1],
            inner=tuple(texts[inner] for inner in _WITHIN.get(name, ()) if texts[inner][1]),
            notes=tuple(note for note in notes if note.thread.block in (name, *_WITHIN.get(name, ()))),
        )
        for name in rows
    )
    whole = tuple(note for note in notes if note.thread.block in ("", "title"))
    return Reading(number, last, purpose, blocks, whole)


def purpose_page(request: HttpRequest, purpose: Purpose, **more: Any) -> HttpResponse:
    """One purpose on its own page, or (for htmx) as the part of a page; `more` may hold a form over it."""
    context = frame(request, purpose.project, "information") | more
    if "comment_form" in context:
        about = row_of(context["comment_form"]["block"].value() or "")
        context["about"] = about if about in Purpose.BLOCKS else ""
    found = {one.purpose.pk: one for one in read(request, context["plan"])}
    mine = found.get(purpose.pk) or reading(request, purpose, purpose.position, True, [])
    context |= {"reading": mine, "alone": True}
    template = "projects/purpose_view.html#purpose" if request.htmx else "projects/purpose_view.html"
    return render(request, template, context)


def comment_form(request: HttpRequest, purpose: Purpose, data: Any = None) -> CommentForm:
    """An empty or filled form to begin a thread on `purpose`."""
    in_team = may(request, purpose)["purpose_edit"]
    block = request.GET.get("about", "")
    return CommentForm(data, speaker=request.user, in_team=in_team, initial={"block": block})
