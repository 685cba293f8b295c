"""Bringing people in, and changing their part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sharingvalue.base.forms import OnceForm, Prose, VersionedForm
from stakeholders.models import Organisation

from ..models import Participant, Role

_INTEREST = _("What they know or care about here, in a sentence they would agree with.")


class InviteForm(OnceForm):
    """An organisation of the register, or a person by e-mail, and the part they are asked to take."""

    organisation = forms.ModelChoiceField(
        label=_("An organisation"),
        queryset=Organisation.objects.all(),
        required=False,
        empty_label=_("none"),
        help_text=_("Its people all get the part."),
    )
    email = forms.EmailField(
        label=_("or a person, by e-mail"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("They get a mail in your name. They need no password."),
    )
    name = forms.CharField(
        label=_("Their name"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Part"), widget=forms.RadioSelect, initial=Role.CONTRIBUTOR)
    interest = Prose(
        label=_("Interest and experience"), rows=2, required=False, max_length=2000, help_text=_INTEREST
    )

    def __init__(self, *args: Any, roles: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("organisation", "email", "name"):
            # One of the two is needed, which clean() says.
            self.fields[name].may_wait = True  # type: ignore[attr-defined]
        self.fields["role"].choices = [(role, label) for role, label in Role.choices if role in roles]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        organisation, email = cleaned.get("organisation"), cleaned.get("email")
        if organisation and email:
            self.add_error("email", _("Choose an organisation or a person, not both."))
        elif not organisation and not email and "email" not in self.errors:
            self.add_error("email", _("Choose an organisation, or give a person’s e-mail address."))
        elif email and not cleaned.get("name"):
            # Asked for every address, known or not: the form must not tell who has an account.
            self.add_error("name", _("Give their name, so that others know who takes part."))
        return cleaned


class ParticipantForm(VersionedForm):
    """What is said of a participant."""

    interest = Prose(
        label=_("Interest and experience"), rows=3, required=False, max_length=2000, help_text=_INTEREST
    )

    class Meta:
        model = Participant
        fields = ["interest"]


class RoleForm(forms.Form):
    """Another part for a participant."""

    role = forms.ChoiceField(label=_("Part"), choices=Role.choices, widget=forms.RadioSelect)


class RemoveForm(forms.Form):
    """Ending somebody's part."""

    reason = Prose(
        label=_("Reason"),
        rows=2,
        required=False,
        max_length=2000,
        help_text=_("It is told to them, and kept in the history."),
    )

    def __init__(self, *args: Any, needed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needed
