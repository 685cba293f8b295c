"""Right use: outputs in the making, and insights released."""

from __future__ import annotations

import csv
import io

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from projects.models import Project
from projects.views.workspace import frame
from sharingvalue.base.access import access, may
from sharingvalue.base.history import seen
from sharingvalue.base.templatetags.house import grouped
from sharingvalue.base.versioned import StaleVersionError
from stakeholders.actions import RefusedError

from . import actions
from .files import delimiter_of
from .forms import CatalogueForm, OutputAddForm, OutputForm, ReleaseForm, ReturnForm, ShareForm, WithdrawForm
from .models import Audience, Output, Release, State
from .policies import makers

PER_PAGE = 20
#: How much of a table a page shows; the whole of it is in the file.
PREVIEW_ROWS, PREVIEW_BYTES = 30, 64_000
TYPES = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}


def _file(held: Output | Release) -> FileResponse:
    """A kept file, always as an attachment, under its safe name."""
    return FileResponse(
        default_storage.open(held.file_path),
        as_attachment=True,
        filename=held.file_name,
        content_type=TYPES[held.file_type],
    )


def preview(held: Output | Release) -> dict | None:
    """The first rows of a CSV for the page, hidden cells marked; None without one."""
    if held.file_type != "csv":
        return None
    with default_storage.open(held.file_path) as file:
        head = file.read(PREVIEW_BYTES)
    text = head.decode("utf-8-sig", errors="replace")
    if len(head) == PREVIEW_BYTES:
        text = text.rpartition("\n")[0]
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter_of(text)) if row]
    if not rows:
        return None
    body = rows[1 : PREVIEW_ROWS + 1]
    numbers = [all(_is_figure(row[n]) for row in body if n < len(row)) for n in range(len(rows[0]))]
    return {
        "head": [{"text": name.replace("_", " "), "number": numbers[n]} for n, name in enumerate(rows[0])],
        "rows": [
            [
                {
                    "text": _grouped(cell) if numbers[n] and "year" not in rows[0][n].lower() else cell,
                    "hidden": cell.strip() in HIDDEN,
                    "number": numbers[n],
                    "head": n == 0,
                    "column": rows[0][n].replace("_", " "),
                }
                for n, cell in enumerate(row[: len(rows[0])])
            ]
            for row in body
        ],
        "more": len(rows) - 1 > PREVIEW_ROWS or len(head) == PREVIEW_BYTES,
    }


#: How tables say that a figure is hidden; never to be read as zero.
HIDDEN = {"", "S", "s", "..", "*", "NA", "suppressed"}


def _grouped(cell: str) -> str:
    """A whole number of four digits and more as people read it; years are never grouped."""
    return grouped(int(cell)) if cell.isascii() and cell.isdigit() and len(cell) > 3 else cell


def _is_figure(cell: str) -> bool:
    cell = cell.strip()
    return cell in HIDDEN or cell.replace(",", "").replace(".", "", 1).replace(" ", "").lstrip("-").isdigit()


def _output_page(request: HttpRequest, output: Output, template: str, **more) -> HttpResponse:
    context = frame(request, output.project, "use")
    context |= {"output": output, "output_can": may(request, output), "preview": preview(output), **more}
    return render(request, f"insights/{template}.html", context)


@require_GET
def project_use(request: HttpRequest, reference: str) -> HttpResponse:
    project = access(
        request, "project.view", Project.objects.select_related("lead_organisation"), reference=reference
    )
    context = frame(request, project, "use")
    context["releases"] = project.releases.standing()
    if makers(context["can"].ask):
        context["outputs"] = Output.objects.of(reference).exclude(state=State.RELEASED)
    return render(request, "insights/project_use.html", context)


@require_http_methods(["GET", "POST"])
def output_add(request: HttpRequest, reference: str) -> HttpResponse:
    project = access(
        request, "output.add", Project.objects.select_related("lead_organisation"), reference=reference
    )
    form = OutputAddForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        return redirect(actions.output_add(project, by=request.user, **form.cleaned_data))
    return render(request, "insights/output_add.html", {**frame(request, project, "use"), "form": form})


