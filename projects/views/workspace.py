"""What every page of a project's workspace shows around its own matter."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sharingvalue.base.access import may
from sharingvalue.base.templatetags.house import day

from .. import drawings, loop
from ..models import Project, Stage
from ..plan import Plan, plan_for
from ..take_away import middle_of

#: The stages a project goes through, in order; "stopped" can come after any.
_WAY = [stage for stage in Stage if stage != Stage.STOPPED]


def frame(request: HttpRequest, project: Project, current: str) -> dict[str, Any]:
    """The context of a workspace page: the plan as this person may read it, what they may do, and the loop.

    `current` is the key of a part, "overview", "history" or "summaries".
    """
    can = may(request, project)
    plan = plan_for(can.ask)
    parts = parts_of(project)
    return {
        "nav": "projects",
        "current": current,
        "project": project,
        "plan": plan,
        "can": can,
        "loop_parts": parts,
        "part": next((part for part in parts if part.key == current), None),
        "nav_parts": [
            {
                "key": part.key,
                "name": part.label,
                "url": reverse(loop.PARTS[part.key].url_name, args=[project.reference]),
                "count": part.count,
            }
            for part in parts
        ],
        "overview_url": project.get_absolute_url(),
        "history_url": reverse("history.view", args=[project.reference]) if can["history_view"] else "",
        "summaries_url": reverse("summary.list", args=[project.reference]),
        "stages": stages_of(plan),
        "stage_words": stage_words(project),
        "middle": drawings.Middle(**middle_of(plan)),  # type: ignore[arg-type]  # Its three words, no marks.
        "leads": ", ".join(plan.leads) or str(project.lead_organisation or ""),
        "lead_url": reverse("project.people", args=[project.reference]),
    }


def parts_of(project: Project) -> list[drawings.Part]:
    """The four parts of one project for the drawings, each with the first thing that is left."""
    return drawn({project.pk: project})[project.pk]


def drawn(projects: dict[int, Project]) -> dict[int, list[drawings.Part]]:
    """The four parts of each project for the drawings; a fixed number of queries."""
    progress = loop.progress_of(list(projects.values()))
    return {
        pk: [
            drawings.Part(
                key=key,  # type: ignore[arg-type]
                name=str(part.name),
                pieces=[piece.state for piece in progress[pk][key]],  # type: ignore[misc]
                fact=next(
                    (
                        _("next: %(what)s") % {"what": piece.name}
                        for piece in progress[pk][key]
                        if piece.state != "done"
                    ),
                    _("complete"),
                ),
            )
            for key, part in loop.PARTS.items()
        ]
        for pk in projects
    }


def stage_words(project: Project) -> str:
    """Where the project stands, in words: "Sharing since 2 March 2026"."""
    since = day(project.stage_since)
    if project.stage == Stage.CLOSED:
        return _("Closed on %(day)s") % {"day": since}
    if project.stage == Stage.STOPPED:
        return _("Stopped, with reasons, on %(day)s") % {"day": since}
    return _("%(stage)s since %(day)s") % {"stage": project.get_stage_display(), "day": since}


def stages_of(plan: Plan) -> list[dict[str, str]]:
    """The way of a project for the stage line: each stage's name, when in words, and its state."""
    reached = {change.stage: change.on for change in plan.stages}
    now = plan.project.stage
    way = [
        {
            "name": str(stage.label),
            "when": _when(stage, reached, now),
            "state": "current" if stage == now else "done" if stage in reached else "todo",
        }
        for stage in _WAY
        if now != Stage.STOPPED or stage in reached
    ]
    if now == Stage.STOPPED:
        way.append({"name": _("Stopped"), "when": day(plan.project.stage_since), "state": "stopped"})
    return way


def _when(stage: Stage, reached: dict[str, Any], now: str) -> str:
    if stage not in reached:
        return ""
    return (
        _("since %(day)s") % {"day": day(reached[stage])}
        if stage == now != Stage.CLOSED
        else day(reached[stage])
    )
