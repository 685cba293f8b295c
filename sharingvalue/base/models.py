"""The two tables every app shares: the history, and the jobs."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from .history import Audience


class EntryQuerySet(models.QuerySet):
    """History is only ever added to."""

    def update(self, **kwargs):
        raise TypeError("history is append-only")

    def delete(self):
        raise TypeError("history is append-only")

    def at(self, place: str) -> EntryQuerySet:
        """What happened in one place (a project's reference), latest first."""
        return self.filter(place=place).order_by("-pk")


class Entry(models.Model):
    """One thing that somebody did: a line of the history, never changed afterwards."""

    class Actor(models.TextChoices):
        PERSON = "person", "a person with an account"
        ANYONE = "anyone", "somebody who is not signed in"
        SYSTEM = "system", "this site"

    at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    actor = models.CharField(max_length=6, choices=Actor)
    shown = models.CharField(max_length=200, blank=True)
    action = models.CharField(max_length=40)
    place = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=60)
    thing = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    version = models.PositiveIntegerField(null=True)
    note = models.TextField(blank=True)
    audience = models.CharField(max_length=4, choices=Audience, default=Audience.TALK)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "entries"
        default_permissions = ()
        indexes = [
            models.Index("place", F("id").desc(), name="entry_place"),
            models.Index("kind", "thing", "id", name="entry_thing"),
            models.Index("by", "action", "kind", name="entry_by"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(actor="person", by__isnull=False) | Q(~Q(actor="person"), by__isnull=True),
                name="entry_actor_fits",
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.name}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError("history is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("history is append-only")

    @property
    def who(self) -> str:
        """How the person is named on every surface: as their group when they chose so."""
        if self.shown:
            return self.shown
        if self.by is not None:
            return self.by.name
        return "This site" if self.actor == self.Actor.SYSTEM else "Somebody"


class Job(models.Model):
    """A piece of slow work, kept in the database so that no killed worker and no lost message can lose it."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting for a worker"
        RUNNING = "running", "being made"
        DONE = "done", "ready"
        FAILED = "failed", "could not be made"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=100)
    input = models.JSONField(default=dict)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)
    doing = models.CharField(max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="job_once"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="job_progress_percent"),
        ]
        indexes = [
            models.Index(
                fields=["sent_at"], name="job_unfinished", condition=Q(state__in=["waiting", "running"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state in (self.State.DONE, self.State.FAILED)
