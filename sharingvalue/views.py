"""Home, the public pages, the demonstration's own pages, and whether the site is well."""

from __future__ import annotations

import time

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_GET, require_POST

from insights.models import Release
from projects.loop import waiting_for
from projects.models import Project
from projects.views.project import as_rows, with_my_part
from sharingvalue.base import jobs
from sharingvalue.base.access import ids_held
from sharingvalue.base.models import Entry, Job
from stakeholders.models import User

from . import demonstration

#: How many of one's projects, and how many lines of what happened, the home page shows.
PROJECTS, LINES = 12, 6


@login_not_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        latest = Release.objects.open().select_related("project").order_by("-released_at")[:3]
        return render(request, "welcome.html", {"nav": "", "latest": latest})
    waiting = waiting_for(request.user)
    if request.user.is_administrator:
        waiting += people_without_organisation()
    mine = list(with_my_part(Project.objects.visible_to(request.user), request.user)[: PROJECTS + 1])
    context = {"nav": "home", "waiting": waiting, "today": timezone.localdate(), "more": len(mine) > PROJECTS}
    if not mine:
        context["latest"] = Release.objects.open().select_related("project").order_by("-released_at")[:2]
        return render(request, "home_empty.html", context)
    context["rows"] = as_rows(mine[:PROJECTS])
    talks = Project.objects.filter(pk__in=ids_held(Project, request.user, "talk_project")).values("reference")
    context["lately"] = (
        Entry.objects.filter(place__in=talks, audience="talk", actor=Entry.Actor.PERSON)
        .exclude(by=request.user)
        .exclude(action="thread.read")
        .exclude(kind="projects.participant")
        .select_related("by")
        .order_by("-pk")[:LINES]
    )
    return render(request, "home.html", context)


def people_without_organisation():
    """For administrators: how many who may sign in belong to no organisation, as one thing that waits."""
    from django.urls import reverse
    from django.utils.translation import ngettext

    from projects.loop import Waiting

    lost = User.objects.filter(is_active=True, is_administrator=False, affiliations=None).order_by(
        "joined_at"
    )
    first = list(lost.values_list("name", "joined_at")[:50])
    if not first:
        return []
    title = ngettext("Say where %(name)s belongs", "Say where %(n)s people belong", len(first))
    return [
        Waiting(
            since=first[0][1],
            title=title % {"n": len(first), "name": first[0][0]},
            why="Only an administrator says who belongs to an organisation; its parts in projects reach them then.",
            url=reverse("admin:stakeholders_affiliation_add"),
            project="People and organisations",
            project_url=reverse("admin:index"),
        )
    ]


@login_not_required
@require_GET
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "about.html", {"nav": "about"})


@login_not_required
@require_GET
def your_information(request: HttpRequest) -> HttpResponse:
    return render(request, "your_information.html", {"nav": "about"})


@login_not_required
@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "accessibility.html", {"nav": "about"})


@login_not_required
@require_GET
def admin_door(request: HttpRequest) -> HttpResponse:
    """Where the administration sends those it does not let in: to sign in, or nowhere when they are signed in."""
    if request.user.is_authenticated:
        raise Http404
    return redirect_to_login(request.GET.get("next", "/admin/"))


def nowhere(request: HttpRequest, rest: str) -> HttpResponse:
    """An address of a library that leads to nothing here."""
    raise Http404


# --- The demonstration ---


@login_not_required
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Become one of the demonstration's people in one press; there only under DEMO=1."""
    email = request.POST.get("person", "")
    if not settings.DEMO or email not in demonstration.EMAILS:
        raise Http404
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None:
        raise Http404
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    there = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        there, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        there = "home"
    return redirect(there)


@login_not_required
@require_GET
def demo_mail(request: HttpRequest) -> HttpResponse:
    """The mails that a demonstration does not send; there only under DEMO=1."""
    if not settings.DEMO:
        raise Http404
    letters = Job.objects.filter(kind="mail").order_by("-asked_at", "pk")
    page = Paginator(letters, 20).get_page(request.GET.get("page"))
    return render(request, "demo_mail.html", {"page": page})


# --- Whether the site is well ---


@login_not_required
@never_cache
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: this process answers."""
    return HttpResponse("alive\n", content_type="text/plain")


@login_not_required
@never_cache
@require_GET
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: database, broker, a worker seen, migrations applied; 503 while something is missing."""
    # Asked by anybody, as often as they like: looked at only every other second.
    if (state := _READY.get("state")) is None or time.monotonic() - _READY["at"] > 2:
        state = _READY["state"] = _how_ready()
        _READY["at"] = time.monotonic()
    return JsonResponse({"ready": all(state.values()), **state}, status=200 if all(state.values()) else 503)


_READY: dict = {}


def _how_ready() -> dict[str, bool]:
    state = {"database": False, "migrations": False, "broker": False, "worker": False}
    try:
        executor = MigrationExecutor(connection)
        state["database"] = True
        state["migrations"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        state["worker"] = jobs.worker_seen()
    except DatabaseError:
        pass
    state["broker"] = _broker_answers()
    return state


def _broker_answers() -> bool:
    try:
        with import_string(settings.CELERY_APP).connection_for_write() as link:
            link.ensure_connection(max_retries=1, timeout=2)
    except Exception:  # Whatever the broker's client raises means the same here: it does not answer.
        return False
    return True


# --- When something went wrong ---


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 with the reason, for people who may see the thing."""
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or came from elsewhere."""
    sentence = "This form was open too long, or you signed in anew since. Go back, copy your words, and send it again."
    return render(request, "403.html", {"reason": sentence}, status=403)
