"""The permission table as real requests: every address × every role, what it answers, and what it changes.

`run` is plain Python, so that tests/mutate.py can call it as often as it likes. Roles, in the order of the cells:
L lead · P planner · C contributor · D decision partner · S safety reviewer · R reader · O signed in, no part ·
A not signed in · X administrator without a part.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver
from django.utils import timezone

from insights import actions as insights
from projects import actions
from projects.models import SummaryLink
from projects.policies import GRANTS
from sharingvalue.base.access import rows_of, set_rows
from sharingvalue.base.models import Entry

ROLES = "LPCDSROAX"

#: Public addresses: those that anyone may open without signing in. Everything else asks to sign in first.
PUBLIC = {
    "home",
    "about",
    "your_information",
    "accessibility",
    "healthz",
    "readyz",
    "demo_mail",
    "demo_sign_in",
    "account_login",
    "account_request_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_inactive",
    "account_signup",
    "account_logout",
    "account_email_verification_sent",
    "account_confirm_email",
    "summary.open",
    "insight.list",
    "insight.view",
    "insight.download",
}

CSV = b"region,people\nNorth,12\nSouth,18\n"

# Answers often given, for L P C D S R O A X.
ANYONE = "200 200 200 200 200 200 200 200 200"
SIGNED_IN = "200 200 200 200 200 200 200 in 200"
SIGNED_IN_DONE = "302 302 302 302 302 302 302 in 302"
PARTICIPANTS = "200 200 200 200 200 200 404 in 404"
TALKERS = "200 200 200 200 200 404 404 in 404"
TALKERS_DO = "302 302 302 302 302 403 404 in 404"
TEAM = "200 200 403 403 403 403 404 in 404"
TEAM_DO = "302 302 403 403 403 403 404 in 404"
LEAD = "200 403 403 403 403 403 404 in 404"
LEAD_DO = "302 403 403 403 403 403 404 in 404"
MAKERS = "200 200 404 404 200 404 404 in 404"
AUTHORS = "200 200 404 404 403 404 404 in 404"
AUTHORS_DO = "302 302 404 404 403 404 404 in 404"
REVIEWERS_DO = "403 403 404 404 302 404 404 in 404"
NOBODY = "404 404 404 404 404 404 404 404 404"
TEAM_ALONE = "200 200 404 404 404 404 404 in 404"
TEAM_REFUSED = "403 403 404 404 404 404 404 in 404"
PERSON = "200 200 403 403 403 404 404 in 404"
PERSON_DO = "302 302 403 403 403 404 404 in 404"
PERSON_REFUSED = "403 403 403 403 403 404 404 in 404"
OVER = "403 403 403 403 403 403 404 in 404"
MAKERS_OVER = "403 403 404 404 403 404 404 in 404"


@dataclass(frozen=True)
class Row:
    """One address asked in one way, with the answer for each role.

    `arg` gives its arguments from the world; `data` what is posted; `before` sets something up first; `writes` is
    the key of the history line that a done POST must leave; `text` must be on the page of exactly the roles in
    `text_for`.
    """

    name: str
    method: str
    answers: str
    arg: Callable[[Any], list] = lambda w: []
    data: Callable[[Any], dict] = lambda w: {}
    before: Callable[[Any], Any] | None = None
    writes: str = ""
    text: Callable[[Any], str] | None = None
    text_for: str = ""
    label: str = ""
    keys: tuple[str, ...] = field(default=())

    @property
    def cells(self) -> dict[str, str]:
        """The expected answer of each role."""
        return dict(zip(ROLES, self.answers.split(), strict=True))


def ref(w: Any) -> list:
    return [w.project.reference]


def of(name: str) -> Callable[[Any], list]:
    """The address of something in the world: its project's reference and its key."""
    return lambda w: [w.project.reference, getattr(w, name).pk]


def part(letter: str) -> Callable[[Any], list]:
    return lambda w: [w.project.reference, w.parts[letter].pk]


