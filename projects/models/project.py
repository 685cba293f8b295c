"""One piece of collaborative work: from an idea for insights to insights that are used and valued."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from sharingvalue.base.access import visible
from sharingvalue.base.versioned import Versioned
from sharingvalue.base.words import findable
from stakeholders.models import Organisation


class Use(models.TextChoices):
    """The four uses for which the guideline comes into play."""

    FUNDING = "funding", _("managing funding and contracting")
    RESEARCH = "research", _("analysis or research for policy or service development")
    CAPABILITY = "capability", _("building research or analytical capability with data sets")
    PERFORMANCE = "performance", _("understanding how services and programmes perform")


class Information(models.TextChoices):
    """Whether a project collects, re-uses, or does both."""

    NEW = "new", _("new information")
    EXISTING = "existing", _("existing collections")
    BOTH = "both", _("new information and existing collections")


class Stage(models.TextChoices):
    """Where a project stands; stopped is a good result too."""

    IDEA = "idea", _("Idea")
    PLANNING = "planning", _("Planning")
    CONSULTING = "consulting", _("Consulting")
    AGREED = "agreed", _("Agreed")
    UNDER_WAY = "under_way", _("Under way")
    SHARING = "sharing", _("Sharing")
    CLOSED = "closed", _("Closed")
    STOPPED = "stopped", _("Stopped, with reasons")


class ProjectQuerySet(models.QuerySet):
    """Projects, asked for in phrases."""

    def visible_to(self, user: Any) -> ProjectQuerySet:
        """Those the person takes part in, by themself or through an organisation."""
        return self.where_may(user, "view_project")

    def where_may(self, user: Any, codename: str) -> ProjectQuerySet:
        """Those on which the person holds the permission `codename`."""
        found: Any = visible(self, user, codename)
        return found

    def found_by(self, words: str) -> ProjectQuerySet:
        """Those that hold every one of the words, macrons and case aside."""
        found = self
        for word in findable(words).split():
            found = found.filter(find__contains=word)
        return found


class Project(Versioned):
    """An insight project."""

    reference = models.CharField(max_length=12, unique=True, editable=False)
    number = models.PositiveIntegerField(unique=True, editable=False)
    title = models.CharField(_("title"), max_length=160)
    question = models.TextField(_("question"), blank=True)
    uses = models.JSONField(_("uses"), default=list)
    information = models.CharField(_("information"), max_length=8, choices=Information, blank=True)
    lead_organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_projects",
        verbose_name=_("lead organisation"),
    )
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.IDEA)
    stage_since = models.DateField(default=timezone.localdate, editable=False)
    find = models.TextField(editable=False, default="")
    started_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-pk"]
        default_permissions = ()
        permissions = [
            ("view_project", "see the plan"),
            ("talk_project", "take part in the talk"),
            ("change_project", "change the plan"),
            ("manage_project", "lead the project"),
            ("review_project", "review the safety of what is released"),
        ]
        indexes = [models.Index(fields=["-changed_at", "-id"], name="project_latest")]
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="project_stage_known"),
            models.CheckConstraint(
                condition=Q(information__in=["", *Information.values]), name="project_information_known"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="project_has_title"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("project.view", args=[self.reference])

    @property
    def access_root(self) -> Project:
        """The thing whose permission rows count."""
        return self

    @property
    def history_place(self) -> str:
        """Where lines of history about it and everything in it are kept together."""
        return self.reference

    @property
    def use_names(self) -> list[str]:
        """Its uses in words."""
        return [str(Use(use).label) for use in self.uses if use in Use.values]

    @property
    def findable(self) -> str:
        """What the list is searched in."""
        organisation = self.lead_organisation.name if self.lead_organisation else ""
        return findable(self.reference, self.title, self.question, organisation)


class ProjectUserPermission(UserObjectPermissionBase):
    """guardian's row: what one person holds on one project. Derived from participants, never written elsewhere."""

    content_object = models.ForeignKey(Project, models.CASCADE, related_name="user_permissions")

    class Meta(UserObjectPermissionBase.Meta):
        default_permissions = ()
        indexes = [models.Index(fields=["user", "permission", "content_object"], name="project_user_holds")]


class ProjectGroupPermission(GroupObjectPermissionBase):
    """guardian's row: what the people of one organisation hold on one project."""

    content_object = models.ForeignKey(Project, models.CASCADE, related_name="group_permissions")

    class Meta(GroupObjectPermissionBase.Meta):
        default_permissions = ()
        indexes = [models.Index(fields=["group", "permission", "content_object"], name="project_group_holds")]


class StageChange(models.Model):
    """The day on which a project came to a stage, and why."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="stage_changes")
    stage = models.CharField(max_length=10, choices=Stage)
    on = models.DateField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["on", "pk"]
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(stage__in=Stage.values), name="stage_change_known")]

    def __str__(self) -> str:
        return f"{self.project}: {self.get_stage_display()}"
