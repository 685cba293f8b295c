"""What is asked, why, and what will not happen with it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sharingvalue.base.versioned import Versioned

from .project import Project


class Choice(models.TextChoices):
    """How much choice the people asked have."""

    NONE = "none", _("none")
    LIMITED = "limited", _("limited")
    SOME = "some", _("some")


class PurposeQuerySet(models.QuerySet):
    """Purposes, asked for in phrases."""

    def of(self, reference: str) -> PurposeQuerySet:
        """All of one project, removed ones too: whoever is writing in one must not lose words."""
        return self.filter(project__reference=reference).select_related(
            "project", "project__lead_organisation"
        )

    def here(self) -> PurposeQuerySet:
        """Those that were not removed, in their order."""
        return self.filter(removed_at__isnull=True).order_by("position", "pk")


class Purpose(Versioned):
    """Why information is collected or used, in the six parts of Purpose Matters."""

    #: The texts in the order in which they are read, and the words for each on the screen.
    BLOCKS = {
        "what": _("What"),
        "why": _("Why"),
        "how": _("How"),
        "who_has_access": _("Who has access"),
        "will_not_happen": _("Will not happen"),
        "will_not_see": _("Will not see it"),
        "choice": _("Choice"),
        "law": _("Law"),
        "transparency": _("Transparency"),
        "linking": _("Linking"),
        "alternatives": _("Alternatives"),
    }

    project = models.ForeignKey(Project, models.CASCADE, related_name="purposes")
    position = models.PositiveIntegerField(default=0, editable=False)
    title = models.CharField(_("title"), max_length=160)
    what = models.TextField(_("what"), blank=True)
    why = models.TextField(_("why"), blank=True)
    how = models.TextField(_("how"), blank=True)
    who_has_access = models.TextField(_("who has access"), blank=True)
    will_not_happen = models.TextField(_("what will not happen"), blank=True)
    will_not_see = models.TextField(_("who will not see it"), blank=True)
    choice_level = models.CharField(_("how much choice"), max_length=8, choices=Choice, blank=True)
    choice = models.TextField(_("choice"), blank=True)
    law = models.TextField(_("law"), blank=True)
    transparency = models.TextField(_("transparency"), blank=True)
    linking = models.TextField(_("linking or matching"), blank=True)
    alternatives = models.TextField(_("alternatives considered"), blank=True)
    removed_at = models.DateTimeField(null=True, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PurposeQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="purpose_has_title"),
            models.CheckConstraint(
                condition=Q(choice_level__in=["", *Choice.values]), name="purpose_choice_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("purpose.view", args=[self.project.reference, self.pk])

    @property
    def access_root(self) -> Project:
        """The project's rows decide."""
        return self.project

    @property
    def history_place(self) -> str:
        """The project's history."""
        return self.project.reference

    @property
    def blocks(self) -> list[tuple[str, str, str]]:
        """Its texts as (name, words for it, text), in reading order."""
        return [(name, str(label), getattr(self, name)) for name, label in self.BLOCKS.items()]