def slug(name: str) -> Callable[[Any], list]:
    return lambda w: [getattr(w, name).slug]


def stage(value: str) -> Callable[[Any], None]:
    """Put the project at a stage, as the end of it would."""
    return lambda w: type(w.project).objects.filter(pk=w.project.pk).update(stage=value)


def purpose_words(w: Any) -> dict:
    return {"title": w.purpose.title, "what": "Other words.", "seen": w.purpose.version}


def said(w: Any) -> dict:
    return {"text": "What about the weekend?", "kind": "question", "block": "what", "once": uuid.uuid4()}


def release_words(w: Any) -> dict:
    return {"fingerprint": w.in_review.fingerprint, "identifies_nobody": "on", "harms_no_group": "on"}


def both_sides_to_s(w: Any) -> None:
    """Rows that no action would write: the reviewer may also change the plan."""
    set_rows(w.project, rows_of(w.project) | {("user", w.S.pk): GRANTS["lead"] | GRANTS["safety_reviewer"]})


def revocable(letter: str) -> Callable[[Any], None]:
    def make(w: Any) -> None:
        w.made, _token = actions.summary_share(
            w.summary_reader, for_whom="A board", until=timezone.localdate(), by=getattr(w, letter)
        )

    return make


def revoke_arg(w: Any) -> list:
    return [w.project.reference, w.made.pk]


def invite(role: str) -> Callable[[Any], dict]:
    return lambda w: {
        "email": "new.person@example.org",
        "name": "New Person",
        "role": role,
        "once": uuid.uuid4(),
    }


def both(name: str, get: str, post: str, **more: Any) -> list[Row]:
    """The same address asked for its form, and sent it."""
    shared = {key: more[key] for key in ("arg", "before", "label") if key in more}
    return [Row(name, "GET", get, **shared), Row(name, "POST", post, **more)]


