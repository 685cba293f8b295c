"""What insights add to the loop: how far *Right use* is, what waits for whom, what a summary prints."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.loop import Piece, Waiting
from projects.models import Project

from .models import Audience, Output, Release, State


def progress(projects: Sequence[Project]) -> dict[int, list[Piece]]:
    """How far what was learnt is shared. Only releases count: a draft is its makers' to know."""
    rows = (
        Release.objects.standing()
        .filter(project__in=[project.pk for project in projects])
        .values_list("project_id", "limits", "context", "audience")
    )
    found: dict[int, list[tuple]] = defaultdict(list)
    for pk, *said in rows:
        found[pk].append(said)
    return {
        project.pk: [
            _piece(_("an insight, released by another person"), [True for _one in found[project.pk]]),
            _piece(
                _("what it does not say"), [bool(limits) for limits, _context, _audience in found[project.pk]]
            ),
            _piece(
                _("what to keep in mind"),
                [bool(context) for _limits, context, _audience in found[project.pk]],
            ),
            _piece(
                _("shared with everyone"), [a == Audience.OPEN for _limits, _context, a in found[project.pk]]
            ),
        ]
        for project in projects
    }


def _piece(name: str, have: list[bool]) -> Piece:
    return Piece(name, "done" if have and all(have) else "begun" if any(have) else "todo")


def waits(user: Any) -> Iterable[Waiting]:
    """For reviewers, what was handed in; for authors, what came back; for those it was shared with, what is new."""
    yield from _to_review(user)
    yield from _sent_back(user)
    yield from _to_open(user)


def _to_review(user: Any) -> Iterable[Waiting]:
    outputs = (
        Output.objects.filter(
            state=State.IN_REVIEW, project__in=Project.objects.where_may(user, "review_project")
        )
        .exclude(authors__user=user)
        .select_related("project", "submitted_by")
    )
    for output in outputs:
        yield _waiting(
            output.project,
            output.submitted_at,
            _("Decide whether “%(title)s” can be released") % {"title": output},
            _("%(who)s handed it in. Could it identify anyone, or harm a group?")
            % {"who": output.submitted_by},
            output.get_absolute_url(),
        )


def _sent_back(user: Any) -> Iterable[Waiting]:
    outputs = (
        Output.objects.filter(
            state=State.DRAFT,
            authors__user=user,
            project__in=Project.objects.where_may(user, "change_project"),
        )
        .exclude(returned_because="")
        .select_related("project")
    )
    for output in outputs:
        yield _waiting(
            output.project,
            output.submitted_at,
            _("Mend “%(title)s”") % {"title": output},
            _("The reviewer sent it back: %(why)s") % {"why": output.returned_because},
            output.get_absolute_url(),
        )


def _to_open(user: Any) -> Iterable[Waiting]:
    if not user.is_authenticated:
        return
    releases = (
        Release.objects.shared_with(user)
        .filter(audience=Audience.PARTICIPANTS)
        .exclude(project__in=Project.objects.where_may(user, "change_project"))
        .exclude(released_by=user)
        .unopened_by(user)
        .select_related("project")
    )
    for release in releases:
        yield _waiting(
            release.project,
            release.released_at,
            _("Read “%(title)s”") % {"title": release},
            _("It is shared with those who take part, you among them."),
            release.get_absolute_url(),
        )


def _waiting(project: Project, since: Any, title: str, why: str, url: str) -> Waiting:
    return Waiting(since, title, why, url, project.title, reverse("project.view", args=[project.reference]))


def sections(project: Project) -> Iterable[dict]:
    """The released insights, as a plan summary prints them: every participant may read each of them."""
    for release in project.releases.standing():
        yield {
            "kind": "insight",
            "title": release.title,
            "summary": release.summary,
            "limits": release.limits,
            "context": release.context,
            "released": timezone.localdate(release.released_at).isoformat(),
            "audience": release.audience,
            "reason": release.why_not_open,
            "licence": release.licence,
            "file": release.file_name,
        }
