"""One's own account."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import app_settings as allauth_settings
from allauth.account.authentication import get_authentication_records
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sharingvalue.base.access import access

from . import actions
from .forms import AccountForm


def signed_in_lately(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let only somebody who signed in a short while ago change how the account is signed in to.

    allauth asks those who have a password for it; who signs in by code has none, and signs in anew.
    """

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_usable_password():
            last = max((record.get("at", 0) for record in get_authentication_records(request)), default=0)
            if time.time() - last > allauth_settings.REAUTHENTICATION_TIMEOUT:
                raise PermissionDenied(
                    _("To change this, sign out and sign in with a new code first: it shows that it is you.")
                )
        return view(request, *args, **kwargs)

    return asked


@require_http_methods(["GET", "POST"])
def account_edit(request: Any) -> HttpResponse:
    access(request, "account.edit")
    form = AccountForm(request.POST or None, instance=request.user)
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in form.fields}
        request.user.refresh_from_db()
        actions.account_edit(request.user, by=request.user, **values)
        messages.success(request, _("Saved."))
        return redirect("account")
    belongs = request.user.affiliations.select_related("organisation")
    return render(request, "stakeholders/account_edit.html", {"form": form, "belongs": belongs})