ROWS: list[Row] = [
    # --- Public pages ---
    Row("home", "GET", ANYONE),
    Row("about", "GET", ANYONE),
    Row("your_information", "GET", ANYONE),
    Row("accessibility", "GET", ANYONE),
    Row("healthz", "GET", ANYONE),
    Row("readyz", "GET", "503 503 503 503 503 503 503 503 503"),
    Row("demo_mail", "GET", NOBODY),
    Row("demo_sign_in", "POST", NOBODY, data=lambda w: {"person": "lead@demo.example"}),
    # --- Signing in, one's account ---
    *both("account_login", "302 302 302 302 302 302 302 200 302", "302 302 302 302 302 302 302 200 302"),
    *both(
        "account_request_login_code",
        "302 302 302 302 302 302 302 200 302",
        "302 302 302 302 302 302 302 200 302",
    ),
    *both(
        "account_confirm_login_code",
        "302 302 302 302 302 302 302 in 302",
        "302 302 302 302 302 302 302 in 302",
    ),
    *both("account_reset_password", ANYONE, ANYONE),
    Row("account_reset_password_done", "GET", ANYONE),
    Row("account_reset_password_from_key", "GET", ANYONE, arg=lambda w: ["1", "none"]),
    Row("account_reset_password_from_key_done", "GET", ANYONE),
    Row("account_inactive", "GET", ANYONE),
    *both("account_signup", "302 302 302 302 302 302 302 200 302", "302 302 302 302 302 302 302 200 302"),
    Row("account_logout", "GET", "200 200 200 200 200 200 200 302 200"),
    *both(
        "account",
        SIGNED_IN,
        SIGNED_IN_DONE,
        data=lambda w: {"name": "Another Name", "shown_as": "name"},
        writes="account.edit",
    ),
    Row("account_email", "GET", "403 403 403 403 403 403 403 in 403", label="signed in long ago, by code"),
    Row("account_email_verification_sent", "GET", ANYONE),
    Row("account_confirm_email", "GET", ANYONE, arg=lambda w: ["none"]),
    Row("account_change_password", "GET", "302 302 302 302 302 302 302 in 302"),
    Row(
        "account_set_password",
        "GET",
        "403 403 403 403 403 403 403 in 403",
        label="signed in long ago, by code",
    ),
    Row(
        "account_reauthenticate",
        "GET",
        "403 403 403 403 403 403 403 in 403",
        label="nobody here has a password",
    ),
    # --- Projects ---
    Row("project.list", "GET", SIGNED_IN, text=lambda w: w.project.title, text_for="LPCDSR"),
    *both(
        "project.start",
        SIGNED_IN,
        SIGNED_IN_DONE,
        writes="participant.invite",
        data=lambda w: {"question": "Why?", "title": "Anew", "uses": ["research"], "once": uuid.uuid4()},
    ),
    Row("project.view", "GET", PARTICIPANTS),
    Row("project.idea", "GET", PARTICIPANTS),
    Row(
        "project.people",
        "GET",
        PARTICIPANTS,
        text=lambda w: f"mailto:{w.C.email}",
        text_for="LP",
        keys=("participant.contact",),
    ),
    Row(
        "project.people",
        "GET",
        PARTICIPANTS,
        text=lambda w: w.parts["C"].interest,
        text_for="LPCDS",
        label="interest",
        keys=("participant.names",),
    ),
    Row("project.information", "GET", PARTICIPANTS),
    Row(
        "project.information",
        "GET",
        PARTICIPANTS,
        text=lambda w: w.comment_p.text,
        text_for="LPCDS",
        label="talk",
        keys=("talk.view",),
    ),
    Row("project.use", "GET", PARTICIPANTS, text=lambda w: str(w.draft), text_for="LPS", label="drafts"),
    Row("history.view", "GET", TALKERS),
    Row("history.view", "GET", TALKERS, text=lambda w: str(w.draft), text_for="LPS", label="drafts"),
    *both(
        "project.edit",
        TEAM,
        TEAM_DO,
        arg=ref,
        writes="project.edit",
        data=lambda w: {"title": "Other title", "uses": ["research"], "seen": w.project.version},
    ),
    # --- Purposes ---
    *both(
        "purpose.add",
        TEAM,
        TEAM_DO,
        arg=ref,
        writes="purpose.add",
        data=lambda w: {"title": "Another", "once": uuid.uuid4()},
    ),
    Row("purpose.view", "GET", PARTICIPANTS, arg=of("purpose")),
    Row("purpose.view", "GET", TEAM_ALONE, arg=of("removed"), label="removed"),
    *both("purpose.edit", TEAM, TEAM_DO, arg=of("purpose"), data=purpose_words, writes="purpose.edit"),
    Row(
        "purpose.move",
        "POST",
        TEAM_DO,
        arg=of("purpose2"),
        data=lambda w: {"where": "up"},
        writes="purpose.move",
    ),
    Row(
        "purpose.move",
        "POST",
        TEAM_REFUSED,
        arg=of("removed"),
        data=lambda w: {"where": "up"},
        label="removed",
    ),
    Row("purpose.edit", "GET", TEAM_ALONE, arg=of("removed"), label="removed"),
    Row("purpose.remove", "POST", "302 302 404 404 404 404 404 in 404", arg=of("removed"), label="removed"),
    Row("purpose.remove", "POST", TEAM_DO, arg=of("purpose"), writes="purpose.remove"),
    Row(
        "purpose.restore",
        "POST",
        "302 302 404 404 404 404 404 in 404",
        arg=of("removed"),
        writes="purpose.restore",
    ),
    Row("purpose.restore", "POST", TEAM_DO, arg=of("purpose"), label="one that is there"),
    # --- Talk ---
    *both(
        "comment.add",
        "200 200 200 200 200 403 404 in 404",
        TALKERS_DO,
        arg=of("purpose"),
        data=said,
        writes="comment.add",
    ),
    Row("comment.add", "POST", TEAM_REFUSED, arg=of("removed"), data=said, label="removed"),
    Row("talk.view", "GET", TALKERS, arg=of("thread_c")),
    Row("comment.reply", "POST", TALKERS_DO, arg=of("thread_c"), data=said, writes="comment.reply"),
    *both(
        "comment.edit",
        "403 403 200 403 403 403 404 in 404",
        "403 403 302 403 403 403 404 in 404",
        arg=of("comment_c"),
        data=lambda w: {"text": "Put otherwise."},
        writes="comment.edit",
    ),
    Row(
        "comment.edit",
        "POST",
        OVER,
        arg=of("comment_c"),
        data=lambda w: {"text": "Put otherwise."},
        before=lambda w: actions.comment_withdraw(w.comment_c, by=w.C),
        label="withdrawn",
    ),
    Row(
        "comment.withdraw",
        "POST",
        "403 403 302 403 403 403 404 in 404",
        arg=of("comment_c"),
        writes="comment.withdraw",
    ),
    Row(
        "comment.withdraw",
        "POST",
        OVER,
        arg=of("comment_c"),
        before=lambda w: actions.comment_withdraw(w.comment_c, by=w.C),
        label="withdrawn",
    ),
    Row(
        "thread.resolve",
        "POST",
        "302 302 302 403 403 403 404 in 404",
        arg=of("thread_c"),
        writes="thread.resolve",
    ),
    Row(
        "thread.reopen",
        "POST",
        "302 302 302 403 403 403 404 in 404",
        arg=of("thread_c"),
        writes="thread.reopen",
        before=lambda w: actions.thread_resolve(w.thread_c, by=w.L),
    ),
    Row(
        "thread.read", "POST", "302 302 302 302 302 404 404 in 404", arg=of("thread_c"), writes="thread.read"
    ),
    # --- People ---
    *both(
        "participant.invite", TEAM, TEAM_DO, arg=ref, data=invite("contributor"), writes="participant.invite"
    ),
    Row(
        "participant.invite",
        "GET",
        TEAM,
        text=lambda w: 'value="safety_reviewer"',
        text_for="L",
        label="roles",
        keys=("participant.appoint",),
    ),
    Row(
        "participant.invite",
        "POST",
        "302 200 403 403 403 403 404 in 404",
        arg=ref,
        data=invite("planner"),
        label="as planner",
        keys=("participant.appoint",),
        writes="participant.invite",
    ),
    *both(
        "participant.edit",
        PERSON,
        PERSON_DO,
        arg=part("C"),
        writes="participant.edit",
        data=lambda w: {"interest": "Other words.", "seen": 1},
    ),
    *both(
        "participant.role",
        "200 403 403 403 403 404 404 in 404",
        "302 403 403 403 403 404 404 in 404",
        arg=part("C"),
        data=lambda w: {"role": "reader"},
        writes="participant.role",
    ),
    Row(
        "participant.role",
        "POST",
        PERSON_REFUSED,
        arg=part("L"),
        data=lambda w: {"role": "reader"},
        label="the last lead",
    ),
    Row(
        "participant.role",
        "POST",
        PERSON_REFUSED,
        arg=part("D"),
        data=lambda w: {"role": "reader"},
        label="a partner",
    ),
    *both("participant.remove", PERSON, PERSON_DO, arg=part("C"), writes="participant.remove"),
    Row(
        "participant.remove",
        "POST",
        "302 403 403 403 403 404 404 in 404",
        arg=part("P"),
        label="a planner",
        writes="participant.remove",
    ),
    Row("participant.remove", "POST", PERSON_REFUSED, arg=part("L"), label="the last lead"),
    *both(
        "participant.leave",
        "403 403 200 403 403 404 404 in 404",
        "403 403 302 403 403 404 404 in 404",
        arg=part("C"),
        writes="participant.leave",
    ),
    Row(
        "participant.leave",
        "POST",
        "403 403 403 403 403 302 404 in 404",
        arg=part("R"),
        label="a reader",
        writes="participant.leave",
    ),
    Row("participant.leave", "POST", PERSON_REFUSED, arg=part("L"), label="the last lead"),
    *[
        Row(
            "participant.leave",
            "POST",
            " ".join(
                "302" if one == letter else {"R": "404", "O": "404", "A": "in", "X": "404"}.get(one, "403")
                for one in ROLES
            ),
            arg=part(letter),
            label=f"by {letter}",
            writes="participant.leave",
        )
        for letter in "PDS"
    ],
    # --- Summaries ---
    Row("summary.list", "GET", PARTICIPANTS),
    Row("summary.list", "GET", PARTICIPANTS, text=lambda w: w.link.for_whom, text_for="LP", label="links"),
    Row("summary.ask", "POST", "302 302 302 302 302 302 404 in 404", arg=ref),
    Row("summary.view", "GET", TALKERS, arg=of("summary_full")),
    Row("summary.view", "GET", PARTICIPANTS, arg=of("summary_reader"), label="reader’s edition"),
    Row("summary.download", "GET", TALKERS, arg=of("summary_full")),
    Row("summary.download", "GET", PARTICIPANTS, arg=of("summary_reader"), label="reader’s edition"),
    Row(
        "summary.download",
        "GET",
        "403 403 403 403 403 403 404 in 404",
        arg=of("summary_reader"),
        label="not ready",
        before=lambda w: type(w.summary_reader.job).objects.update(state="waiting"),
    ),
    *both(
        "summary.share",
        TEAM,
        TEAM,
        arg=of("summary_reader"),
        writes="summary.share",
        data=lambda w: {"for_whom": "A board", "until": timezone.localdate(), "once": uuid.uuid4()},
    ),
    Row(
        "summary.share",
        "GET",
        "403 403 403 403 403 404 404 in 404",
        arg=of("summary_full"),
        label="with what people said",
    ),
    Row(
        "summary.share",
        "GET",
        OVER,
        arg=of("summary_reader"),
        label="not ready",
        before=lambda w: type(w.summary_reader.job).objects.update(state="waiting"),
    ),
    Row("summary.revoke", "POST", LEAD_DO, arg=revoke_arg, before=revocable("L"), writes="summary.revoke"),
    Row(
        "summary.revoke",
        "POST",
        TEAM_DO,
        arg=revoke_arg,
        before=revocable("P"),
        label="a planner’s",
        writes="summary.revoke",
    ),
    *both("summary.open", ANYONE, ANYONE, arg=lambda w: [w.token], writes="summary.open"),
    *both("summary.open", NOBODY, NOBODY, arg=lambda w: ["unknown"], label="unknown"),
    *both(
        "summary.open",
        NOBODY,
        NOBODY,
        arg=lambda w: [w.token],
        label="revoked",
        before=lambda w: actions.summary_revoke(w.link, by=w.L),
    ),
    *both(
        "summary.open",
        NOBODY,
        NOBODY,
        arg=lambda w: [w.token],
        label="ended",
        before=lambda w: SummaryLink.objects.update(until="2020-01-01"),
    ),
    # --- Insights in the making ---
    Row("project.use", "GET", PARTICIPANTS),
    *both(
        "output.add",
        TEAM,
        TEAM_DO,
        arg=ref,
        writes="output.upload",
        data=lambda w: {"title": "Found", "once": uuid.uuid4(), "file": SimpleUploadedFile("t.csv", CSV)},
    ),
    Row("output.preview", "GET", MAKERS, arg=of("draft")),
    Row("output.preview", "GET", MAKERS, arg=of("in_review"), label="in review"),
    *both(
        "output.edit",
        AUTHORS,
        AUTHORS_DO,
        arg=of("draft"),
        writes="output.edit",
        data=lambda w: {"title": "Other finding", "seen": w.draft.version},
    ),
    Row("output.edit", "POST", MAKERS_OVER, arg=of("in_review"), label="in review"),
    Row(
        "output.edit",
        "POST",
        MAKERS_OVER,
        arg=lambda w: [w.project.reference, w.open_release.output_id],
        label="released",
    ),
    *both(
        "output.share",
        "200 403 404 404 403 404 404 in 404",
        "302 403 404 404 403 404 404 in 404",
        arg=of("draft"),
        data=lambda w: {
            "audience": "participants",
            "why_not_open": "A house could be found.",
            "seen": w.draft.version,
        },
        writes="output.share",
    ),
    Row("output.share", "POST", MAKERS_OVER, arg=of("in_review"), label="in review"),
    Row(
        "output.share",
        "POST",
        MAKERS_OVER,
        arg=lambda w: [w.project.reference, w.open_release.output_id],
        label="released",
    ),
    Row("output.submit", "POST", AUTHORS_DO, arg=of("draft"), writes="output.submit"),
    Row("output.submit", "POST", MAKERS_OVER, arg=of("in_review"), label="in review"),
    Row("output.take_back", "POST", AUTHORS_DO, arg=of("in_review"), writes="output.take_back"),
    Row("output.take_back", "POST", MAKERS_OVER, arg=of("draft"), label="a draft"),
    Row(
        "output.return",
        "POST",
        REVIEWERS_DO,
        arg=of("in_review"),
        writes="output.return",
        data=lambda w: {"because": "Row 3 is too small."},
    ),
    Row(
        "output.return",
        "POST",
        MAKERS_OVER,
        arg=of("draft"),
        label="a draft",
        data=lambda w: {"because": "Row 3 is too small."},
    ),
    Row(
        "output.release",
        "POST",
        REVIEWERS_DO,
        arg=of("in_review"),
        data=release_words,
        writes="output.release",
    ),
    # Who plans lacks the right itself; that they may not have both is a second bar behind it.
    Row(
        "output.release",
        "POST",
        REVIEWERS_DO,
        arg=of("in_review"),
        data=release_words,
        label="why not",
        text=lambda w: "Only a safety reviewer can do this.",
        text_for="LP",
    ),
    Row("output.release", "POST", MAKERS_OVER, arg=of("draft"), data=release_words, label="a draft"),
    Row(
        "output.release",
        "POST",
        MAKERS_OVER,
        arg=of("in_review"),
        data=release_words,
        label="written by the reviewer",
        before=lambda w: w.in_review.authors.create(user=w.S),
    ),
    # Should rows ever give one person both sides, the rule still says no.
    *[
        Row(
            name,
            "POST",
            MAKERS_OVER,
            arg=of("in_review"),
            data=data,
            before=both_sides_to_s,
            label="on both sides",
        )
        for name, data in (
            ("output.release", release_words),
            ("output.return", lambda w: {"because": "Row 3."}),
        )
    ],
    Row("file.download", "GET", MAKERS, arg=of("draft")),
    # --- Insights released ---
    Row("insight.list", "GET", ANYONE, text=lambda w: w.open_release.title, text_for=ROLES),
    Row(
        "insight.list",
        "GET",
        ANYONE,
        text=lambda w: w.restricted_release.title,
        text_for="",
        label="restricted",
    ),
    Row("insight.view", "GET", ANYONE, arg=slug("open_release")),
    Row(
        "insight.view",
        "GET",
        "200 200 200 200 200 200 404 404 404",
        arg=slug("restricted_release"),
        label="restricted",
    ),
    Row("insight.view", "GET", NOBODY, arg=lambda w: ["unknown"], label="unknown"),
    Row(
        "insight.view",
        "GET",
        ANYONE,
        arg=slug("open_release"),
        label="withdrawn",
        before=lambda w: insights.output_withdraw(w.open_release, because="An error.", by=w.S),
    ),
    Row("insight.download", "GET", ANYONE, arg=slug("open_release")),
    Row(
        "insight.download",
        "GET",
        "200 200 200 200 200 200 404 404 404",
        arg=slug("restricted_release"),
        label="restricted",
    ),
    Row(
        "insight.download",
        "GET",
        NOBODY,
        arg=slug("open_release"),
        label="withdrawn",
        before=lambda w: insights.output_withdraw(w.open_release, because="An error.", by=w.S),
    ),
    *both(
        "output.withdraw",
        "200 403 403 403 200 403 404 in 200",
        "302 403 403 403 302 403 404 in 302",
        arg=slug("open_release"),
        data=lambda w: {"because": "An error."},
        writes="output.withdraw",
    ),
    *both(
        "output.withdraw",
        "200 403 403 403 200 403 404 in 404",
        "302 403 403 403 302 403 404 in 404",
        arg=slug("restricted_release"),
        data=lambda w: {"because": "An error."},
        writes="output.withdraw",
        label="restricted",
    ),
    Row(
        "output.withdraw",
        "POST",
        "403 403 403 403 403 403 404 in 403",
        arg=slug("open_release"),
        label="withdrawn",
        data=lambda w: {"because": "An error."},
        before=lambda w: insights.output_withdraw(w.open_release, because="An error.", by=w.S),
    ),
    Row("shared.view", "GET", SIGNED_IN, text=lambda w: w.restricted_release.title, text_for="LPCDSR"),
]

