"""One project's plan as somebody may read it: the same for the page and the PDF.

`for_reader` is the one place that decides what the reader's edition leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sharingvalue.base.access import Ask
from sharingvalue.base.models import Entry

from .models import Participant, Project, Purpose, Role, StageChange, Thread
from .policies import CHANGE, TALK


@dataclass(frozen=True)
class Voice:
    """A participant as the edition names them; `contact` and `interest` only where they may be read."""

    name: str
    organisation: str
    role: str
    kind: str
    interest: str = ""
    contact: str = ""
    since: Any = None
    participant: Participant | None = None


@dataclass(frozen=True)
class Plan:
    """What a project's plan holds."""

    project: Project
    stages: tuple[StageChange, ...] = ()
    voices: tuple[Voice, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    threads: dict[int, list[Thread]] = field(default_factory=dict)
    leads: tuple[str, ...] = ()
    edition: str = "full"

    @property
    def unanswered(self) -> int:
        """How many threads wait for an answer."""
        return sum(not (t.resolved_at or t.answered) for threads in self.threads.values() for t in threads)

    @property
    def thread_count(self) -> int:
        """How many threads there are."""
        return sum(len(threads) for threads in self.threads.values())


def plan_of(project: Project, *, talk: bool = True) -> Plan:
    """Everything the plan holds, in a fixed number of queries; without the talk when `talk` is False."""
    purposes = tuple(project.purposes.here())
    threads: dict[int, list[Thread]] = {}
    if talk:
        for thread in project.threads.in_view().with_comments():
            threads.setdefault(thread.purpose_id, []).append(thread)
    voices = tuple(voice_of(part) for part in participants_of(project))
    return Plan(
        project=project,
        stages=tuple(project.stage_changes.all()),
        voices=voices,
        purposes=purposes,
        threads=threads,
        leads=tuple(
            voice.name for voice in voices if voice.participant and voice.participant.role == Role.LEAD
        ),
    )


def participants_of(project: Project) -> list[Participant]:
    """Who takes part now, the team first, with the names to show: two queries."""
    order = list(Role.values)
    parts = (
        project.participants.current()
        .select_related("user", "organisation", "project")
        .prefetch_related("user__affiliations__organisation")
    )
    return sorted(parts, key=lambda part: (order.index(part.role), part.since, part.pk))


def voice_of(part: Participant) -> Voice:
    """A participant with everything that the team may read of them."""
    organisation, user = part.organisation, part.user
    belongs = user.group_name if user else ""
    if user and organisation is None:
        organisation = user.group_spoken_for
    by_group = user is not None and part.shown_name != user.name
    return Voice(
        name=part.shown_name,
        organisation="" if part.organisation_id or by_group else belongs,
        role=part.role,
        kind=organisation.kind if organisation else "",
        interest=part.interest,
        contact="" if user is None or by_group else user.email,
        since=part.since,
        participant=part,
    )


def without_contacts(plan: Plan) -> Plan:
    """What everybody who takes part in the talk reads: others' contact details are the team's."""
    return replace(plan, voices=tuple(replace(voice, contact="") for voice in plan.voices))


def for_reader(plan: Plan) -> Plan:
    """The reader's edition: no talk, no names of persons, no contact, interest or experience, no reasons of stages.

    Who takes part, the lead too, is shown as organisations and roles; a person without one is "a person"
    (permissions, note 1).
    """
    voices: dict[tuple[str, str], Voice] = {}
    for voice in plan.voices:
        user = voice.participant.user if voice.participant else None
        name = voice.organisation or user.group_name if user else voice.name
        shown = Voice(
            name=name or "A person", organisation="", role=voice.role, kind=voice.kind, since=voice.since
        )
        voices.setdefault((shown.name, shown.role), shown)
    stages = tuple(StageChange(stage=one.stage, on=one.on) for one in plan.stages)
    return replace(plan, stages=stages, voices=tuple(voices.values()), threads={}, leads=(), edition="reader")


def plan_for(ask: Ask) -> Plan:
    """The plan of the asked project, as this person may read it."""
    talk = ask.has(TALK)
    plan = plan_of(ask.thing.access_root, talk=talk)
    if not talk:
        return for_reader(plan)
    return plan if ask.has(CHANGE) else without_contacts(plan)


def plan_version(project: Project) -> int:
    """How many times the plan changed since it began: "version 7" is what it said after the seventh change."""
    return (
        Entry.objects.filter(place=project.reference, audience="talk")
        .exclude(action__startswith="comment.")
        .exclude(action__startswith="thread.")
        .exclude(action__startswith="summary.")
        .count()
    )
