"""Rows for tests, made through the same actions as people's own work."""

from __future__ import annotations

import io
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import factory
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from insights import actions as insights
from insights.files import checked
from insights.models import Output, Release
from projects import actions
from projects.actions.people import participant_enter
from projects.models import Comment, Participant, Project, Purpose, Role, Summary
from projects.plan import plan_for
from projects.policies import GRANTS
from sharingvalue.base import jobs
from sharingvalue.base.access import asking
from sharingvalue.base.history import SYSTEM
from stakeholders.actions import account_edit, affiliation_add, organisation_edit, person_add
from stakeholders.models import Organisation, User

CSV = "region,year,stays\nNorth,2025,140\nSouth,2025,95\n"
#: The smallest file that passes for a whole PDF.
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


class ByAction(factory.Factory):
    """A factory whose things are made by an action and not by `save()`."""

    class Meta:
        abstract = True

    @classmethod
    def _build(cls, model: Any, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("things of this house are made by their action: create them")


class UserFactory(ByAction):
    """A person with an account and no part in anything; `organisation` makes them belong to one."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person-{n}@example.org")
    name = factory.Sequence(lambda n: f"Person Number{n}")

    @classmethod
    def _create(
        cls,
        model: Any,
        *args: Any,
        organisation: Organisation | None = None,
        shown_as: str = "name",
        **kw: Any,
    ):
        user, _made = person_add(by=SYSTEM, **kw)
        if organisation is not None:
            affiliation_add(user, organisation, by=SYSTEM)
        if shown_as != "name":
            account_edit(user, by=user, shown_as=shown_as)
        return user


class OrganisationFactory(ByAction):
    """An organisation of the register."""

    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Organisation {n}")
    kind = Organisation.Kind.PROVIDER

    @classmethod
    def _create(cls, model: Any, *args: Any, **kw: Any):
        return organisation_edit(Organisation(**kw), by=SYSTEM)


class ProjectFactory(ByAction):
    """A project that `by` started, and so leads."""

    class Meta:
        model = Project

    by = factory.SubFactory(UserFactory)
    title = factory.Sequence(lambda n: f"Project {n}")
    question = "What helps people to stay safe?"
    uses = factory.LazyFunction(lambda: ["performance"])

    @classmethod
    def _create(cls, model: Any, *args: Any, **kw: Any):
        return actions.project_start(**kw)


class ParticipantFactory(ByAction):
    """A person (or an organisation) who takes part in `project`; asked by its first lead unless `by` is given."""

    class Meta:
        model = Participant

    role = Role.CONTRIBUTOR
    interest = "Knows the work."

    @classmethod
    def _create(
        cls, model: Any, *args: Any, project: Project, by: Any = None, user: User | None = None, **kw: Any
    ):
        by = by or project.participants.filter(role=Role.LEAD).order_by("pk")[0].user
        if user is None and kw.get("organisation") is None:
            user = UserFactory()
        return participant_enter(project, by=by, user=user, **kw)


class PurposeFactory(ByAction):
    """A purpose of `project`, written by its lead unless `by` is given."""

    class Meta:
        model = Purpose

    title = factory.Sequence(lambda n: f"Purpose {n}")
    what = "Whether people felt safe when they left."
    why = "So that providers hear what helps."

    @classmethod
    def _create(cls, model: Any, *args: Any, project: Project, by: Any = None, **kw: Any):
        by = by or project.participants.filter(role=Role.LEAD).order_by("pk")[0].user
        return actions.purpose_add(project, by=by, **kw)


class CommentFactory(ByAction):
    """The opening of a thread on `purpose`, said by `by`."""

    class Meta:
        model = Comment

    kind = "question"
    text = factory.Sequence(lambda n: f"What is meant by this, number {n}?")

    @classmethod
    def _create(cls, model: Any, *args: Any, purpose: Purpose, by: User, **kw: Any):
        return actions.comment_add(purpose, by=by, **kw)


class OutputFactory(ByAction):
    """A draft output of `project`, complete but for being handed in; `csv` or `pdf` is its file."""

    class Meta:
        model = Output

    title = factory.Sequence(lambda n: f"More people stay safe, finding {n}.")
    summary = "Of those asked, more felt safe when they left."
    limits = "It does not say why.\nIt says nothing of those who were turned away."
    context = "Houses were full all winter."

    @classmethod
    def _create(
        cls,
        model: Any,
        *args: Any,
        project: Project,
        by: Any = None,
        csv: str | None = CSV,
        pdf: bytes | None = None,
        file_name: str = "",
        **kw: Any,
    ):
        by = by or project.participants.filter(role=Role.LEAD).order_by("pk")[0].user
        content, name = (pdf, "report.pdf") if pdf else (csv.encode() if csv else b"", "figures.csv")
        file = None
        if content:
            stream = io.BytesIO(content)
            file = (stream, checked(stream, file_name or name, len(content)))
        return insights.output_add(project, by=by, file=file, **kw)


class ReleaseFactory(ByAction):
    """A released insight: drafted and handed in by the lead, released by `reviewer`."""

    class Meta:
        model = Release

    @classmethod
    def _create(cls, model: Any, *args: Any, project: Project, reviewer: User, **kw: Any):
        output = OutputFactory(project=project, **kw)
        insights.output_submit(output, by=kw.get("by") or output.uploaded_by)
        output.refresh_from_db()
        return insights.output_release(output, fingerprint=output.fingerprint, by=reviewer)


def made(summary: Summary, content: bytes = PDF) -> Summary:
    """`summary` as a worker leaves it, with `content` for its file: states and history by the job's own way."""

    def work(job: Any, tell: Any) -> dict:
        default_storage.save(f"summaries/{job.pk}.pdf", ContentFile(content))
        return {"path": f"summaries/{job.pk}.pdf", "size": len(content)}

    assert jobs.run(str(summary.job_id), work, actions.summary_made)
    return Summary.objects.select_related("job", "project").get(pk=summary.pk)


def summary_of(project: Project, user: User) -> Summary:
    """The plan summary as `user` may read it, made."""
    return made(actions.summary_ask(plan_for(asking(user, project)), by=user))


def build_world() -> SimpleNamespace:
    """One project with one person of every part, and one of everything, made by the real actions.

    People (User), each with `w.parts[letter]`, their Participant (but O and Adm):
      `w.L` lead · `w.P` planner · `w.C` contributor · `w.D` decision partner · `w.S` safety reviewer · `w.R` reader ·
      `w.O` signed in, no part · `w.Adm` administrator, no part ·
      `w.C_org` contributor through `w.organisation` (part: the organisation's) · `w.panel` contributor who is shown as
      their group, "Panel of experience"; the name behind it is `w.hidden_name`, to be found on no page of anybody else.
      `w.people` maps each letter ("L" … "Adm", "C_org", "panel") to the person; `w.A` is None: not signed in.
    Things: `w.agency` (lead organisation of `w.project`), `w.organisation`, `w.group` (the panel's) · `w.project`
      (`w.reference`) · `w.purpose`, `w.purpose2`, `w.removed` (a removed purpose) ·
      `w.thread_c` (C's on `w.purpose`, answered by P), `w.thread_panel` (the panel's, shown as group, unanswered) ·
      `w.comment_c` (C's opening words), `w.comment_p` (P's answer to them), `w.comment_panel` (the panel's words) ·
      `w.draft`, `w.in_review` (outputs by L with a CSV each) · `w.open_release`, `w.restricted_release` (by L, released
      by S, a CSV each; `….output` is the output behind it) ·
      `w.summary_full` (asked by L), `w.summary_reader` (asked by R), both done, with files · `w.link` (made by P, of the
      reader's, good for 30 days) and its `w.token`.
    """
    w = SimpleNamespace(parts={}, A=None, hidden_name="Zephyrine Quillfeather")
    w.agency = OrganisationFactory(name="Ministry of Rain", kind=Organisation.Kind.AGENCY)
    w.organisation = OrganisationFactory(name="Kōwhai House", kind=Organisation.Kind.PROVIDER)
    w.group = OrganisationFactory(name="Panel of experience", kind=Organisation.Kind.LIVED_EXPERIENCE)
    w.funder = OrganisationFactory(name="Sunrise Fund", kind=Organisation.Kind.FUNDER)
    names: dict[str, tuple[str, Organisation | None]] = {
        "L": ("Lena Larkspur", w.agency),
        "P": ("Pita Plumtree", w.agency),
        "C": ("Cora Clematis", None),
        "D": ("Dan Daffodil", None),
        "S": ("Sina Snowdrop", None),
        "R": ("Rob Rosemary", w.funder),
        "O": ("Olive Oleander", None),
        "Adm": ("Ada Alyssum", None),
        "C_org": ("Kiri Kingfisher", w.organisation),
        "panel": (w.hidden_name, w.group),
    }
    w.people = {
        letter: UserFactory(
            email=f"{letter.lower().replace('_', '-')}@world.example",
            name=name,
            organisation=organisation,
            shown_as="group" if letter == "panel" else "name",
        )
        for letter, (name, organisation) in names.items()
    }
    vars(w).update(w.people)
    User.objects.filter(pk=w.Adm.pk).update(is_administrator=True)
    w.Adm.refresh_from_db()

    w.project = ProjectFactory(
        by=w.L,
        title="Safe at home",
        question="What helps whānau to stay safe once they leave?",
        uses=["performance", "funding"],
        information="both",
        lead_organisation=w.agency,
    )
    w.reference = w.project.reference
    w.parts["L"] = w.project.participants.get()
    for letter, role in {
        "P": Role.PLANNER,
        "C": Role.CONTRIBUTOR,
        "D": Role.DECISION_PARTNER,
        "S": Role.SAFETY_REVIEWER,
        "R": Role.READER,
        "panel": Role.CONTRIBUTOR,
    }.items():
        interest = f"Interest of the part {letter}."
        w.parts[letter] = ParticipantFactory(
            project=w.project, user=w.people[letter], role=role, interest=interest
        )
    w.parts["C_org"] = ParticipantFactory(
        project=w.project, organisation=w.organisation, role=Role.CONTRIBUTOR
    )

    w.purpose = PurposeFactory(project=w.project, title="How people leave")
    w.purpose2 = PurposeFactory(project=w.project, title="Where people go next", by=w.P)
    w.removed = PurposeFactory(project=w.project, title="Given up")
    actions.purpose_remove(w.removed, by=w.L)
    w.removed.refresh_from_db()

    w.comment_c = CommentFactory(purpose=w.purpose, by=w.C, block="what", text="Who is asked, **everyone**?")
    w.thread_c = w.comment_c.thread
    w.comment_p = actions.comment_reply(w.thread_c, text="Only those who leave.", by=w.P)
    w.comment_panel = CommentFactory(
        purpose=w.purpose2, by=w.panel, kind="concern", text="Being asked twice hurts.", as_group=True
    )
    w.thread_panel = w.comment_panel.thread
    w.thread_c.refresh_from_db()

    w.draft = OutputFactory(project=w.project, title="Draft finding of the world.", short_title="The draft")
    w.in_review = OutputFactory(
        project=w.project, title="Finding in review.", short_title="The one in review"
    )
    insights.output_submit(w.in_review, by=w.L)
    w.in_review.refresh_from_db()
    w.open_release = ReleaseFactory(
        project=w.project, reviewer=w.S, title="Finding for everyone.", short_title="The open one"
    )
    w.restricted_release = ReleaseFactory(
        project=w.project,
        reviewer=w.S,
        title="Finding for participants.",
        short_title="The restricted one",
        audience="participants",
        why_not_open="Few people live there.",
    )
    w.summary_full = summary_of(w.project, w.L)
    w.summary_reader = summary_of(w.project, w.R)
    w.link, w.token = actions.summary_share(
        w.summary_reader, for_whom="A board", until=timezone.localdate() + timedelta(days=30), by=w.P
    )
    w.project.refresh_from_db()
    assert set(GRANTS) == {Role(part.role) for part in w.parts.values()}
    return w
