"""PDF summaries: asked for, watched, taken, shared outside."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sharingvalue.base import jobs
from sharingvalue.base.access import access, may
from sharingvalue.base.history import seen

from .. import actions
from ..forms.summaries import LinkForm
from ..models import Edition, Project, Summary, SummaryLink
from ..plan import for_reader, plan_for
from .workspace import frame


def _file(summary: Summary) -> FileResponse:
    """The finished file, always as an attachment."""
    response = FileResponse(
        default_storage.open(summary.path),
        as_attachment=True,
        filename=summary.file_name,
        content_type="application/pdf",
    )
    response["X-Robots-Tag"] = "noindex"
    return response


@require_GET
def summary_list(request: HttpRequest, reference: str) -> HttpResponse:
    project = access(
        request, "summary.list", Project.objects.select_related("lead_organisation"), reference=reference
    )
    context = frame(request, project, "summaries")
    summaries = Summary.objects.of(reference)
    if not context["can"]["talk_view"]:
        summaries = summaries.filter(edition=Edition.READER)
    if context["can"]["participant_contact"]:
        summaries = summaries.prefetch_related("links")
        context["shows_links"] = True
    context["summaries"] = summaries[:30]
    context["worker_seen"] = jobs.worker_seen()
    return render(request, "projects/summary_list.html", context)


@require_POST
def summary_ask(request: HttpRequest, reference: str) -> HttpResponse:
    project = access(
        request, "summary.ask", Project.objects.select_related("lead_organisation"), reference=reference
    )
    plan = plan_for(may(request, project).ask)
    if request.POST.get("edition") == Edition.READER:
        plan = for_reader(plan)
    summary = actions.summary_ask(plan, by=request.user)
    return redirect("summary.view", reference, summary.pk)


@require_GET
def summary_view(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    summary = access(request, "summary.view", Summary.objects.of(reference), pk=pk)
    context = {"summary": summary, "job": summary.job, "worker_seen": jobs.worker_seen()}
    context["can_share"] = may(request, summary)["summary_share"]
    if request.htmx:
        context |= {"project": summary.project, "can": may(request, summary.project)}
        return render(request, "projects/summary_view.html#progress", context)
    return render(
        request, "projects/summary_view.html", context | frame(request, summary.project, "summaries")
    )


@require_GET
def summary_download(request: HttpRequest, reference: str, pk: int) -> HttpResponseBase:
    summary = access(request, "summary.download", Summary.objects.of(reference), pk=pk)
    seen("summary.download", summary, by=request.user)
    return _file(summary)


@require_http_methods(["GET", "POST"])
def summary_share(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    summary = access(request, "summary.share", Summary.objects.of(reference), pk=pk)
    form = LinkForm(request.POST or None)
    context = {"summary": summary, "form": form}
    if form.is_valid():
        link, token = actions.summary_share(summary, by=request.user, **form.cleaned_data)
        if not token:
            messages.info(
                request, _("This link was made already. Its address was shown once; make another if lost.")
            )
            return redirect("summary.view", reference, pk)
        address = f"{settings.SITE_URL}{reverse('summary.open', args=[token])}"
        context |= {"link": link, "address": address}
    return render(
        request, "projects/summary_share.html", frame(request, summary.project, "summaries") | context
    )


@require_POST
def summary_revoke(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    links = SummaryLink.objects.filter(summary__project__reference=reference).select_related(
        "summary__project"
    )
    link = access(request, "summary.revoke", links, pk=pk)
    actions.summary_revoke(link, by=request.user)
    messages.success(request, _("The link for %(whom)s no longer opens anything.") % {"whom": link.for_whom})
    return redirect("summary.list", reference)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def summary_open(request: HttpRequest, token: str) -> HttpResponseBase:
    links = SummaryLink.objects.select_related("summary__project__lead_organisation", "summary__job")
    link = access(request, "summary.open", links, token_hash=SummaryLink.hash_of(token))
    # One answer for unknown, revoked and ended: nobody learns that there was something.
    if not link.is_live:
        raise Http404
    if request.method == "POST":
        # The page promises that only the taking is noted, not who.
        actions.summary_open(link, by=AnonymousUser())
        return _file(link.summary)
    return render(request, "projects/summary_open.html", {"link": link, "summary": link.summary})
