"""Who takes part in a project, and how."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sharingvalue.base.versioned import Versioned
from stakeholders.models import Organisation

from .project import Project


class Role(models.TextChoices):
    """The parts people can have in a project."""

    LEAD = "lead", _("lead")
    PLANNER = "planner", _("planner")
    CONTRIBUTOR = "contributor", _("contributor")
    DECISION_PARTNER = "decision_partner", _("decision partner")
    SAFETY_REVIEWER = "safety_reviewer", _("safety reviewer")
    READER = "reader", _("reader")


class ParticipantQuerySet(models.QuerySet):
    """Participants, asked for in phrases."""

    def of(self, reference: str) -> ParticipantQuerySet:
        """Those of one project who take part now."""
        return (
            self.current()
            .filter(project__reference=reference)
            .select_related("project", "user", "organisation")
        )

    def current(self) -> ParticipantQuerySet:
        """Those who have not left."""
        return self.filter(left_on__isnull=True)


class Participant(Versioned):
    """A person or an organisation taking part in one project: the truth that permissions are derived from."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="participants")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="parts"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="parts"
    )
    role = models.CharField(_("part"), max_length=16, choices=Role)
    interest = models.TextField(_("interest and experience"), blank=True)
    since = models.DateField(default=timezone.localdate)
    left_on = models.DateField(null=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        ordering = ["since", "pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="participant_role_known"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, organisation__isnull=True)
                | Q(user__isnull=True, organisation__isnull=False),
                name="participant_is_one",
            ),
            models.UniqueConstraint(
                fields=["project", "user"], condition=Q(left_on__isnull=True), name="participant_person_once"
            ),
            models.UniqueConstraint(
                fields=["project", "organisation"],
                condition=Q(left_on__isnull=True),
                name="participant_organisation_once",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def access_root(self) -> Project:
        """The project's rows decide."""
        return self.project

    @property
    def history_place(self) -> str:
        """The project's history."""
        return self.project.reference

    @property
    def always_by_name(self) -> bool:
        """Whether the part asks for the person's own name: people must know who decides."""
        return self.role not in (Role.CONTRIBUTOR, Role.READER)

    @property
    def shown_name(self) -> str:
        """How the participant is named on every surface."""
        if self.organisation is not None:
            return self.organisation.name
        if self.user is None:
            return ""
        return self.user.name if self.always_by_name else self.user.public_name
