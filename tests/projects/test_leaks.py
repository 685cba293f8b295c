"""What must not leak: something is put there that could, and every page of everybody is looked through."""

import json
import re

import pytest
from django.urls import URLPattern, get_resolver, reverse

from insights import actions as insights
from insights.models import Output
from projects import actions
from projects.models import Participant
from projects.plan import for_reader, plan_of
from projects.take_away import summary_input
from sharingvalue.base.models import Entry, Job
from stakeholders.actions import account_edit
from stakeholders.models import User
from tests.factories import ProjectFactory

#: Words that nobody uses: whoever finds one on a page found a leak.
TALK, REPLY, OLD = "xylophonetalk", "xylophonereply", "xylophoneold"
INTEREST, DRAFT, REVIEW, BACK = "quokkainterest", "quokkadraft", "quokkareview", "quokkaback"
REMOVED, NOTE, FILE = "axolotlremoved", "axolotlnote", "axolotlfile"


@pytest.fixture
def planted(world):
    """The world with telltale words wherever words can be."""
    w = world
    thread = actions.comment_add(w.purpose, kind="concern", text=OLD, by=w.C).thread
    actions.comment_edit(thread.comments.get(), TALK, by=w.C)
    actions.comment_reply(thread, text=REPLY, by=w.L)
    actions.comment_reply(w.thread_panel, text="As we said.", by=w.panel, as_group=True)
    actions.thread_resolve(w.thread_panel, by=w.panel)
    actions.thread_reopen(w.thread_panel, by=w.panel)
    own = actions.comment_add(w.purpose, kind="support", text="Ours.", by=w.panel, as_group=True)
    actions.comment_edit(own, "Ours, changed.", by=w.panel)
    actions.comment_withdraw(own, by=w.panel)
    actions.participant_edit(w.parts["C"], {"interest": INTEREST}, seen=1, by=w.L)
    insights.output_edit(w.draft, {"title": DRAFT, "short_title": DRAFT, "summary": DRAFT}, seen=1, by=w.L)
    Output.objects.filter(pk=w.draft.pk).update(file_name=f"{FILE}.csv")
    insights.output_take_back(w.in_review, by=w.L)
    insights.output_edit(Output.objects.get(pk=w.in_review.pk), {"limits": REVIEW}, seen=1, by=w.L)
    insights.output_submit(w.in_review, by=w.L)
    insights.output_return(w.in_review, because=BACK, by=w.S)
    actions.purpose_edit(w.removed, {"what": REMOVED}, seen=w.removed.version, by=w.L)
    actions.participant_remove(w.parts["D"], reason=NOTE, by=w.L)
    w.their_thread = thread
    return w


def addresses(w):
    """Every address that can be asked for with GET, with the things of the world in it."""
    by_name = {
        "participant": [part.pk for part in Participant.objects.filter(project=w.project)],
        "purpose": [w.purpose.pk, w.purpose2.pk, w.removed.pk],
        "comment.add": [w.purpose.pk],
        "talk": [w.thread_c.pk, w.thread_panel.pk, w.their_thread.pk],
        "thread": [w.thread_c.pk],
        "comment": [w.comment_c.pk, w.comment_panel.pk],
        "summary": [w.summary_full.pk, w.summary_reader.pk],
        "output": [w.draft.pk, w.in_review.pk, w.open_release.output_id],
        "file": [w.draft.pk],
    }
    found = []

    def walk(patterns, prefix=""):
        for pattern in patterns:
            if not isinstance(pattern, URLPattern):
                if "admin" not in str(pattern.pattern):
                    walk(pattern.url_patterns, prefix)
                continue
            name = pattern.name or ""
            if not name:
                continue
            if pattern.pattern.regex.groups and not pattern.pattern.converters:
                continue  # the links in mails of the sign-in: nothing of a project is behind them
            wants = set(pattern.pattern.converters)
            pks = by_name.get(name, by_name.get(name.partition(".")[0], [])) if "pk" in wants else [None]
            if wants <= {"reference", "pk"}:
                for pk in pks:
                    args = {"reference": w.reference} if "reference" in wants else {}
                    found.append(reverse(name, kwargs={**args, **({"pk": pk} if pk is not None else {})}))
            elif wants == {"slug"}:
                found.extend(reverse(name, args=[one.slug]) for one in (w.open_release, w.restricted_release))
            elif wants == {"token"}:
                found.append(reverse(name, args=[w.token]))

    walk(get_resolver().url_patterns)
    more = [
        f"{reverse('project.list')}?q=safe",
        f"{reverse('insight.list')}?q=finding",
        f"{reverse('history.view', args=[w.reference])}?page=2",
    ]
    return [one for one in found if "sign-out" not in one] + more