#: What a stopped or closed project lets nobody do: each of these again, refused with the reason.
_ENDED = {
    "project.edit",
    "purpose.add",
    "purpose.edit",
    "purpose.move",
    "purpose.remove",
    "purpose.restore",
    "comment.add",
    "comment.reply",
    "comment.edit",
    "comment.withdraw",
    "thread.resolve",
    "thread.reopen",
    "participant.invite",
    "participant.edit",
    "participant.role",
    "participant.remove",
    "output.add",
    "output.edit",
    "output.share",
    "output.submit",
    "output.take_back",
    "output.return",
    "output.release",
}


def ended() -> Iterator[Row]:
    """For each action that ends with the project, its POST in a stopped and in a closed one."""
    done: set[str] = set()
    for row in ROWS:
        if row.name not in _ENDED or row.method != "POST" or row.name in done or row.label:
            continue
        done.add(row.name)
        for end in ("stopped", "closed"):

            def before(w: Any, row: Row = row, end: str = end) -> None:
                if row.before:
                    row.before(w)
                stage(end)(w)

            known_to = {letter: code for letter, code in row.cells.items() if code in {"404", "in"}}
            answers = " ".join(known_to.get(letter, "403") for letter in ROLES)
            yield Row(row.name, "POST", answers, arg=row.arg, data=row.data, before=before, label=end)


