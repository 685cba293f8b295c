"""The Value Loop: the one place where the four parts meet.

Each part says how far it is and what waits for whom; an app adds its own to a part in its apps.py.
Progress is computed from what is written, never typed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sharingvalue.base.templatetags.house import in_words
from stakeholders.models import Organisation

from .models import Participant, Project, Purpose, Role, Thread, ThreadReading


@dataclass(frozen=True)
class Piece:
    """One thing a part asks for: what it is in words, and "done", "begun" or "todo"."""

    name: str
    state: str


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for a person."""

    since: datetime
    title: str
    why: str
    url: str
    project: str
    project_url: str
    #: Where a POST says "I have read it", for things that only want reading.
    read_url: str = ""


#: For each project's key, the pieces of a part.
Progress = Callable[[Sequence[Project]], dict[int, list[Piece]]]
Waits = Callable[[Any], Iterable[Waiting]]
#: For one project, what a summary prints in this part besides the plan: dicts of JSON values.
Sections = Callable[[Project], Iterable[dict]]


@dataclass
class Part:
    """One part of the loop, and what apps have joined to it."""

    key: str
    name: Any
    lede: Any
    url_name: str
    progress: list[Progress] = field(default_factory=list)
    waits: list[Waits] = field(default_factory=list)
    sections: list[Sections] = field(default_factory=list)

    def join(
        self,
        *,
        progress: Progress | None = None,
        waits: Waits | None = None,
        sections: Sections | None = None,
    ) -> None:
        """Let an app add how far the part is, what waits in it, and what a summary prints of it; twice changes nothing."""
        if progress and progress not in self.progress:
            self.progress.append(progress)
        if waits and waits not in self.waits:
            self.waits.append(waits)
        if sections and sections not in self.sections:
            self.sections.append(sections)


PARTS: dict[str, Part] = {
    part.key: part
    for part in (
        Part(
            "idea",
            gettext_lazy("Right idea"),
            gettext_lazy("What we want to know, who benefits, and what it builds on."),
            "project.idea",
        ),
        Part(
            "people",
            gettext_lazy("Right people"),
            gettext_lazy(
                "Who knows, who decides, who is affected and who will use it, from the start and throughout."
            ),
            "project.people",
        ),
        Part(
            "information",
            gettext_lazy("Right information"),
            gettext_lazy(
                "The least that answers the question, from the fewest people, with the words that give the numbers "
                "their meaning."
            ),
            "project.information",
        ),
        Part(
            "use",
            gettext_lazy("Right use"),
            gettext_lazy(
                "Made sense of together, safe, shared by default, used, and told back to those who gave."
            ),
            "project.use",
        ),
    )
}


def progress_of(projects: Sequence[Project]) -> dict[int, dict[str, list[Piece]]]:
    """For each project's key and each part's key, its pieces; a fixed number of queries however many projects."""
    found: dict[int, dict[str, list[Piece]]] = {
        project.pk: {key: [] for key in PARTS} for project in projects
    }
    for key, part in PARTS.items():
        for ask in part.progress:
            for pk, pieces in ask(projects).items():
                found[pk][key].extend(pieces)
    return found


def waiting_for(user: Any) -> list[Waiting]:
    """All that waits for a person, over all projects, longest waiting first."""
    found = [waiting for part in PARTS.values() for ask in part.waits for waiting in ask(user)]
    return sorted(found, key=lambda waiting: waiting.since)


# --- What this app knows of each part ---


def _piece(name: Any, have: Any, of: Any = True) -> Piece:
    state = "done" if (have and have == of) or have is True else "begun" if have else "todo"
    return Piece(str(name), state)


def idea_progress(projects: Sequence[Project]) -> dict[int, list[Piece]]:
    """What a project says of itself."""
    return {
        project.pk: [
            _piece(_("a title"), bool(project.title)),
            _piece(_("what it is for"), bool(project.uses)),
            _piece(_("the question"), bool(project.question)),
            _piece(_("new or existing information"), bool(project.information)),
            _piece(_("who leads it"), project.lead_organisation_id is not None),
        ]
        for project in projects
    }


_DELIVERS = {Organisation.Kind.PROVIDER}
_LIVES_IT = {Organisation.Kind.COMMUNITY, Organisation.Kind.LIVED_EXPERIENCE, Organisation.Kind.IWI}


def people_progress(projects: Sequence[Project]) -> dict[int, list[Piece]]:
    """Whether those who know, are affected, check and use have a part."""
    roles: dict[int, set[str]] = defaultdict(set)
    kinds: dict[int, set[str]] = defaultdict(set)
    parts = (
        Participant.objects.current()
        .filter(project__in=[project.pk for project in projects])
        .order_by()
        .values_list("project_id", "role", "organisation__kind", "user__affiliations__organisation__kind")
    )
    for pk, role, own, through in parts:
        roles[pk].add(role)
        if role not in (Role.READER,):
            kinds[pk] |= {kind for kind in (own, through) if kind}
    return {
        project.pk: [
            _piece(_("somebody who leads"), Role.LEAD in roles[project.pk]),
            _piece(_("a voice of those who deliver"), bool(_DELIVERS & kinds[project.pk])),
            _piece(_("a voice of those it is about"), bool(_LIVES_IT & kinds[project.pk])),
            _piece(_("somebody who checks what is released"), Role.SAFETY_REVIEWER in roles[project.pk]),
            _piece(_("somebody who will use it"), Role.READER in roles[project.pk]),
        ]
        for project in projects
    }


