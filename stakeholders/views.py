"""One's own account."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sharingvalue.base.access import access

from . import actions
from .forms import AccountForm


@require_http_methods(["GET", "POST"])
def account_edit(request: HttpRequest) -> HttpResponse:
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