def needs_reference(row: Row) -> bool:
    """Whether the row's address begins with a project's reference and names nothing else."""
    return row.name in {
        "project.view",
        "project.idea",
        "project.people",
        "project.information",
        "project.use",
        "history.view",
        "summary.list",
        "participant.invite",
    }


ADMIN = [
    "",
    "stakeholders/user/",
    "stakeholders/organisation/",
    "stakeholders/affiliation/",
    "stakeholders/user/add/",
    "stakeholders/organisation/add/",
    "stakeholders/affiliation/add/",
]


def all_rows() -> list[Row]:
    """The whole table."""
    return [*ROWS, *ended()]


def names_in_urls() -> dict[str, str]:
    """Every named address of the site outside the administration, with its pattern."""
    found: dict[str, str] = {}

    def walk(patterns: Iterable, prefix: str = "") -> None:
        for one in patterns:
            if isinstance(one, URLResolver):
                if one.namespace != "admin":
                    walk(one.url_patterns, prefix + str(one.pattern))
            elif isinstance(one, URLPattern) and one.name:
                found[one.name] = prefix + str(one.pattern)

    walk(get_resolver().url_patterns)
    return found


def clients(w: Any) -> dict[str, Client]:
    """A signed-in browser for each role."""
    made = {}
    for letter in ROLES:
        made[letter] = Client(raise_request_exception=True)
        if letter != "A":
            made[letter].force_login(getattr(w, "Adm" if letter == "X" else letter))
    return made


