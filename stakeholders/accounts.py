"""How allauth works here: closed to sign-up, mails as jobs."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings

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

    def format_email_subject(self, subject: str) -> str:
        return subject


def display(user: Any) -> str:
    """How mails and messages of the sign-in pages name a person."""
    return user.name
