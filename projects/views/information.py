"""Right information: purposes, written in place, with the talk beside them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sharingvalue.base.access import access
from sharingvalue.base.versioned import StaleVersionError

from .. import actions
from ..forms.information import PurposeAddForm, PurposeForm
from ..models import Project, Purpose
from .reading import purpose_page, read
from .workspace import frame


def back_to(request: HttpRequest, purpose: Purpose) -> HttpResponseRedirect:
    """To the purpose: its own part of the page for htmx, its place among the others otherwise."""
    if request.htmx:
        return redirect(purpose)
    return redirect(
        f"{reverse('project.information', args=[purpose.project.reference])}#purpose-{purpose.pk}"
    )


@require_GET
def project_information(request: HttpRequest, reference: str) -> HttpResponse:
    project = access(
        request, "project.view", Project.objects.select_related("lead_organisation"), reference=reference
    )
    context = frame(request, project, "information")
    context["purposes"] = read(request, context["plan"])
    if context["can"]["purpose_edit"]:
        context["removed"] = project.purposes.filter(removed_at__isnull=False)
    return render(request, "projects/project_information.html", context)


@require_GET
def purpose_view(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    purpose = access(request, "purpose.view", Purpose.objects.of(reference), pk=pk)
    return purpose_page(request, purpose)


@require_http_methods(["GET", "POST"])
def purpose_add(request: HttpRequest, reference: str) -> HttpResponse:
    project = access(
        request, "purpose.add", Project.objects.select_related("lead_organisation"), reference=reference
    )
    form = PurposeAddForm(request.POST or None)
    if form.is_valid():
        purpose = actions.purpose_add(project, by=request.user, **form.cleaned_data)
        return redirect("purpose.edit", reference, purpose.pk)
    return render(
        request, "projects/purpose_add.html", {**frame(request, project, "information"), "form": form}
    )


@require_http_methods(["GET", "POST"])
def purpose_edit(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    purpose = access(request, "purpose.edit", Purpose.objects.of(reference), pk=pk)
    form = PurposeForm(request.POST or None, instance=purpose)
    if form.is_valid():
        try:
            actions.purpose_edit(purpose, form.changes, seen=form.seen_version, by=request.user)
        except StaleVersionError as error:
            form.rebase(Purpose.objects.get(pk=purpose.pk), error)  # both texts stay on screen
        else:
            return back_to(request, purpose) if not purpose.removed_at else redirect(purpose)
    return purpose_page(request, purpose, form=form)


@require_POST
def purpose_move(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    purpose = access(request, "purpose.move", Purpose.objects.of(reference), pk=pk)
    actions.purpose_move(purpose, request.POST.get("where") == "up", by=request.user)
    return redirect(f"{reverse('project.information', args=[reference])}#purpose-{pk}")


@require_POST
def purpose_remove(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    purpose = access(request, "purpose.remove", Purpose.objects.of(reference), pk=pk)
    actions.purpose_remove(purpose, by=request.user)
    undo = reverse("purpose.restore", args=[reference, pk])
    messages.success(request, _("Removed “%(title)s”.") % {"title": purpose}, extra_tags=undo)
    return redirect("project.information", reference)


@require_POST
def purpose_restore(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    purpose = access(request, "purpose.restore", Purpose.objects.of(reference), pk=pk)
    actions.purpose_restore(purpose, by=request.user)
    messages.success(request, _("“%(title)s” is back in its place.") % {"title": purpose})
    return redirect(f"{reverse('project.information', args=[reference])}#purpose-{pk}")