@require_GET
def output_preview(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    output = access(request, "output.preview", Output.objects.of(reference), pk=pk)
    standing = output.releases.standing().first()
    release_form = (
        ReleaseForm(initial={"fingerprint": output.fingerprint}) if output.state == State.IN_REVIEW else None
    )
    return _output_page(
        request,
        output,
        "output_preview",
        standing=standing,
        release_form=release_form,
        return_form=ReturnForm(),
        missing=actions.missing_for_review(output),
        authors=output.authors.select_related("user"),
    )


@require_http_methods(["GET", "POST"])
def output_edit(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    output = access(request, "output.edit", Output.objects.of(reference), pk=pk)
    form = OutputForm(request.POST or None, request.FILES or None, instance=output)
    if form.is_valid():
        try:
            actions.output_edit(
                output, form.changes, seen=form.seen_version, file=form.cleaned_data["file"], by=request.user
            )
        except StaleVersionError as error:
            form.rebase(Output.objects.get(pk=output.pk), error)
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            return redirect(output)
    return _output_page(request, output, "output_edit", form=form)


@require_http_methods(["GET", "POST"])
def output_share(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    output = access(request, "output.share", Output.objects.of(reference), pk=pk)
    form = ShareForm(request.POST or None, instance=output)
    if form.is_valid():
        chosen = {name: form.cleaned_data[name] for name in ("audience", "why_not_open")}
        try:
            actions.output_share(output, seen=form.seen_version, by=request.user, **chosen)
        except StaleVersionError as error:
            form.rebase(Output.objects.get(pk=output.pk), error)
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            return redirect(output)
    return _output_page(request, output, "output_share", form=form)


@require_POST
def output_submit(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    output = access(request, "output.submit", Output.objects.of(reference), pk=pk)
    try:
        actions.output_submit(output, by=request.user)
        messages.success(request, _("Handed in. A safety reviewer sees it on their home page."))
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect(output)


@require_POST
def output_take_back(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    output = access(request, "output.take_back", Output.objects.of(reference), pk=pk)
    try:
        actions.output_take_back(output, by=request.user)
        messages.success(request, _("It is a draft again."))
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect(output)


@require_POST
def output_return(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    output = access(request, "output.return", Output.objects.of(reference), pk=pk)
    form = ReturnForm(request.POST)
    if form.is_valid():
        try:
            actions.output_return(output, because=form.cleaned_data["because"], by=request.user)
            messages.success(request, _("Sent back to its authors with your words."))
        except RefusedError as error:
            messages.error(request, str(error))
        return redirect(output)
    return _output_page(
        request,
        output,
        "output_preview",
        return_form=form,
        release_form=ReleaseForm(initial={"fingerprint": output.fingerprint}),
    )


@require_POST
def output_release(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    output = access(request, "output.release", Output.objects.of(reference), pk=pk)
    form = ReleaseForm(request.POST)
    if form.is_valid():
        try:
            release = actions.output_release(
                output, fingerprint=form.cleaned_data["fingerprint"], by=request.user
            )
        except RefusedError as error:
            messages.error(request, str(error))
            return redirect(output)
        messages.success(request, _("Released. This is its page from now on."))
        return redirect(release)
    return _output_page(request, output, "output_preview", release_form=form, return_form=ReturnForm())


@require_GET
def file_download(request: HttpRequest, reference: str, pk: int) -> HttpResponseBase:
    output = access(request, "file.download", Output.objects.of(reference).exclude(file_path=""), pk=pk)
    seen("file.download", output, by=request.user)
    return _file(output)


@login_not_required
@require_GET
def insight_list(request: HttpRequest) -> HttpResponse:
    access(request, "insight.list")
    form = CatalogueForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    found = Release.objects.open().select_related("project").order_by("-released_at", "-pk")
    page = Paginator(found.found_by(words) if words else found, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "insights/insight_list.html", {"nav": "insights", "form": form, "words": words, "page": page}
    )


@login_not_required
@require_GET
def insight_view(request: HttpRequest, slug: str) -> HttpResponse:
    release = access(request, "insight.view", Release.objects.with_origin(), slug=slug)
    can = may(request, release)
    context = {"nav": "insights", "release": release, "can": can}
    if release.withdrawn_at:
        return render(request, "insights/insight_withdrawn.html", context)
    if release.audience != Audience.OPEN:
        seen("insight.view", release, by=request.user)
    context |= {"preview": preview(release), "takes_part": can["project_view"]}
    return render(request, "insights/insight_view.html", context)


@login_not_required
@require_GET
def insight_download(request: HttpRequest, slug: str) -> HttpResponseBase:
    releases = Release.objects.with_origin().exclude(file_path="")
    release = access(request, "insight.download", releases, slug=slug)
    seen("insight.download", release, by=request.user)
    return _file(release)


@require_http_methods(["GET", "POST"])
def output_withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    release = access(request, "output.withdraw", Release.objects.with_origin(), slug=slug)
    form = WithdrawForm(request.POST or None)
    if form.is_valid():
        actions.output_withdraw(release, because=form.cleaned_data["because"], by=request.user)
        messages.success(request, _("Withdrawn. Its page says so from now on."))
        return redirect(release)
    return render(
        request, "insights/output_withdraw.html", {"nav": "insights", "release": release, "form": form}
    )


@require_GET
def shared_view(request: HttpRequest) -> HttpResponse:
    access(request, "shared.view")
    shared = (
        Release.objects.shared_with(request.user).select_related("project").order_by("-released_at", "-pk")
    )
    page = Paginator(shared, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "insights/shared_view.html", {"nav": "shared", "page": page})
