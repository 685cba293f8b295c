"""Pages stay quick and light: a fixed number of queries whatever the data, and few bytes."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from projects.models import Role
from tests.factories import (
    CommentFactory,
    OrganisationFactory,
    OutputFactory,
    ParticipantFactory,
    ProjectFactory,
    PurposeFactory,
    ReleaseFactory,
    UserFactory,
    summary_of,
)

#: The most queries each page may take (promises), those of the session and of the person's name in the bar among them.
HOME = LIST = 12
PART = 20


def queries(client, address):
    """How many queries the page takes, once Django keeps what it keeps."""
    ContentType.objects.clear_cache()
    client.get(address)
    with CaptureQueriesContext(connection) as caught:
        response = client.get(address)
    assert response.status_code == 200
    return len(caught), [query["sql"] for query in caught]


def filled(project, lead, reviewer, n):
    """The project with `n` of each thing more in it."""
    for k in range(n):
        purpose = PurposeFactory(project=project, by=lead)
        speaker = UserFactory(organisation=OrganisationFactory(), shown_as="group" if k % 2 else "name")
        ParticipantFactory(project=project, user=speaker)
        ParticipantFactory(project=project, organisation=OrganisationFactory(), role=Role.READER)
        for block in ("", "what", "how"):
            CommentFactory(purpose=purpose, by=speaker, block=block, as_group=bool(k % 2))
        OutputFactory(project=project, by=lead)
        ReleaseFactory(project=project, reviewer=reviewer, by=lead)
        ReleaseFactory(
            project=project, reviewer=reviewer, by=lead, audience="participants", why_not_open="Few."
        )
        summary_of(project, lead)


def started(n, people):
    """A project of these people (by role) with `n` of each thing."""
    project = ProjectFactory(by=people["lead"], lead_organisation=OrganisationFactory())
    for role, user in people.items():
        if role != "lead":
            ParticipantFactory(project=project, user=user, role=role)
    filled(project, people["lead"], people["safety_reviewer"], n)
    return project


@pytest.fixture
def people(db):
    return {str(role): UserFactory(organisation=OrganisationFactory()) for role in Role}


PAGES = [
    "project.view", "project.idea", "project.people", "project.information", "project.use", "history.view",
    "summary.list",
]  # fmt: skip


@pytest.mark.parametrize("role", [str(role) for role in Role])
def test_each_part_of_the_workspace_takes_the_same_queries_with_0_1_and_3_of_each_thing(
    client_of, people, role
):
    client = client_of(people[role])
    projects = {n: started(n, people) for n in (0, 1, 3)}
    for name in PAGES:
        if (name, role) == ("history.view", "reader"):
            continue  # there is no such page for them: the request table says so
        found = {n: queries(client, reverse(name, args=[one.reference])) for n, one in projects.items()}
        counts = {n: count for n, (count, _sql) in found.items()}
        assert max(counts.values()) <= PART, (name, counts)
        # With nothing there a prefetch has nothing to fetch, which may save a query; more rows never cost one.
        assert counts[0] <= counts[1] == counts[3], (name, counts, set(found[3][1]) - set(found[1][1]))


@pytest.mark.parametrize("name", ["purpose.view", "purpose.edit", "comment.add"])
def test_a_purpose_takes_the_same_queries_whatever_is_said_about_it(client_of, people, name):
    counts = {}
    for n in (1, 3):
        project = started(n, people)
        purpose = project.purposes.first()
        for _ in range(n):
            CommentFactory(purpose=purpose, by=people["contributor"])
        counts[n], _sql = queries(
            client_of(people["lead"]), reverse(name, args=[project.reference, purpose.pk])
        )

    assert counts[1] == counts[3] <= PART, counts


@pytest.mark.parametrize("role", [str(role) for role in Role])
def test_home_and_list_take_the_same_queries_with_0_1_and_3_projects(client_of, people, role):
    home, lists = {}, {}
    client = client_of(people[role])
    for n in (0, 1, 3):
        while people[role].parts.count() < n:
            started(2, people)
        home[n], home_sql = queries(client, "/")
        lists[n], _sql = queries(client, reverse("project.list"))

    assert max(home.values()) <= HOME, (home, home_sql)
    assert home[1] == home[3], home
    assert max(lists.values()) <= LIST, lists
    assert lists[1] == lists[3], lists


def test_a_search_in_the_list_takes_no_more(client_of, people):
    for _ in range(2):
        started(1, people)

    count, _sql = queries(
        client_of(people["lead"]), reverse("project.list") + "?q=project&stage=idea&use=performance"
    )

    assert count <= LIST


@pytest.mark.parametrize("signed_in", [True, False])
def test_the_catalogue_takes_the_same_queries_with_0_1_and_3_insights(client_of, people, signed_in):
    client = client_of(people["reader"] if signed_in else None)
    counts = {}
    for n in (0, 1, 3):
        started(n, people)
        counts[n] = (
            queries(client, reverse("insight.list"))[0],
            queries(client, reverse("insight.list") + "?q=people")[0],
        )

    assert counts[1] == counts[3]
    assert max(max(pair) for pair in counts.values()) <= LIST


def test_one_insight_and_what_is_shared_take_few_queries(client_of, people):
    counts = {}
    client = client_of(people["reader"])
    for n in (1, 3):
        project = started(n, people)
        release = project.releases.first()
        counts[n] = (
            queries(client, reverse("insight.view", args=[release.slug]))[0],
            queries(client, reverse("shared.view"))[0],
        )

    assert counts[1] == counts[3]
    assert max(counts[3]) <= PART


def test_the_home_of_a_newcomer_and_the_welcome_take_few_queries(client_of, people):
    started(2, people)

    assert queries(client_of(UserFactory()), "/")[0] <= HOME
    assert queries(client_of(), "/")[0] <= HOME


# --- Weight --------------------------------------------------------------------------------------------------------------


def weight(response):
    """Bytes of a first visit, compressed: the page and every style, script and picture it asks for."""
    html = response.content.decode()
    total = len(gzip.compress(response.content))
    for path in set(re.findall(r'(?:src|href)="/static/([^"]+)"', html)):
        found = finders.find(path)
        assert found, path
        total += len(gzip.compress(Path(found).read_bytes()))
    return total


def test_no_page_weighs_more_than_60_kb(client_of, people):
    project = started(3, people)
    client = client_of(people["lead"])
    output = project.outputs.filter(state="draft").first()
    addresses = [
        "/", reverse("project.list"), reverse("insight.list"), reverse("project.start"), reverse("account"),
        *(reverse(name, args=[project.reference]) for name in (
            "project.view", "project.idea", "project.people", "project.information", "project.use", "history.view",
            "summary.list", "project.edit", "output.add", "participant.invite",
        )),
        reverse("purpose.edit", args=[project.reference, project.purposes.first().pk]),
        reverse("output.preview", args=[project.reference, output.pk]),
        project.releases.first().get_absolute_url(),
    ]  # fmt: skip

    weights = {address: weight(client.get(address)) for address in addresses}
    for address in ("/", "/about/", reverse("account_login"), reverse("insight.list")):
        weights[f"{address} (not signed in)"] = weight(client_of().get(address))

    assert max(weights.values()) <= 60_000, weights


def test_a_page_asks_for_nothing_from_elsewhere(client_of, world):
    for client in (client_of(world.L), client_of()):
        for address in (
            "/",
            world.open_release.get_absolute_url(),
            reverse("insight.list"),
            reverse("about"),
        ):
            page = client.get(address).text
            assert not re.search(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="(?:https?:)?//', page)