def pages(client, w):
    """Everything that this person gets by asking for every address: texts, file names and JSON alike."""
    for address in addresses(w):
        response = client.get(address)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        # What was asked for is echoed where one is sent to sign in.
        yield address, (body.decode("utf-8", "replace") + str(dict(response.headers))).replace(address, "")


def test_the_walk_reaches_every_address_of_a_project(planted):
    reached = addresses(planted)

    assert len(reached) > 60
    for page in ("history/", "people/", "information/", "use/", "summaries/", "edit/", "people/invite/"):
        assert f"/projects/{planted.reference}/{page}" in reached
    for piece in ("/talk/", "/comments/", "/outputs/", "/download/", "/insights/the-", "/shared/"):
        assert any(piece in address for address in reached), piece


ALL = [TALK, REPLY, OLD, INTEREST, DRAFT, REVIEW, BACK, REMOVED, NOTE, FILE]
MAKERS = [DRAFT, REVIEW, BACK, REMOVED, FILE]
PERSONS = ["Pita Plumtree", "Cora Clematis", "Dan Daffodil", "Kiri Kingfisher", "Lena Larkspur"]
PLAN = ["What helps whānau", "How people leave", "Finding for participants", "restricted", *PERSONS[:4]]
#: What each person's pages never say; D's part in the project has ended.
NEVER = {
    "L": [],
    "P": [],
    "C": MAKERS,
    "panel": MAKERS,
    "C_org": MAKERS,
    "S": [],
    "R": [*ALL, *PERSONS],
    "D": [*ALL, *PLAN],
    "O": [*ALL, *PLAN],
    "A": [*ALL, *PLAN],
    "Adm": [*ALL, *PLAN],
}
ADDRESS = re.compile(r"[\w.-]+@world\.example")


@pytest.mark.parametrize("letter", NEVER)
def test_everyone_reads_only_what_is_theirs(client_of, planted, letter):
    """One walk through every address: words, names of persons, contact details, and the name behind the group."""
    user = getattr(planted, letter)
    found = dict(pages(client_of(user), planted))

    never = [word for word in NEVER[letter] if user is None or word != user.name]
    for address, text in found.items():
        for word in never:
            assert word not in text, (address, word)
        if letter != "panel":
            for word in (planted.hidden_name, planted.hidden_name.split()[1], planted.panel.email):
                assert word not in text, (address, word)
        if letter not in ("L", "P"):  # contact details are the team's
            others = set(ADDRESS.findall(text)) - {user.email if user else ""}
            assert not others, (address, others)
        if letter in ("O", "A", "Adm", "D") and address.startswith("/projects/"):
            assert "Safe at home" not in text, address
    everything = " ".join(found.values())
    if letter == "panel":
        assert planted.hidden_name in everything
    if letter == "L":
        for word in (TALK, REPLY, INTEREST, DRAFT, REVIEW, BACK, REMOVED, NOTE, FILE):
            assert word in everything, word


@pytest.mark.parametrize("letter", ["L", "R"])
def test_the_name_is_hidden_also_when_they_chose_the_group_only_later(client_of, world, letter):
    world.their_thread = world.thread_c
    account_edit(User.objects.get(pk=world.panel.pk), by=world.panel, shown_as="name")
    actions.participant_edit(world.parts["panel"], {"interest": "Other."}, seen=1, by=world.P)
    actions.participant_role(world.parts["panel"], "reader", by=world.L)
    account_edit(User.objects.get(pk=world.panel.pk), by=world.panel, shown_as="group")

    for address, text in pages(client_of(world.people[letter]), world):
        assert world.hidden_name not in text, address


