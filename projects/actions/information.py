"""Purposes: written, put in order, removed and brought back."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from sharingvalue.base.history import Audience, record

from ..models import Project, Purpose
from .project import touch


@transaction.atomic
def purpose_add(project: Project, *, by: Any, once: uuid.UUID | None = None, **values: Any) -> Purpose:
    """Add a purpose at the end. The same `once` gives the same purpose."""
    project = Project.objects.select_for_update().get(pk=project.pk)
    if once and (again := Purpose.objects.filter(once=once).first()) is not None:
        return again
    last = project.purposes.aggregate(last=Max("position"))["last"] or 0
    purpose = Purpose.objects.create(project=project, position=last + 1, once=once or uuid.uuid4(), **values)
    record("purpose.add", purpose, by=by, shown="", after={k: v for k, v in values.items() if v}, version=1)
    touch(project)
    return purpose


@transaction.atomic
def purpose_edit(purpose: Purpose, changes: dict[str, Any], *, seen: int, by: Any) -> None:
    """Change what a purpose says. Raises StaleVersionError when somebody else changed the same words."""
    # What is removed is the team's alone, and so are the words somebody was still writing in it.
    reads = (
        Audience.TEAM
        if Purpose.objects.filter(pk=purpose.pk, removed_at__isnull=False).exists()
        else Audience.TALK
    )
    if purpose.change("purpose.edit", seen, by=by, reads=reads, **changes):
        Purpose.objects.filter(pk=purpose.pk).update(changed_at=timezone.now())
        touch(purpose.project)


@transaction.atomic
def purpose_move(purpose: Purpose, up: bool, *, by: Any) -> None:
    """Change places with the purpose before (or after) it; nothing happens at the end of the row."""
    Project.objects.select_for_update().get(pk=purpose.project_id)
    row = list(purpose.project.purposes.here())
    place = row.index(next(one for one in row if one.pk == purpose.pk))
    other = place - 1 if up else place + 1
    if not 0 <= other < len(row):
        return
    row[place], row[other] = row[other], row[place]
    for position, one in enumerate(row, start=1):
        if one.position != position:
            Purpose.objects.filter(pk=one.pk).update(position=position)
    record("purpose.move", purpose, by=by, shown="", before={"place": place + 1}, after={"place": other + 1})
    touch(purpose.project)


@transaction.atomic
def purpose_remove(purpose: Purpose, *, by: Any) -> None:
    """Take a purpose out of the plan; it is kept, with what was said about it, and can be put back."""
    if Purpose.objects.filter(pk=purpose.pk, removed_at__isnull=True).update(removed_at=timezone.now()):
        record("purpose.remove", purpose, by=by, shown="")
        touch(purpose.project)


@transaction.atomic
def purpose_restore(purpose: Purpose, *, by: Any) -> None:
    """Put a removed purpose back where it was."""
    if Purpose.objects.filter(pk=purpose.pk, removed_at__isnull=False).update(removed_at=None):
        record("purpose.restore", purpose, by=by, shown="")
        touch(purpose.project)
