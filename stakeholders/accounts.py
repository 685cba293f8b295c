"""How allauth works here: closed to sign-up, mails as jobs."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.shortcuts import redirect
from django.urls import reverse

from sharingvalue.base import mail
from sharingvalue.base.history import SYSTEM


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from an administrator or from being added to a project; mails leave after the commit."""

    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        context = {"request": self.request, "email": email, "site_url": settings.SITE_URL, **context}
        letter = self.render_mail(template_prefix, email, context)
        mail.post(email, letter.subject, str(letter.body), by=SYSTEM)

    # Mails name this site by its own address, never by what a request said the host was.
    def get_reset_password_from_key_url(self, key: str) -> str:
        uidb36, _dash, secret = key.partition("-")
        return settings.SITE_URL + reverse("account_reset_password_from_key", args=[uidb36, secret])

    def get_email_confirmation_url(self, request: Any, emailconfirmation: Any) -> str:
        return settings.SITE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def pre_login(self, request: Any, user: Any, **kwargs: Any) -> Any:
        if not settings.DEMO and user.email.endswith("@demo.example"):
            # Their password is known to everyone: outside a demonstration nobody signs in as one of its people.
            return redirect("account_inactive")
        return super().pre_login(request, user, **kwargs)

    def format_email_subject(self, subject: str) -> str:
        return subject


def display(user: Any) -> str:
    """How mails and messages of the sign-in pages name a person."""
    return user.name
