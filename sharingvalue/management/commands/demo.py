"""Loads the demonstration: eight fictional projects, told through the same actions as people's own work."""

from __future__ import annotations

import datetime
import io
import tomllib
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from insights import actions as insights
from insights.files import checked
from insights.models import Output, Release
from projects import actions
from projects.actions.people import participant_enter
from projects.models import (
    Comment,
    Participant,
    Project,
    Purpose,
    Stage,
    StageChange,
    Summary,
    Thread,
    ThreadReading,
)
from projects.plan import for_reader, plan_of
from sharingvalue.base.history import SYSTEM, record
from sharingvalue.base.models import Entry, Job
from stakeholders.actions import affiliation_add, organisation_edit, person_add
from stakeholders.models import Organisation, User

from ...demonstration import EMAILS, PASSWORD

DATA = Path(__file__).resolve().parent.parent.parent / "demo_data"
#: Marks what belongs to the demonstration, so that it is never mixed up with anybody's own project.
MARK = uuid.UUID("3f0c1f5e-2b1a-5c7d-9a51-7c1d0d3a5e10")

Event = tuple[datetime.datetime, Callable[[], None]]


def read(name: str) -> dict[str, Any]:
    """One of the demonstration's files."""
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def moment(value: Any, hour: int = 10) -> datetime.datetime:
    """A time of the demonstration: a day means some time in its morning."""
    if isinstance(value, datetime.datetime):
        return value
    return datetime.datetime.combine(value, datetime.time(hour), tzinfo=timezone.get_default_timezone())


