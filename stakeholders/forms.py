"""Forms about oneself, and about signing in."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import AddEmailForm, LoginForm, RequestLoginCodeForm, ResetPasswordForm
from allauth.account.models import EmailAddress
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


class CodeForm(RequestLoginCodeForm):
    """allauth's form, for the account that has the address and none that only asked to change to it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")

    def clean_email(self):
        email = super().clean_email()
        self._user = User.objects.filter(email__iexact=email, is_active=True).first()
        return email


class NewAddressForm(AddEmailForm):
    """allauth's form; an address that is somebody else's gets a mail that says so, and nothing is kept."""

    def save(self, request):
        email = self.cleaned_data["email"]
        if User.objects.filter(email__iexact=email).exclude(pk=self.user.pk).exists():
            get_adapter().send_account_already_exists_mail(email)
            return EmailAddress(user=self.user, email=email)
        return super().save(request)


class ForgottenForm(ResetPasswordForm):
    """allauth's form, for the account that has the address and none that only asked to change to it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")

    def clean_email(self):
        email = super().clean_email()
        self.users = list(User.objects.filter(email__iexact=email, is_active=True))
        return email


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
            "Those who lead, plan or check a project always show their name, because people must know who decides. "
            "What you said before under your name stays under it."
        )
        shown.choices = [
            ("name", _("as %(name)s") % {"name": self.instance.name}),
            ("group", _("as %(group)s") % {"group": group}),
        ]
        if self.instance.group_is_small:
            shown.help_text += " " + _(
                "Fewer than three people belong to your group here: others may guess who spoke."
            )