_OURS = ("base", "stakeholders", "projects", "insights")


def rows_now() -> dict[str, int]:
    """A hash of each of our tables, to see what a request changed."""
    return {
        model._meta.label_lower: hash(str(sorted(model._base_manager.values_list(), key=str)))
        for label in _OURS
        for model in apps.get_app_config(label).get_models()
    }


@contextmanager
def writes_seen() -> Iterator[set[str]]:
    """The tables of ours that are written while this runs, told from what is sent to the database."""
    ours = {model._meta.db_table for label in _OURS for model in apps.get_app_config(label).get_models()}
    seen: set[str] = set()

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if found := _WRITE.match(sql):
            seen.update(ours & {found[1]})
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield seen


_WRITE = re.compile(r'\s*(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM)\s+"(\w+)"', re.I)


#: What a GET may leave: the one line of who looked at or took what.
SEEN = {"file.download", "insight.view", "insight.download", "summary.download", "summary.open"}


def ask(w: Any, browsers: dict[str, Client], row: Row, letter: str) -> str:
    """Make one request and give what was wrong with its answer, or ""; whatever it did is undone."""
    wanted = row.cells[letter]
    with transaction.atomic():
        try:
            if row.before:
                row.before(w)
            arg = ref(w) if needs_reference(row) else row.arg(w)
            address = reverse(row.name, args=arg)
            last = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            was = rows_now() if row.method == "POST" else {}
            browser, data = browsers[letter], row.data(w) if row.method == "POST" else {}
            with writes_seen() as written_to:
                response = browser.get(address) if row.method == "GET" else browser.post(address, data)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            got = str(response.status_code)
            if got == "302" and response["Location"].startswith("/sign-in/"):
                got = "in"
            if got != wanted:
                return f"{got}, not {wanted}"
            if row.text is not None and got in {"200", "403"}:
                there, should = row.text(w) in body.decode(), letter in row.text_for
                if there != should:
                    return f"{'shows' if there else 'hides'} {row.text(w)!r}"
            changed = (
                {name for name, value in rows_now().items() if was[name] != value} if was else written_to
            )
            written = list(Entry.objects.filter(pk__gt=last).order_by("pk").values_list("action", flat=True))
            if got in {"403", "404", "405", "in"} and changed and row.name not in _MAILS:
                return f"was refused and changed {sorted(changed)}"
            if row.method == "GET" and got == "200" and not (set(written) <= SEEN and len(written) <= 1):
                return f"a GET wrote {written}"
            if row.method == "GET" and got == "200" and changed - {"base_entry", "base_job"}:
                return f"a GET changed {sorted(changed)}"
            if row.writes and row.method == "POST" and got in {"302", "200"} and wanted == got:
                done = got == "302" or row.name in {"summary.share", "summary.open"}
                if done and row.writes not in written:
                    return f"wrote {written}, not {row.writes}"
            return ""
        finally:
            transaction.set_rollback(True)


#: Addresses whose refusals may still ask for a mail (they answer alike for known and unknown addresses).
_MAILS = {"account_request_login_code", "account_reset_password"}


def run(w: Any, rows: Iterable[Row] | None = None, stop: bool = False) -> list[str]:
    """Ask every row as every role; give what was wrong, in words. `stop` ends at the first."""
    browsers = clients(w)
    wrong: list[str] = []
    for row in rows if rows is not None else all_rows():
        for letter in ROLES:
            if problem := ask(w, browsers, row, letter):
                wrong.append(
                    f"{row.method} {row.name} {f'({row.label}) ' if row.label else ''}as {letter}: {problem}"
                )
                if stop:
                    return wrong
    return wrong
