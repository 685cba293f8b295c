"""The list, starting a project, its overview and what it says of itself."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sharingvalue.base.access import access
from sharingvalue.base.models import Entry
from sharingvalue.base.versioned import StaleVersionError

from .. import actions
from ..forms.project import ProjectFilterForm, ProjectForm, StartForm
from ..models import Participant, Project, Role
from ..plan import Plan
from ..policies import CHANGE, REVIEW
from .workspace import drawn, frame, stage_words

PER_PAGE = 20


def with_my_part(projects, user):
    """`projects` with the person's own role on each as `my_role`: by themself, else through an organisation."""
    parts = Participant.objects.current().filter(project=OuterRef("pk")).order_by("pk").values("role")
    return projects.annotate(
        my_role=Coalesce(
            Subquery(parts.filter(user=user)[:1]),
            Subquery(parts.filter(organisation__affiliations__user=user)[:1]),
        ),
        organisation_name=F("lead_organisation__name"),
    )


def as_rows(projects) -> list[dict]:
    """Projects for the table: with their loop, the person's part in words, and the stage in words."""
    parts = drawn({project.pk: project for project in projects})
    return [
        {
            "project": project,
            "parts": parts[project.pk],
            "part": MY_PART.get(project.my_role, ""),
            "stage": stage_words(project),
            "middle": "stopped" if project.stage == "stopped" else "",
        }
        for project in projects
    ]


MY_PART = {
    Role.LEAD: _("You lead"),
    Role.PLANNER: _("You plan"),
    Role.CONTRIBUTOR: _("You comment"),
    Role.DECISION_PARTNER: _("You decide with the lead"),
    Role.SAFETY_REVIEWER: _("You check what is released"),
    Role.READER: _("You read"),
}


@require_GET
def project_list(request: HttpRequest) -> HttpResponse:
    access(request, "project.list")
    form = ProjectFilterForm(request.GET)
    chosen = form.chosen()
    projects = with_my_part(Project.objects.visible_to(request.user), request.user)
    if "q" in chosen:
        projects = projects.found_by(chosen["q"])
    if "stage" in chosen:
        projects = projects.filter(stage=chosen["stage"])
    if "use" in chosen:
        # The four values hold no other's letters, so a search in the stored list finds whole values on both databases.
        projects = projects.filter(uses__icontains=f'"{chosen["use"]}"')
    page = Paginator(projects, PER_PAGE).get_page(request.GET.get("page"))
    context = {"nav": "projects", "form": form, "chosen": chosen, "page": page, "rows": as_rows(list(page))}
    return render(request, "projects/project_list.html", context)


@require_http_methods(["GET", "POST"])
def project_start(request: HttpRequest) -> HttpResponse:
    access(request, "project.start")
    form = StartForm(request.POST or None)
    if form.is_valid():
        project = actions.project_start(by=request.user, **form.cleaned_data)
        messages.success(request, _("Started. It is an idea now, and only you see it until you ask others."))
        return redirect(project)
    return render(request, "projects/project_start.html", {"nav": "projects", "form": form})


@require_GET
def project_view(request: HttpRequest, reference: str) -> HttpResponse:
    project = access(
        request, "project.view", Project.objects.select_related("lead_organisation"), reference=reference
    )
    context = frame(request, project, "overview")
    if context["can"]["history_view"]:
        lately = history_for(context["can"].ask, project).filter(audience="talk")[:8]
        context["activity"] = named_now(list(lately), context["plan"])
    context["left"] = [
        {"part": nav, "fact": part.fact}
        for nav, part in zip(context["nav_parts"], context["loop_parts"], strict=True)
    ]
    return render(request, "projects/project_view.html", context)


@require_GET
def project_idea(request: HttpRequest, reference: str) -> HttpResponse:
    project = access(
        request, "project.view", Project.objects.select_related("lead_organisation"), reference=reference
    )
    return render(request, "projects/project_idea.html", frame(request, project, "idea"))


@require_http_methods(["GET", "POST"])
def project_edit(request: HttpRequest, reference: str) -> HttpResponse:
    project = access(
        request, "project.edit", Project.objects.select_related("lead_organisation"), reference=reference
    )
    form = ProjectForm(request.POST or None, instance=project)
    if form.is_valid():
        try:
            actions.project_edit(project, form.changes, seen=form.seen_version, by=request.user)
        except StaleVersionError as error:
            form.rebase(Project.objects.get(pk=project.pk), error)
        else:
            return redirect("project.idea", reference)
    template = "projects/project_idea.html#edit" if request.htmx else "projects/project_idea.html"
    return render(request, template, {**frame(request, project, "idea"), "form": form})


@require_GET
def history_view(request: HttpRequest, reference: str) -> HttpResponse:
    project = access(
        request, "history.view", Project.objects.select_related("lead_organisation"), reference=reference
    )
    context = frame(request, project, "history")
    entries = history_for(context["can"].ask, project)
    context["page"] = Paginator(entries, 40).get_page(request.GET.get("page"))
    context["page"].object_list = named_now(list(context["page"].object_list), context["plan"])
    return render(request, "projects/history_view.html", context)


def history_for(ask, project: Project):
    """The lines of a project's history that this person may read: what was drafted and taken is its makers'."""
    entries = Entry.objects.at(project.reference).select_related("by")
    audiences = ["talk", "team"] if ask.any_of((CHANGE, REVIEW)) else ["talk"]
    return entries.filter(audience__in=audiences).exclude(action="thread.read")


def named_now(entries: list[Entry], plan: Plan) -> list[Entry]:
    """`entries` with participants named as they wish to be named today, not as they were when it was written."""
    names = {str(voice.participant.pk): voice.name for voice in plan.voices if voice.participant}
    gone = [
        entry.thing for entry in entries if entry.kind == "projects.participant" and entry.thing not in names
    ]
    if gone:
        parts = Participant.objects.filter(pk__in=gone).select_related("user", "organisation")
        names |= {str(p.pk): p.shown_name for p in parts.prefetch_related("user__affiliations__organisation")}
    for entry in entries:
        if entry.kind == "projects.participant":
            entry.name = names.get(entry.thing, entry.name)
    return entries
