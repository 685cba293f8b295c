"""Saying something, answering, settling."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sharingvalue.base.access import access, may

from .. import actions
from ..forms.talk import CommentEditForm, SayForm
from ..models import Comment, Purpose, Thread
from .information import back_to
from .reading import comment_form, note_of, purpose_page
from .workspace import frame


def _thread_page(request: HttpRequest, thread: Thread, **more) -> HttpResponse:
    context = frame(request, thread.project, "information")
    full = Thread.objects.of(thread.project.reference).with_comments().get(pk=thread.pk)
    context |= {"note": note_of(request, full), "purpose": full.purpose, **more}
    return render(request, "projects/talk_view.html", context)


@require_GET
def talk_view(request: HttpRequest, reference: str, pk) -> HttpResponse:
    thread = access(request, "talk.view", Thread.objects.of(reference), pk=pk)
    return _thread_page(
        request, thread, form=SayForm(speaker=request.user, in_team=may(request, thread)["purpose_add"])
    )


@require_http_methods(["GET", "POST"])
def comment_add(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    purpose = access(request, "comment.add", Purpose.objects.of(reference), pk=pk)
    form = comment_form(request, purpose, request.POST or None)
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("kind", "block", "text", "once")}
        actions.comment_add(purpose, by=request.user, as_group=form.speaks_as_group, **said)
        messages.success(request, _("Sent. You hear on your home page what comes of it."))
        return back_to(request, purpose)
    return purpose_page(request, purpose, comment_form=form)


@require_POST
def comment_reply(request: HttpRequest, reference: str, pk) -> HttpResponse:
    thread = access(request, "comment.reply", Thread.objects.of(reference), pk=pk)
    form = SayForm(request.POST, speaker=request.user, in_team=may(request, thread)["purpose_add"])
    if form.is_valid():
        actions.comment_reply(
            thread,
            text=form.cleaned_data["text"],
            by=request.user,
            as_group=form.speaks_as_group,
            once=form.cleaned_data["once"],
        )
        return back_to(request, thread.purpose)
    return _thread_page(request, thread, form=form)


@require_http_methods(["GET", "POST"])
def comment_edit(request: HttpRequest, reference: str, pk) -> HttpResponse:
    comment = access(request, "comment.edit", Comment.objects.of(reference), pk=pk)
    form = CommentEditForm(request.POST or None, initial={"text": comment.text})
    if form.is_valid():
        actions.comment_edit(comment, form.cleaned_data["text"], by=request.user)
        return redirect(comment.thread)
    context = frame(request, comment.thread.project, "information")
    return render(request, "projects/comment_edit.html", {**context, "form": form, "comment": comment})


@require_POST
def comment_withdraw(request: HttpRequest, reference: str, pk) -> HttpResponse:
    comment = access(request, "comment.withdraw", Comment.objects.of(reference), pk=pk)
    actions.comment_withdraw(comment, by=request.user)
    messages.success(
        request, _("Withdrawn. Nobody reads it here any more; a summary made before may still hold it.")
    )
    return redirect(comment.thread)


@require_POST
def thread_resolve(request: HttpRequest, reference: str, pk) -> HttpResponse:
    thread = access(request, "thread.resolve", Thread.objects.of(reference), pk=pk)
    actions.thread_resolve(thread, by=request.user)
    return back_to(request, thread.purpose)


@require_POST
def thread_reopen(request: HttpRequest, reference: str, pk) -> HttpResponse:
    thread = access(request, "thread.reopen", Thread.objects.of(reference), pk=pk)
    actions.thread_reopen(thread, by=request.user)
    return back_to(request, thread.purpose)


@require_POST
def thread_read(request: HttpRequest, reference: str, pk) -> HttpResponse:
    thread = access(request, "thread.read", Thread.objects.of(reference), pk=pk)
    actions.thread_read(thread, by=request.user)
    return redirect("home")
