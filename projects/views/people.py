"""Right people: who takes part, and how."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sharingvalue.base.access import access, may
from sharingvalue.base.versioned import StaleVersionError
from stakeholders.actions import RefusedError

from .. import actions
from ..forms.people import InviteForm, ParticipantForm, RemoveForm, RoleForm
from ..models import Participant, Project, Role
from .workspace import frame

#: The parts a planner may give; the others are the lead's.
PLANNERS_GIVE = [Role.CONTRIBUTOR, Role.READER]


def _page(request: HttpRequest, participant: Participant, template: str, **more) -> HttpResponse:
    context = frame(request, participant.project, "people")
    return render(request, f"projects/{template}.html", {**context, "participant": participant, **more})


@require_GET
def project_people(request: HttpRequest, reference: str) -> HttpResponse:
    project = access(
        request, "project.view", Project.objects.select_related("lead_organisation"), reference=reference
    )
    context = frame(request, project, "people")
    context["people"] = [
        {"voice": voice, "role": Role(voice.role).label, "can": may(request, voice.participant)}
        if voice.participant
        else {"voice": voice, "role": Role(voice.role).label}
        for voice in context["plan"].voices
    ]
    context["own_part"] = next(
        (
            part
            for part in Participant.objects.of(reference).filter(user=request.user)
            if may(request, part)["participant_leave"]
        ),
        None,
    )
    return render(request, "projects/project_people.html", context)


@require_http_methods(["GET", "POST"])
def participant_invite(request: HttpRequest, reference: str) -> HttpResponse:
    project = access(
        request,
        "participant.invite",
        Project.objects.select_related("lead_organisation"),
        reference=reference,
    )
    roles = list(Role) if may(request, project)["participant_appoint"] else PLANNERS_GIVE
    form = InviteForm(request.POST or None, roles=roles)
    if form.is_valid():
        try:
            actions.participant_invite(project, by=request.user, **form.cleaned_data)
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            # By what was typed: the name of an account that was there already is not told.
            who = form.cleaned_data["organisation"] or form.cleaned_data["email"]
            messages.success(request, _("%(who)s takes part now, and is told by mail.") % {"who": who})
            return redirect("project.people", reference)
    return render(
        request, "projects/participant_invite.html", {**frame(request, project, "people"), "form": form}
    )


@require_http_methods(["GET", "POST"])
def participant_edit(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    participant = access(request, "participant.edit", Participant.objects.of(reference), pk=pk)
    form = ParticipantForm(request.POST or None, instance=participant)
    if form.is_valid():
        try:
            actions.participant_edit(participant, form.changes, seen=form.seen_version, by=request.user)
        except StaleVersionError as error:
            form.rebase(Participant.objects.get(pk=participant.pk), error)
        else:
            return redirect("project.people", reference)
    return _page(request, participant, "participant_edit", form=form)


@require_http_methods(["GET", "POST"])
def participant_role(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    participant = access(request, "participant.role", Participant.objects.of(reference), pk=pk)
    form = RoleForm(request.POST or None, initial={"role": participant.role})
    if form.is_valid():
        try:
            actions.participant_role(participant, form.cleaned_data["role"], by=request.user)
        except RefusedError as error:
            form.add_error("role", str(error))
        else:
            return redirect("project.people", reference)
    return _page(request, participant, "participant_role", form=form)


@require_http_methods(["GET", "POST"])
def participant_remove(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    participant = access(request, "participant.remove", Participant.objects.of(reference), pk=pk)
    form = RemoveForm(
        request.POST if request.method == "POST" else None, needed=participant.role == Role.DECISION_PARTNER
    )
    if form.is_valid():
        try:
            actions.participant_remove(participant, reason=form.cleaned_data["reason"], by=request.user)
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(who)s no longer takes part.") % {"who": participant})
            return redirect("project.people", reference)
    return _page(request, participant, "participant_remove", form=form)


@require_http_methods(["GET", "POST"])
def participant_leave(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    participant = access(request, "participant.leave", Participant.objects.of(reference), pk=pk)
    if request.method == "POST":
        try:
            actions.participant_leave(participant, by=request.user)
        except RefusedError as error:
            raise PermissionDenied(str(error)) from error
        messages.success(request, _("You left “%(project)s”.") % {"project": participant.project})
        return redirect("home")
    return _page(request, participant, "participant_leave")