class Command(BaseCommand):
    """`demo [--reset]`: repeatable; --reset puts everything back as it was."""

    help = "Loads the demonstration data, while DEMO=1; --reset puts it back as it was."

    def add_arguments(self, parser):
        parser.add_argument(
            "--reset", action="store_true", help="remove what is there of it and load it anew"
        )

    def handle(self, *args, reset: bool = False, **options):
        if not settings.DEMO:
            raise CommandError(
                "The demonstration is loaded only while DEMO=1 is set: its password is known to everyone."
            )
        mine = Project.objects.filter(once__in=[mark(f"SV-{n:04d}") for n in range(1, 9)])
        if mine.exists() and not reset:
            self.stdout.write("The demonstration is there already. --reset puts it back as it was.")
            return
        with transaction.atomic():
            if reset:
                self.remove(mine)
            if Project.objects.filter(number__lte=8).exists():
                raise CommandError(
                    "SV-0001 to SV-0008 are somebody’s own projects: load the demonstration elsewhere."
                )
            self.load_people()
            self.load_projects()
        self.stdout.write(
            f"Loaded {mine.count()} projects; sign in as one of the people on the sign-in page."
        )

    # --- Taking it away -------------------------------------------------------------------------------------------------

    def remove(self, projects: QuerySet) -> None:
        """Remove the demonstration's projects with all they hold; people and organisations stay."""
        places = list(projects.values_list("reference", flat=True))
        paths = list(
            Output.objects.filter(project__in=projects)
            .exclude(file_path="")
            .values_list("file_path", flat=True)
        )
        releases = Release.objects.filter(project__in=projects)
        paths += list(releases.exclude(file_path="").values_list("file_path", flat=True))
        jobs = list(Summary.objects.filter(project__in=projects).values_list("job_id", flat=True))
        paths += [f"summaries/{pk}.pdf" for pk in jobs]
        releases.delete()
        Output.objects.filter(project__in=projects).delete()
        Summary.objects.filter(project__in=projects).delete()
        Job.objects.filter(pk__in=jobs).delete()
        projects.delete()
        # Only here: a demonstration put back has no past.
        plainly(Entry.objects.filter(place__in=places))._raw_delete("default")
        transaction.on_commit(partial(discard, paths))

    # --- People ----------------------------------------------------------------------------------------------------------

    def load_people(self) -> None:
        data = read("people.toml")
        self.organisations: dict[str, Organisation] = {}
        for said in data["organisation"]:
            organisation = Organisation.objects.filter(name=said["name"]).first() or Organisation(
                name=said["name"]
            )
            organisation.kind, organisation.does, organisation.serves = (
                said["kind"],
                said["does"],
                ", ".join(said["serves"]),
            )
            organisation.regions, organisation.topics = ", ".join(said["regions"]), ", ".join(said["topics"])
            self.organisations[said["key"]] = organisation_edit(organisation, by=SYSTEM)
        self.people: dict[str, User] = {}
        for said in data["person"]:
            user, _made = person_add(said["email"], said["name"], by=SYSTEM)
            user.name, user.shown_as, user.is_active = said["name"], said.get("shown_as", "name"), True
            user.is_administrator = said["email"] == "admin@demo.example"
            user.set_password(PASSWORD) if said["email"] in EMAILS else user.set_unusable_password()
            user.save()
            EmailAddress.objects.filter(user=user).update(email=user.email, verified=True)
            self.people[said["email"]] = user
            if "organisation" in said:
                affiliation_add(user, self.organisations[said["organisation"]], by=SYSTEM)

    # --- Projects ----------------------------------------------------------------------------------------------------------

    def load_projects(self) -> None:
        """Everything that happened, in the order of its days, each through the action that people use."""
        events: list[Event] = []
        projects = read("projects.toml")["project"]
        talk: dict[str, dict[str, list]] = {
            said["reference"]: {"purpose": [], "thread": []} for said in projects
        }
        talk["SV-0001"] = read("safe_at_home.toml")
        for name in ("purpose", "thread"):
            for said in read("other.toml").get(name, []):
                talk[said["project"]][name].append(said)
        for said in projects:
            events += self.of_project(said, talk[said["reference"]])
        for said in read("outputs.toml")["output"]:
            events += self.of_output(said)
        for when, happen in sorted(events, key=lambda event: event[0]):
            last = Entry.objects.aggregate(last=Max("pk"))["last"] or 0
            happen()
            plainly(Entry.objects.filter(pk__gt=last)).update(at=when)
            self.when = when
        for said in projects:
            project = self.project(said["reference"])
            latest = Entry.objects.filter(place=project.reference).aggregate(last=Max("at"))["last"]
            Project.objects.filter(pk=project.pk).update(changed_at=latest)
        safe = self.project("SV-0001")
        plan = plan_of(safe)
        for edition in (plan, for_reader(plan)):
            actions.summary_ask(edition, by=self.people["lead@demo.example"])

    def project(self, reference: str) -> Project:
        return Project.objects.select_related("lead_organisation").get(reference=reference)

    def of_project(self, said: dict, talk: dict) -> list[Event]:
        reference = said["reference"]
        lead = next(part["who"] for part in said["participant"] if part["role"] == "lead")
        days = said["stage_dates"]
        events: list[Event] = [(moment(days["idea"], 9), partial(self.start, said, lead))]
        for part in said["participant"]:
            if part["who"] == lead:
                events.append((moment(days["idea"], 9), partial(self.say_interest, reference, part)))
            else:
                since = max(moment(part["since"], 11), moment(days["idea"], 11))
                events.append((since, partial(self.take_part, reference, part, lead)))
        for stage, on in days.items():
            if stage != "idea":
                why = said.get("stopped_reason", "") if stage == "stopped" else ""
                events.append(
                    (
                        moment(on, 16),
                        partial(self.move, reference, stage, on, why, lead),
                    )
                )
        begun = moment(days.get("planning", days["idea"]), 14)
        for n, purpose in enumerate(talk["purpose"], start=1):
            at = begun + datetime.timedelta(days=2 * n, minutes=7 * n)
            events.append((at, partial(self.write, reference, purpose, lead)))
        for thread in talk["thread"]:
            key = mark(f"{reference} {thread['author']} {thread['at']}")
            events.append((thread["at"], partial(self.say, reference, thread, key)))
            for reply in thread.get("reply", []):
                events.append((reply["at"], partial(self.reply, reply, key)))
            if thread.get("resolved"):
                last = max([thread["at"], *(reply["at"] for reply in thread.get("reply", []))])
                settled = last + datetime.timedelta(hours=2)
                events.append((settled, partial(self.settle, key, lead, settled)))
        return events

    def start(self, said: dict, lead: str) -> None:
        first = said["stage_dates"]["idea"]
        project = actions.project_start(
            by=self.people[lead],
            once=mark(said["reference"]),
            title=said["title"],
            uses=said["uses"],
            question=said["question"].strip(),
            information=said["information"],
            lead_organisation=self.organisations[said["lead_organisation"]],
            stage_since=first,
        )
        if project.reference != said["reference"]:
            # Projects begin on different days, and are numbered in the order of the story.
            Project.objects.filter(pk=project.pk).update(
                reference=said["reference"], number=int(said["reference"][3:])
            )
            plainly(Entry.objects.filter(place=project.reference)).update(place=said["reference"])
            project.refresh_from_db()
            Project.objects.filter(pk=project.pk).update(find=project.findable)
        Project.objects.filter(pk=project.pk).update(started_at=moment(first, 9))
        project.stage_changes.update(on=first)
        project.participants.update(since=first)

    def say_interest(self, reference: str, part: dict) -> None:
        Participant.objects.filter(project__reference=reference, user=self.people[part["who"]]).update(
            interest=part.get("interest", "")
        )

    def take_part(self, reference: str, part: dict, lead: str) -> None:
        who = (
            {"user": self.people[part["who"]]}
            if "@" in part["who"]
            else {"organisation": self.organisations[part["who"]]}
        )
        participant_enter(
            self.project(reference),
            role=part["role"],
            interest=part.get("interest", ""),
            since=part["since"],
            by=self.people[lead],
            **who,
        )

    def move(self, reference: str, stage: str, on: datetime.date, why: str, lead: str) -> None:
        project = self.project(reference)
        before, project.stage, project.stage_since = project.stage, Stage(stage), on
        project.save(update_fields=["stage", "stage_since"])
        StageChange.objects.create(project=project, stage=stage, on=on, reason=why)
        record(
            "project.move",
            project,
            by=self.people[lead],
            before={"stage": before},
            after={"stage": stage},
            note=why,
        )

    def write(self, reference: str, said: dict, lead: str) -> None:
        fields = {
            name: value.strip()
            for name, value in said.items()
            if name in {"title", "choice_level", *Purpose.BLOCKS}
        }
        planner = Participant.objects.filter(project__reference=reference, role="planner").first()
        purpose = actions.purpose_add(
            self.project(reference),
            by=planner.user if planner else self.people[lead],
            title=fields["title"],
            what=fields.pop("what", ""),
            why=fields.pop("why", ""),
        )
        del fields["title"]
        actions.purpose_edit(purpose, fields, seen=1, by=self.people[lead])

    def say(self, reference: str, said: dict, key: uuid.UUID) -> None:
        project = self.project(reference)
        purpose = list(project.purposes.here())[said["purpose"] - 1]
        author = self.people[said["author"]]
        comment = actions.comment_add(
            purpose,
            kind=said["kind"],
            block=said.get("block", ""),
            text=said["text"].strip(),
            by=author,
            once=key,
            as_group=author.shown_as == User.ShownAs.GROUP,
        )
        self.backdate(comment, said["at"], first=True)

    def reply(self, said: dict, key: uuid.UUID) -> None:
        author = self.people[said["author"]]
        thread = Comment.objects.get(once=key).thread
        comment = actions.comment_reply(
            thread, text=said["text"].strip(), by=author, as_group=author.shown_as == User.ShownAs.GROUP
        )
        self.backdate(comment, said["at"])

    def backdate(self, comment: Comment, at: datetime.datetime, first: bool = False) -> None:
        Comment.objects.filter(pk=comment.pk).update(at=at)
        Thread.objects.filter(pk=comment.thread_id).update(
            last_at=at, **({"started_at": at} if first else {})
        )
        ThreadReading.objects.filter(thread=comment.thread_id, user=comment.author_id).update(at=at)

    def settle(self, key: uuid.UUID, lead: str, at: datetime.datetime) -> None:
        thread = Comment.objects.get(once=key).thread
        actions.thread_resolve(thread, by=self.people[lead])
        Thread.objects.filter(pk=thread.pk).update(resolved_at=at)

    # --- Insights ------------------------------------------------------------------------------------------------------------

    def of_output(self, said: dict) -> list[Event]:
        key = mark(f"output {said['short_title']}")
        author = self.people[said["drafted_by"]]
        events: list[Event] = [
            (moment(said["drafted"], 10), partial(self.draft, said, key, author)),
            (
                moment(said["submitted"], 12),
                partial(self.hand_in, key, author, moment(said["submitted"], 12)),
            ),
        ]
        if said["state"] == "released":
            at = moment(said["released"], 15)
            events.append((at, partial(self.release, key, self.people[said["released_by"]], at)))
        return events

    def draft(self, said: dict, key: uuid.UUID, author: User) -> None:
        content = (DATA / said["file"]).read_bytes()
        file = io.BytesIO(content)
        insights.output_add(
            self.project(said["project"]),
            by=author,
            once=key,
            file=(file, checked(file, said["file"], len(content))),
            title=said["title"].strip(),
            short_title=said["short_title"],
            summary=said["summary"].strip(),
            limits="\n".join(said["limits"]),
            context=said["context"].strip(),
            covers=said.get("covers", ""),
            audience=said["audience"],
            why_not_open=said.get("why_not_open", "").strip(),
        )

    def hand_in(self, key: uuid.UUID, author: User, at: datetime.datetime) -> None:
        output = Output.objects.get(once=key)
        insights.output_submit(output, by=author)
        Output.objects.filter(pk=output.pk).update(submitted_at=at)

    def release(self, key: uuid.UUID, reviewer: User, at: datetime.datetime) -> None:
        output = Output.objects.get(once=key)
        release = insights.output_release(output, fingerprint=output.fingerprint, by=reviewer)
        Release.objects.filter(pk=release.pk).update(released_at=at)


def mark(text: str) -> uuid.UUID:
    """A key that is the same each time the demonstration is loaded."""
    return uuid.uuid5(MARK, text)


def discard(paths: list[str]) -> None:
    """Delete these files from the store."""
    for path in paths:
        default_storage.delete(path)


def plainly(entries: QuerySet) -> QuerySet:
    """These rows without the guard of append-only history: the demonstration tells of days gone by."""
    return QuerySet(Entry, using=connection.alias).filter(pk__in=entries.values("pk"))
