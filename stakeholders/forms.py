"""Forms about oneself, and about signing in."""

from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

from .models import User


class SignInForm(LoginForm):
    """allauth's form, with our labels."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail")
        self.fields["login"].widget.attrs.pop("placeholder", None)
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["password"].help_text = ""


class AccountForm(forms.ModelForm):
    """One's own name, and how one wishes to be shown."""

    class Meta:
        model = User
        fields = ["name", "shown_as"]
        widgets = {"shown_as": forms.RadioSelect, "name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        group = self.instance.group_name
        self.fields["name"].help_text = _("Your first and last name, as you wish others to read it.")
        if not group:
            del self.fields["shown_as"]
            return
        shown = self.fields["shown_as"]
        shown.label = _("How others see what you say")
        shown.help_text = _(
            "As your group, nobody else sees your name, the lead of a project included. "
            "Those who lead, plan or check a project always show their name, because people must know who decides."
        )
        shown.choices = [("name", _("as %(name)s") % {"name": self.instance.name}),
                         ("group", _("as %(group)s") % {"group": group})]
        if self.instance.group_is_small:
            shown.help_text += " " + _("Fewer than three people belong to your group here: others may guess who spoke.")
