"""Who is out there: people with accounts, organisations, and who belongs where."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from sharingvalue.base.words import findable


class UserManager(BaseUserManager["User"]):
    """Finds people by their address, whatever its case."""

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)

    def create_user(self, email: str, name: str = "", password: str | None = None, **fields) -> User:
        """Make an account, without a password unless one is given; the address is kept in lower case."""
        user = self.model(
            email=email.strip().lower(), name=name.strip() or email.split("@", maxsplit=1)[0], **fields
        )
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, name: str = "", password: str | None = None, **fields) -> User:
        """Make an administrator. Being superuser opens no project."""
        return self.create_user(email, name, password, is_superuser=True, is_administrator=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account; their e-mail address is their login."""

    class ShownAs(models.TextChoices):
        NAME = "name", _("my name")
        GROUP = "group", _("my group, without my name")

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120)
    shown_as = models.CharField(_("how I am shown"), max_length=5, choices=ShownAs, default=ShownAs.NAME)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_administrator = models.BooleanField(
        _("administrator"),
        default=False,
        help_text=_("Keeps organisations and people. Sees no project by it."),
    )
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                violation_error_message=_("Somebody already has an account with this e-mail address."),
            ),
            models.CheckConstraint(condition=Q(shown_as__in=["name", "group"]), name="user_shown_as_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """What Django's admin asks: administrators, and nobody else."""
        return self.is_administrator

    @cached_property
    def group_spoken_for(self) -> Organisation | None:
        """The organisation under whose name the person may speak: the first they were added to."""
        belongs = sorted(self.affiliations.all(), key=lambda one: one.pk)
        return belongs[0].organisation if belongs else None

    @property
    def group_name(self) -> str:
        """The name of that organisation, or ""."""
        return self.group_spoken_for.name if self.group_spoken_for else ""

    @cached_property
    def group_is_small(self) -> bool:
        """Whether others may guess who speaks as the group, since fewer than three belong to it here."""
        return self.group_spoken_for is not None and self.group_spoken_for.affiliations.count() < 3

    @property
    def public_name(self) -> str:
        """The person's name as others see it: their group's, when they chose so and belong to one."""
        return (self.group_name if self.shown_as == self.ShownAs.GROUP else "") or self.name

    @property
    def shown(self) -> str:
        """The group's name when the person chose to be shown as it, else "": what history and comments keep."""
        return self.group_name if self.shown_as == self.ShownAs.GROUP else ""


class Organisation(models.Model):
    """An organisation or group of people: who it is, what it does, for whom and where."""

    class Kind(models.TextChoices):
        AGENCY = "agency", _("agency")
        PROVIDER = "provider", _("service provider")
        COMMUNITY = "community", _("community group")
        LIVED_EXPERIENCE = "lived_experience", _("lived-experience group")
        IWI = "iwi", _("iwi or Māori partner")
        FUNDER = "funder", _("funder")
        RESEARCH = "research", _("research organisation")
        OTHER = "other", _("other")

    name = models.CharField(_("name"), max_length=160)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    does = models.TextField(_("what it does"), blank=True)
    serves = models.TextField(_("whom it serves"), blank=True)
    regions = models.CharField(_("regions"), max_length=300, blank=True)
    topics = models.CharField(_("topics"), max_length=300, blank=True)
    find = models.TextField(editable=False, default="")
    # A role given to an organisation reaches its people through this group, by guardian's rows.
    group = models.OneToOneField(Group, models.PROTECT, editable=False, related_name="organisation")

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(Lower("name"), name="organisation_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def findable(self) -> str:
        """What the register is searched in."""
        return findable(self.name, self.does, self.serves, self.regions, self.topics)


class Affiliation(models.Model):
    """A person's belonging to an organisation, said by an administrator; nobody joins by claiming."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="affiliations")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="affiliations")
    since = models.DateField(default=timezone.localdate)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    class Meta:
        ordering = ["organisation__name", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="affiliation_once")]

    def __str__(self) -> str:
        return f"{self.user} of {self.organisation}"