def test_the_name_behind_a_group_is_in_no_summary_and_in_no_mail_to_others(planted):
    for edition in (plan_of(planted.project), for_reader(plan_of(planted.project))):
        assert planted.hidden_name not in json.dumps(summary_input(edition), ensure_ascii=False)
    for letter in Job.objects.filter(kind="mail"):
        assert planted.hidden_name not in json.dumps(letter.input, ensure_ascii=False) or (
            letter.input["to"] == planted.panel.email
        )


def test_a_mail_written_in_ones_name_by_a_group_shown_lead_is_by_name_since_leads_are(world):
    project = ProjectFactory(by=world.panel)
    actions.participant_invite(project, role="reader", email="x@example.org", name="X", by=world.panel)

    assert world.hidden_name in Job.objects.filter(kind="mail").latest("asked_at").input["subject"]


def test_the_team_reads_contact_details_but_not_of_those_shown_as_a_group(client_of, planted):
    page = client_of(planted.P).get(reverse("project.people", args=[planted.reference])).text

    assert planted.C.email in page
    assert planted.panel.email not in page


def test_the_readers_edition_of_the_pdf_holds_none_of_it(planted):
    reader = json.dumps(summary_input(for_reader(plan_of(planted.project))), ensure_ascii=False)

    for word in (
        TALK,
        REPLY,
        OLD,
        INTEREST,
        DRAFT,
        REVIEW,
        BACK,
        REMOVED,
        NOTE,
        FILE,
        "Cora",
        "Pita",
        "Lena",
        "world.example",
    ):
        assert word not in reader, word
    full = json.dumps(summary_input(plan_of(planted.project)), ensure_ascii=False)
    for word in (TALK, REPLY, INTEREST):
        assert word in full
    for word in (DRAFT, REVIEW, REMOVED, OLD, "world.example"):
        assert word not in full, word


def test_withdrawn_words_are_read_by_nobody_on_the_talk_pages_and_in_the_pdf(client_of, planted):
    actions.comment_withdraw(planted.their_thread.comments.order_by("at")[0], by=planted.C)

    assert TALK not in json.dumps(summary_input(plan_of(planted.project)))
    for letter in ("L", "C", "S"):
        for name, args in (("project.information", []), ("talk.view", [planted.their_thread.pk])):
            page = client_of(planted.people[letter]).get(reverse(name, args=[planted.reference, *args])).text
            assert TALK not in page


def test_withdrawn_words_are_gone_from_what_history_shows(client_of, planted):
    actions.comment_withdraw(planted.their_thread.comments.order_by("at")[0], by=planted.C)

    for letter in ("L", "P", "S"):
        page = client_of(planted.people[letter]).get(reverse("history.view", args=[planted.reference])).text
        assert TALK not in page
        assert OLD not in page


def test_what_one_may_not_know_of_changes_no_count_and_no_list(client_of, world):
    before = {
        letter: client_of(getattr(world, letter)).get(reverse("insight.list")).context["page"].paginator.count
        for letter in ("O", "A", "R")
    }
    home = client_of(world.O).get("/").text
    project = ProjectFactory(title="Another hidden thing")
    actions.comment_add(
        actions.purpose_add(project, by=project.participants.get().user, title="t"),
        kind="question",
        text="q",
        by=project.participants.get().user,
    )

    for letter, count in before.items():
        assert (
            client_of(getattr(world, letter)).get(reverse("insight.list")).context["page"].paginator.count
            == count
        )
    strip = re.compile(r'csrfmiddlewaretoken" value="[^"]+|X-CSRFToken": "[^"]+')
    assert strip.sub("", client_of(world.O).get("/").text) == strip.sub("", home)
    assert "Another hidden thing" not in client_of(world.L).get(reverse("project.list"), {"q": "hidden"}).text


def test_who_took_what_is_for_the_team_and_the_reviewers(client_of, world):
    client_of(world.R).get(reverse("insight.view", args=[world.restricted_release.slug]))
    file = client_of(world.R).get(
        reverse("summary.download", args=[world.reference, world.summary_reader.pk])
    )
    b"".join(file.streaming_content)
    page = reverse("history.view", args=[world.reference])

    assert Entry.objects.filter(by=world.R, action="insight.view").exists()
    assert "took a summary" in client_of(world.L).get(page).text
    assert "took a summary" not in client_of(world.C).get(page).text
    assert "Rob Rosemary" not in client_of(world.C).get(reverse("project.view", args=[world.reference])).text
