"""What people say about a part of the plan, and what they hear back."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sharingvalue.base.words import rendered

from .information import Purpose
from .project import Project


class Kind(models.TextChoices):
    """What somebody means by a comment."""

    QUESTION = "question", _("Question")
    CONCERN = "concern", _("Concern")
    SUGGESTION = "suggestion", _("Suggestion")
    SUPPORT = "support", _("Support")


class ThreadQuerySet(models.QuerySet):
    """Threads, asked for in phrases."""

    def of(self, reference: str) -> ThreadQuerySet:
        """All of one project."""
        return self.filter(project__reference=reference).select_related("project", "purpose")

    def in_view(self) -> ThreadQuerySet:
        """Those on something that was not removed."""
        return self.filter(purpose__removed_at__isnull=True)

    def unanswered(self) -> ThreadQuerySet:
        """Open ones in which the team has not had the last word."""
        return self.in_view().filter(resolved_at__isnull=True, answered=False)

    def with_comments(self) -> ThreadQuerySet:
        """With their comments and the names to show, in two queries whatever their number."""
        comments = Comment.objects.select_related("author").order_by("at", "pk")
        return self.select_related("resolved_by").prefetch_related(models.Prefetch("comments", comments))


class Thread(models.Model):
    """A comment on a purpose, or on one of its texts, with its replies."""

    # Unguessable, so that nobody can count what is said by trying addresses.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="threads")
    purpose = models.ForeignKey(Purpose, models.CASCADE, related_name="threads")
    block = models.CharField(max_length=20, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    started_at = models.DateTimeField(default=timezone.now)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    last_at = models.DateTimeField(default=timezone.now)
    last_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answered = models.BooleanField(default=False)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    resolved_shown = models.CharField(max_length=160, blank=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        ordering = ["started_at", "pk"]
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["project", "last_at"],
                name="thread_open",
                condition=Q(resolved_at__isnull=True, answered=False),
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="thread_kind_known"),
            models.CheckConstraint(
                condition=Q(block__in=["", "title", *Purpose.BLOCKS]), name="thread_block_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} on “{self.purpose}”"

    def get_absolute_url(self) -> str:
        return reverse("talk.view", args=[self.project.reference, self.pk])

    @property
    def access_root(self) -> Project:
        """The project's rows decide."""
        return self.project

    @property
    def history_place(self) -> str:
        """The project's history."""
        return self.project.reference

    @property
    def block_name(self) -> str:
        """What it is about within the purpose, in words; "" for the whole."""
        return str(Purpose.BLOCKS.get(self.block, ""))


class CommentQuerySet(models.QuerySet):
    """Comments, asked for in phrases."""

    def of(self, reference: str) -> CommentQuerySet:
        """All of one project."""
        return self.filter(thread__project__reference=reference).select_related(
            "thread", "thread__project", "thread__purpose", "author"
        )


class Comment(models.Model):
    """What one person said, as the opening of a thread or a reply in it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="comments")
    # The group's name when the author chose to speak as it: every surface then shows this and never the author.
    shown = models.CharField(max_length=160, blank=True)
    from_team = models.BooleanField(default=False)
    text = models.TextField(_("comment"))
    at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    once = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="comment_has_words")]

    def __str__(self) -> str:
        return f"comment on “{self.thread.purpose}”"

    @property
    def access_root(self) -> Project:
        """The project's rows decide."""
        return self.thread.project

    @property
    def history_place(self) -> str:
        """The project's history."""
        return self.thread.project.reference

    @property
    def who(self) -> str:
        """How the author is named on every surface."""
        return self.shown or self.author.name

    @property
    def html(self) -> str:
        """The words as safe HTML; a stub when they were withdrawn."""
        return "" if self.withdrawn_at else rendered(self.text)


class ThreadReading(models.Model):
    """That a person said they read the answers in a thread, and when."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="readings")
    user: Any = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["thread", "user"], name="thread_reading_once")]

    def __str__(self) -> str:
        return f"{self.user} read {self.thread}"
