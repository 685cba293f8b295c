"""PDF summaries of a plan, and links that share one outside."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sharingvalue.base.models import Job

from .project import Project


class Edition(models.TextChoices):
    """Who a summary is written for."""

    FULL = "full", _("for those who take part in the talk")
    READER = "reader", _("reader’s edition")


class SummaryQuerySet(models.QuerySet):
    """Summaries, asked for in phrases."""

    def of(self, reference: str) -> SummaryQuerySet:
        """Those of one project, latest first."""
        return self.filter(project__reference=reference).select_related("project", "job").order_by("-pk")


class Summary(models.Model):
    """One plan at one version as a PDF: made by a job, from a copy of what the plan said."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="summaries")
    edition = models.CharField(max_length=6, choices=Edition)
    plan_version = models.PositiveIntegerField()
    job = models.OneToOneField(Job, models.PROTECT, related_name="summary")
    asked_at = models.DateTimeField(default=timezone.now)

    objects = SummaryQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(edition__in=Edition.values), name="summary_edition_known")
        ]

    def __str__(self) -> str:
        return f"Plan summary, version {self.plan_version}"

    @property
    def access_root(self) -> Project:
        """The project's rows decide."""
        return self.project

    @property
    def history_place(self) -> str:
        """The project's history."""
        return self.project.reference

    @property
    def path(self) -> str:
        """Where its file is kept."""
        return f"summaries/{self.job_id}.pdf"

    @property
    def file_name(self) -> str:
        """What it is called when somebody takes it."""
        edition = "" if self.edition == Edition.FULL else "-readers-edition"
        return f"{self.project.reference}-plan-version-{self.plan_version}{edition}.pdf"


class SummaryLink(models.Model):
    """A link that lets somebody outside take one finished summary, until a day."""

    summary = models.ForeignKey(Summary, models.CASCADE, related_name="links")
    # Only the hash is kept: who reads the database cannot open the link.
    token_hash = models.CharField(max_length=64, unique=True)
    for_whom = models.CharField(_("for whom"), max_length=160)
    until = models.DateField(_("until"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)
    opened = models.PositiveIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True)
    once = models.UUIDField(unique=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"link for {self.for_whom}"

    @property
    def access_root(self) -> Project:
        """The project's rows decide."""
        return self.summary.project

    @property
    def history_place(self) -> str:
        """The project's history."""
        return self.summary.project.reference

    @property
    def is_live(self) -> bool:
        """Whether it still opens: not revoked, and its last day is not over."""
        return self.revoked_at is None and timezone.localdate() <= self.until

    @staticmethod
    def new_token() -> str:
        """A token that nobody guesses (256 bits)."""
        return secrets.token_urlsafe(32)

    @staticmethod
    def hash_of(token: str) -> str:
        """What is kept of a token."""
        return hashlib.sha256(token.encode()).hexdigest()
