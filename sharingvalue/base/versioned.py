"""Texts that several people write: nobody's words are lost.

The history decides what clashes: fields that somebody else changed since the version a person saw. Other fields are
saved though the version moved on, and one's own earlier save never clashes.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from . import history


@dataclass(frozen=True)
class Theirs:
    """What somebody else wrote in a field meanwhile."""

    who: str
    text: Any


class StaleVersionError(Exception):
    """Somebody else changed the same fields since they were seen; nothing was written.

    `fields` maps each field's name to what it says now and who wrote it.
    """

    def __init__(self, fields: dict[str, Theirs]) -> None:
        self.fields = fields
        super().__init__(", ".join(fields))


class Versioned(models.Model):
    """A thing whose text counts its versions."""

    version = models.PositiveIntegerField(default=1, editable=False)
    #: Comes from the form that made the thing, so that a double click makes one.
    once = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True

    def change(self, action: str, seen: int, *, by: Any, reads: str = history.Audience.TALK, **values: Any):
        """Save `values` (only what the person changed) as a new version, with its line of history.

        `seen` is the version the person had on the screen. Gives the names of the fields that changed, none when
        nothing did; `reads` says who may read that line.

        Raises StaleVersionError, and writes nothing, when somebody else changed one of these fields
        meanwhile.
        """
        with transaction.atomic():
            row = type(self)._base_manager.select_for_update().get(pk=self.pk)
            values = {name: value for name, value in values.items() if getattr(row, name) != value}
            if clash := _clash(row, seen, values, by):
                raise StaleVersionError(clash)
            if values:
                before = {name: plain(getattr(row, name)) for name in values}
                for name, value in values.items():
                    setattr(row, name, value)
                row.version += 1
                row.save(update_fields=[*values, "version"])
                history.record(
                    action,
                    row,
                    by=by,
                    before=before,
                    after={name: plain(value) for name, value in values.items()},
                    version=row.version,
                    audience=reads,
                    shown="",
                )
        for name in (*values, "version"):
            setattr(self, name, getattr(row, name))
        return set(values)

    def as_of(self, version: int) -> dict[str, Any]:
        """What each field that changed later said at `version`, by walking the history back."""
        said: dict[str, Any] = {}
        for entry in history.of(self).filter(version__gt=version).order_by("-pk"):
            said.update(entry.before)
        return said


def _clash(row: Versioned, seen: int, values: dict[str, Any], by: Any) -> dict[str, Theirs]:
    if seen == row.version:
        return {}
    if seen > row.version:
        raise ValueError("nobody can have seen a version that is not written yet")
    theirs: dict[str, Theirs] = {}
    for entry in history.of(row).filter(version__gt=seen).exclude(by=by).select_related("by"):
        for name in entry.after:
            if name in values:
                theirs[name] = Theirs(entry.who, getattr(row, name))
    return theirs


def plain(value: Any) -> Any:
    """A field's value as JSON: a row becomes its key, a date its ISO form."""
    if isinstance(value, models.Model):
        return value.pk
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value