_ASKED = {
    "what": gettext_lazy("what is asked"),
    "why": gettext_lazy("why"),
    "how": gettext_lazy("how"),
    "will_not_see": gettext_lazy("who will not see it"),
    "choice": gettext_lazy("what choice people have"),
    "law": gettext_lazy("what law allows it"),
    "transparency": gettext_lazy("how people are told"),
}


def information_progress(projects: Sequence[Project]) -> dict[int, list[Piece]]:
    """How many purposes say each of the things a purpose has to say."""
    said = {name: Count("pk", filter=~Q(**{name: ""})) for name in _ASKED}
    rows = (
        Purpose.objects.here()
        .filter(project__in=[project.pk for project in projects])
        .order_by()
        .values("project_id")
        .annotate(n=Count("pk"), **{f"n_{name}": count for name, count in said.items()})
    )
    counts = {row["project_id"]: row for row in rows}
    found = {}
    for project in projects:
        row = counts.get(project.pk, {})
        n = row.get("n", 0)
        found[project.pk] = [
            _piece(_("a purpose"), n > 0),
            *(_piece(words, row.get(f"n_{name}", 0), n) for name, words in _ASKED.items()),
        ]
    return found


def talk_waits(user: Any) -> Iterable[Waiting]:
    """For the team, comments to answer; for everybody else, what was said after them."""
    yield from _to_answer(user)
    yield from _to_read(user)


def _to_answer(user: Any) -> Iterable[Waiting]:
    mine = Project.objects.where_may(user, "change_project").exclude(stage__in=["closed", "stopped"])
    rows = (
        Thread.objects.unanswered()
        .filter(project__in=mine)
        .order_by()
        .values("purpose_id", "purpose__title", "project__title", "project__reference")
        .annotate(n=Count("pk"), since=Min("last_at"))
    )
    for row in rows:
        yield Waiting(
            since=row["since"],
            title=ngettext(
                "Answer a comment on “%(title)s”", "Answer %(n)s comments on “%(title)s”", row["n"]
            )
            % {"n": in_words(row["n"]), "title": row["purpose__title"]},
            why=_("Those who said it have not heard back yet."),
            url=_purpose_url(row["project__reference"], row["purpose_id"]),
            project=row["project__title"],
            project_url=_project_url(row["project__reference"]),
        )


_MINE = {
    "question": gettext_lazy("your question"),
    "concern": gettext_lazy("your concern"),
    "suggestion": gettext_lazy("your suggestion"),
    "support": gettext_lazy("what you said"),
}


def _to_read(user: Any) -> Iterable[Waiting]:
    if not user.is_authenticated:
        return
    talks = Project.objects.where_may(user, "talk_project")
    team = Project.objects.where_may(user, "change_project")
    read = ThreadReading.objects.filter(thread=OuterRef("pk"), user=user, at__gte=OuterRef("last_at"))
    threads = (
        Thread.objects.in_view()
        .filter(project__in=talks, comments__author=user, comments__withdrawn_at__isnull=True)
        .exclude(last_by=user)
        .exclude(Q(project__in=team, answered=False, resolved_at__isnull=True))
        .filter(~Exists(read))
        .distinct()
        .order_by("last_at")
        .annotate(title=F("purpose__title"), place=F("project__title"), reference=F("project__reference"))
    )
    for thread in threads[:50]:
        mine = _MINE.get(thread.kind) if thread.started_by_id == user.pk else None
        title = _("Read the answer to %(what)s") if thread.answered else _("Read the reply to %(what)s")
        yield Waiting(
            since=thread.last_at,
            title=title % {"what": mine}
            if mine
            else _("Read a new reply about “%(title)s”") % {"title": thread.title},
            why=_("It is about “%(title)s”.") % {"title": thread.title},
            url=_thread_url(thread.reference, thread.pk),
            project=thread.place,
            project_url=_project_url(thread.reference),
            read_url=_url("thread.read", thread.reference, thread.pk),
        )


def _url(name: str, *args: Any) -> str:
    from django.urls import reverse

    return reverse(name, args=args)


def _project_url(reference: str) -> str:
    return _url("project.view", reference)


def _purpose_url(reference: str, pk: int) -> str:
    return _url("purpose.view", reference, pk)


def _thread_url(reference: str, pk: Any) -> str:
    return _url("talk.view", reference, pk)
