"""The copy of a plan that a summary is made from, so that "version 7" says what version 7 said."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings
from django.utils import timezone

from . import loop
from .models import Information, Role, Stage
from .plan import Plan, plan_version

#: Raised when the same input would be laid out differently, so that it is made anew.
LAYOUT = 1


def summary_input(plan: Plan) -> dict[str, Any]:
    """Everything the plan summary prints, as JSON values; nothing in it is read again later.

    Days are ISO dates, times ISO date-times with their offset. `edition` is "full" or "reader".
    """
    project = plan.project
    pieces = loop.progress_of([project])[project.pk]
    notes = {pk: [_note(thread) for thread in threads] for pk, threads in plan.threads.items()}
    return {
        "layout": LAYOUT,
        "demo": settings.DEMO,
        "edition": plan.edition,
        "reference": project.reference,
        "version": plan_version(project),
        "title": project.title,
        "question": project.question,
        "organisation": project.lead_organisation.name if project.lead_organisation else "",
        "leads": list(plan.leads),
        "uses": project.use_names,
        "information": str(Information(project.information).label) if project.information else "",
        "stage": str(Stage(project.stage).label),
        "stage_since": project.stage_since.isoformat(),
        "stages": [
            {"name": str(Stage(one.stage).label), "on": one.on.isoformat(), "reason": one.reason}
            for one in plan.stages
        ],
        "parts": [
            {
                "key": key,
                "name": str(part.name),
                "lede": str(part.lede),
                "pieces": [{"name": piece.name, "state": piece.state} for piece in pieces[key]],
            }
            for key, part in loop.PARTS.items()
        ],
        "middle": middle_of(plan),
        "voices": [
            {
                "name": voice.name,
                "organisation": voice.organisation,
                "role": str(Role(voice.role).label),
                "interest": voice.interest,
                "since": voice.since.isoformat() if voice.since else "",
            }
            for voice in plan.voices
        ],
        "purposes": [
            {
                "title": purpose.title,
                "version": purpose.version,
                "choice_level": str(purpose.get_choice_level_display()) if purpose.choice_level else "",
                "blocks": [
                    {"name": name, "label": label, "text": text} for name, label, text in purpose.blocks
                ],
                "notes": notes.get(purpose.pk, []),
            }
            for purpose in plan.purposes
        ],
        "sections": {
            key: [section for ask in part.sections for section in ask(project)]
            for key, part in loop.PARTS.items()
        },
    }


def middle_of(plan: Plan) -> dict[str, str]:
    """What stands in the middle of the loop: comments that wait; for a reader, how far the plan is shared."""
    if plan.edition == "reader":
        return {"label": "Purposes", "figure": str(len(plan.purposes)), "line": "to read"}
    if not plan.thread_count:
        return {"label": "Comments", "figure": "0", "line": "so far"}
    of = f"of {plan.thread_count} comments" if plan.thread_count != 1 else "of one comment"
    return {"label": "Waiting for an answer", "figure": str(plan.unanswered), "line": of}


def key_of(data: dict[str, Any]) -> str:
    """The key under which a summary of this input is made once: a SHA-256 over it."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _note(thread: Any) -> dict[str, Any]:
    comments = [comment for comment in thread.comments.all() if not comment.withdrawn_at]
    return {
        "block": thread.block,
        "kind": str(thread.get_kind_display()),
        "resolved": thread.resolved_at is not None,
        "answered": thread.answered,
        "said": [
            {
                "who": comment.who,
                "team": comment.from_team,
                "on": timezone.localdate(comment.at).isoformat(),
                "text": comment.text,
            }
            for comment in comments
        ],
    }
