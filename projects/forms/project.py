"""Starting a project, saying what it is, finding one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sharingvalue.base.forms import OnceForm, Prose, VersionedForm
from stakeholders.models import Organisation

from ..models import Information, Project, Stage, Use


def _title() -> forms.CharField:
    return forms.CharField(
        label=_("Title"), max_length=160, help_text=_("A few words by which people will know it.")
    )


def _uses() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("What the insights are for"),
        choices=Use.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose at least one. These are the four uses for which the guideline was written."),
        error_messages={"required": _("Choose at least one use.")},
    )


class StartForm(OnceForm):
    """A project begins with a title, a use and a question."""

    question = Prose(
        label=_("What do you want to know?"),
        rows=3,
        max_length=2000,
        help_text=_("One question in plain words, as you would ask it across a table."),
    )
    title = _title()
    uses = _uses()

    field_order = ["once", "question", "title", "uses"]


class ProjectForm(VersionedForm):
    """What a project says of itself."""

    title = _title()
    question = Prose(
        label=_("The question"),
        rows=3,
        max_length=2000,
        required=False,
        help_text=_("One question in plain words, as you would ask it across a table."),
    )
    uses = _uses()
    information = forms.ChoiceField(
        label=_("Does it collect new information?"),
        choices=[("", _("not said yet")), *Information.choices],
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Existing before new: what is already held asks nothing more of people."),
    )
    lead_organisation = forms.ModelChoiceField(
        label=_("Lead organisation"),
        queryset=Organisation.objects.all(),
        required=False,
        empty_label=_("not said yet"),
        help_text=_("The organisation that answers for the project."),
    )

    class Meta:
        model = Project
        fields = ["title", "question", "uses", "information", "lead_organisation"]


class ProjectFilterForm(forms.Form):
    """Finding a project in the list."""

    q = forms.CharField(label=_("Words"), required=False, max_length=200)
    stage = forms.ChoiceField(label=_("Stage"), required=False, choices=[("", _("any")), *Stage.choices])
    use = forms.ChoiceField(label=_("Use"), required=False, choices=[("", _("any")), *Use.choices])

    def chosen(self) -> dict[str, Any]:
        """The valid choices alone: a made-up value narrows nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
