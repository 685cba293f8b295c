"""Starting a project, and saying what it is."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from sharingvalue.base.history import record
from sharingvalue.base.versioned import plain

from ..models import Project, Role, Stage, StageChange
from .people import participant_enter

#: How often a number is sought anew when somebody else took it in the same moment.
_TRIES = 20


def project_start(*, by: Any, once: uuid.UUID | None = None, **values: Any) -> Project:
    """Start a project as an idea; who starts it becomes its lead. The same `once` gives the same project.

    `values` are the project's fields. Its reference is the next free one.
    """
    once = once or uuid.uuid4()
    for attempt in range(_TRIES):
        if (project := Project.objects.filter(once=once).first()) is not None:
            return project
        try:
            with transaction.atomic():
                return _started(by, once, values)
        except IntegrityError:
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _started(by: Any, once: uuid.UUID, values: dict[str, Any]) -> Project:
    number = (Project.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    project = Project(number=number, reference=f"SV-{number:04d}", once=once, **values)
    project.find = project.findable
    project.save()
    StageChange.objects.create(project=project, stage=Stage.IDEA, on=project.stage_since)
    record(
        "project.start",
        project,
        by=by,
        shown="",
        after={name: plain(value) for name, value in values.items()},
        version=1,
    )
    participant_enter(project, role=Role.LEAD, user=by, by=by)
    return project


@transaction.atomic
def project_edit(project: Project, changes: dict[str, Any], *, seen: int, by: Any) -> None:
    """Change what the project says of itself. Raises StaleVersionError when somebody else changed the same."""
    if project.change("project.edit", seen, by=by, **changes):
        Project.objects.filter(pk=project.pk).update(find=project.findable)
        touch(project)


def touch(project: Project) -> None:
    """Put the project first in lists ordered by what changed last."""
    Project.objects.filter(pk=project.pk).update(changed_at=timezone.now())
