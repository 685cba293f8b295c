"""What was learnt: outputs being made, and the frozen copies that were released."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.models import Project
from sharingvalue.base.access import ids_held
from sharingvalue.base.models import Entry
from sharingvalue.base.versioned import Versioned
from sharingvalue.base.words import findable


class Audience(models.TextChoices):
    """With whom an insight is shared; openly unless there is a reason."""

    OPEN = "open", _("everyone")
    PARTICIPANTS = "participants", _("those who take part in the project")


class State(models.TextChoices):
    """How far an output is."""

    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    RELEASED = "released", _("released")
    WITHDRAWN = "withdrawn", _("withdrawn")


class OutputQuerySet(models.QuerySet):
    """Outputs, asked for in phrases."""

    def of(self, reference: str) -> OutputQuerySet:
        """All of one project."""
        return self.filter(project__reference=reference).select_related(
            "project", "project__lead_organisation", "uploaded_by", "submitted_by"
        )


class Output(Versioned):
    """An insight in the making: its words, and a file with its figures or its report."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="outputs")
    title = models.CharField(_("the finding, in one or two sentences"), max_length=240)
    short_title = models.CharField(_("short title"), max_length=160, blank=True)
    summary = models.TextField(_("summary in plain words"), blank=True)
    limits = models.TextField(_("what it does not say"), blank=True)
    context = models.TextField(_("what to keep in mind when reading it"), blank=True)
    covers = models.CharField(_("what time it covers"), max_length=160, blank=True)
    audience = models.CharField(_("shared with"), max_length=12, choices=Audience, default=Audience.OPEN)
    why_not_open = models.TextField(_("why it is not shared with everyone"), blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT, editable=False)
    file_path = models.CharField(max_length=200, blank=True, editable=False)
    file_name = models.CharField(max_length=120, blank=True, editable=False)
    file_type = models.CharField(max_length=4, blank=True, editable=False)
    file_size = models.PositiveIntegerField(default=0, editable=False)
    file_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    returned_because = models.TextField(blank=True, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OutputQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="output_has_title"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="output_state_known"),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="output_audience_known"),
            models.CheckConstraint(
                condition=Q(file_path="") | ~Q(file_sha256=""), name="output_file_has_hash"
            ),
        ]

    def __str__(self) -> str:
        return self.short_title or self.title

    def get_absolute_url(self) -> str:
        return reverse("output.preview", args=[self.project.reference, self.pk])

    @property
    def access_root(self) -> Project:
        """The project's rows decide."""
        return self.project

    @property
    def history_place(self) -> str:
        """The project's history."""
        return self.project.reference

    @property
    def fingerprint(self) -> str:
        """A SHA-256 over all that a reviewer judges: a change of it voids what was seen before."""
        said = [self.title, self.short_title, self.summary, self.limits, self.context, self.covers]
        said += [self.audience, self.why_not_open, self.file_name, self.file_sha256]
        return hashlib.sha256("\x1f".join(said).encode()).hexdigest()


class OutputAuthor(models.Model):
    """Somebody who worded or uploaded an output: they cannot be the one who releases it."""

    output = models.ForeignKey(Output, models.CASCADE, related_name="authors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["output", "user"], name="output_author_once")]

    def __str__(self) -> str:
        return f"{self.user} wrote {self.output}"


class ReleaseQuerySet(models.QuerySet):
    """Releases, asked for in phrases."""

    def standing(self) -> ReleaseQuerySet:
        """Those that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def open(self) -> ReleaseQuerySet:
        """Those that anyone may read: the catalogue."""
        return self.standing().filter(audience=Audience.OPEN)

    def with_origin(self) -> ReleaseQuerySet:
        """With what a page says of where they come from; who may see one is the rule's to say."""
        return self.select_related("project", "project__lead_organisation", "output", "released_by")

    def shared_with(self, user: Any) -> ReleaseQuerySet:
        """Those of the projects in which the person takes part."""
        return self.standing().filter(project_id__in=ids_held(Project, user, "view_project"))

    def unopened_by(self, user: Any) -> ReleaseQuerySet:
        """Those the person has neither opened nor taken."""
        looked = Entry.objects.filter(
            by=user,
            action__in=["insight.view", "insight.download"],
            kind="insights.release",
            thing=Cast(OuterRef("pk"), models.CharField()),
        )
        return self.filter(~Exists(looked))

    def found_by(self, words: str) -> ReleaseQuerySet:
        """Those that hold every one of the words, macrons and case aside."""
        found = self
        for word in findable(words).split():
            found = found.filter(find__contains=word)
        return found


class Release(models.Model):
    """An insight as another person released it: a frozen copy, kept apart from the working one."""

    slug = models.SlugField(max_length=90, unique=True)
    output = models.ForeignKey(Output, models.PROTECT, related_name="releases")
    project = models.ForeignKey(Project, models.PROTECT, related_name="releases")
    title = models.CharField(max_length=240)
    short_title = models.CharField(max_length=160, blank=True)
    summary = models.TextField(blank=True)
    limits = models.TextField(blank=True)
    context = models.TextField(blank=True)
    covers = models.CharField(max_length=160, blank=True)
    organisation = models.CharField(max_length=160, blank=True)
    audience = models.CharField(max_length=12, choices=Audience)
    why_not_open = models.TextField(blank=True)
    licence = models.CharField(max_length=20, default="CC BY 4.0")
    file_path = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    file_type = models.CharField(max_length=4, blank=True)
    file_size = models.PositiveIntegerField(default=0)
    file_sha256 = models.CharField(max_length=64, blank=True)
    output_version = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64)
    released_at = models.DateTimeField(default=timezone.now)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_because = models.TextField(blank=True)
    find = models.TextField(default="")

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-released_at", "-pk"]
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["-released_at", "-id"],
                name="release_catalogue",
                condition=Q(withdrawn_at__isnull=True, audience="open"),
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="release_audience_known"),
            models.UniqueConstraint(
                fields=["output"], condition=Q(withdrawn_at__isnull=True), name="release_stands_once"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_because=""),
                name="release_withdrawn_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.short_title or self.title

    def get_absolute_url(self) -> str:
        return reverse("insight.view", args=[self.slug])

    @property
    def access_root(self) -> Project:
        """The project's rows decide who else may read a restricted one."""
        return self.project

    @property
    def history_place(self) -> str:
        """The project's history."""
        return self.project.reference

    @property
    def limit_lines(self) -> list[str]:
        """What it does not say, a sentence or line each."""
        return [line.strip(" -–•\t") for line in self.limits.splitlines() if line.strip(" -–•\t")]


def new_path(project: Project, file_type: str) -> str:
    """A place in the store for a file that arrived: unguessable, and never made of a name somebody gave."""
    return f"outputs/{project.pk}/{uuid.uuid4()}.{file_type}"
