"""What anyone reads, what those who take part read, and who took which file."""

import re

import pytest
from django.urls import reverse

from insights.models import Release
from projects.loop import waiting_for
from sharingvalue.base.models import Entry
from tests.factories import CSV, ParticipantFactory, ProjectFactory, ReleaseFactory, UserFactory


def view(release):
    return reverse("insight.view", args=[release.slug])


def download(release):
    return reverse("insight.download", args=[release.slug])


def told(response, slug):
    """What an answer says, but for the address that was asked for and the token of its forms."""
    body = re.sub(r'X-CSRFToken": "[^"]+|csrfmiddlewaretoken" value="[^"]+', "", response.text)
    return body.replace(slug, "")


def test_anyone_reads_and_takes_an_open_insight(client_of, world):
    client = client_of()
    assert "Finding for everyone." in client.get(reverse("insight.list")).text
    assert "Finding for everyone." in client.get("/").text
    page = client.get(view(world.open_release))
    assert "CC BY 4.0" in page.text
    assert "North" in page.text

    file = client.get(download(world.open_release))

    assert b"".join(file.streaming_content).decode() == CSV
    assert file["Content-Disposition"] == 'attachment; filename="figures.csv"'
    assert file["Content-Type"].startswith("text/csv")
    assert file["X-Content-Type-Options"] == "nosniff"
    line = Entry.objects.first()
    assert (line.action, line.actor, line.by, line.audience) == ("insight.download", "anyone", None, "team")


def test_looking_at_an_open_insight_leaves_no_line(client_of, world):
    count = Entry.objects.count()

    client_of(world.O).get(view(world.open_release))

    assert Entry.objects.count() == count


@pytest.mark.parametrize("letter", ["L", "P", "C", "D", "S", "R", "C_org", "panel"])
def test_who_takes_part_reads_and_takes_a_restricted_one_and_it_is_noted(client_of, world, letter):
    user = world.people[letter]
    client = client_of(user)

    assert "Few people live there." in client.get(view(world.restricted_release)).text
    assert b"".join(client.get(download(world.restricted_release)).streaming_content)

    lines = list(Entry.objects.all()[:2])
    assert [(line.action, line.by) for line in lines] == [("insight.download", user), ("insight.view", user)]
    assert "Finding for participants." in client.get(reverse("shared.view")).text


@pytest.mark.parametrize("letter", ["O", "Adm", "A"])
def test_to_others_a_restricted_one_does_not_exist(client_of, world, letter):
    client = client_of(getattr(world, letter))

    for address in (view(world.restricted_release), download(world.restricted_release)):
        response = client.get(address)
        unknown = client.get(address.replace(world.restricted_release.slug, "never-was"))
        assert response.status_code == unknown.status_code == 404
        assert told(response, world.restricted_release.slug) == told(unknown, "never-was")
    for address in (reverse("insight.list"), reverse("insight.list") + "?q=finding", "/"):
        page = client.get(address).text
        assert "Finding for participants." not in page
        assert world.restricted_release.slug not in page
    assert "1 insight<" in client.get(reverse("insight.list")).text


def test_a_restricted_insight_waits_for_those_it_is_shared_with_until_they_opened_it(client_of, world):
    def waits(user):
        return [one.title for one in waiting_for(user) if "restricted" in one.title]

    assert waits(world.R) == ["Read “The restricted one”"]
    assert waits(world.L) == waits(world.S) == waits(world.O) == []

    client_of(world.R).get(view(world.restricted_release))

    assert waits(world.R) == []
    assert waits(world.C) == ["Read “The restricted one”"]


@pytest.mark.parametrize(
    ("words", "found"), [("maori", 1), ("MĀORI kāinga", 1), ("kainga maori zebra", 0), ("", 2), ("%", 0)]
)
def test_insights_are_found_without_macrons(client_of, world, words, found):
    ReleaseFactory(project=world.project, reviewer=world.S, title="Māori whānau keep their kāinga.")

    page = client_of().get(reverse("insight.list"), {"q": words})

    assert page.context["page"].paginator.count == found


def test_a_search_with_odd_input_is_answered(client_of, world):
    for query in ({"q": "x" * 999}, {"q": "a\x00"}, {"page": "x"}, {"page": "-1"}, {"page": "99"}):
        assert client_of().get(reverse("insight.list"), query).status_code == 200


def test_an_empty_catalogue_says_so(client_of, db):
    assert "No insights yet." in client_of().get(reverse("insight.list")).text


def test_long_catalogues_are_paged(client_of, world):
    one = world.open_release
    Release.objects.all().exclude(pk=one.pk).delete()
    for n in range(20):
        ReleaseFactory(project=world.project, reviewer=world.S, csv=None, by=world.L, title=f"Finding {n}")

    first = client_of().get(reverse("insight.list"), {"q": "finding"})
    assert "21 insights" in first.text
    assert len(first.context["page"].object_list) == 20
    assert "page=2" in first.text
    assert "q=finding" in first.text


def test_unreleased_files_are_for_makers_and_noted(client_of, world):
    page = reverse("file.download", args=[world.reference, world.draft.pk])

    for letter in "LPS":
        assert b"".join(client_of(world.people[letter]).get(page).streaming_content).decode() == CSV
        assert Entry.objects.first().by == world.people[letter]
    for letter in ("C", "D", "R", "O", "Adm", "C_org", "panel"):
        assert client_of(world.people[letter]).get(page).status_code == 404
    assert client_of().get(page).status_code == 302


def test_an_output_without_a_file_has_none_to_take(client_of, world):
    from tests.factories import OutputFactory

    output = OutputFactory(project=world.project, csv=None, by=world.L)

    assert (
        client_of(world.L).get(reverse("file.download", args=[world.reference, output.pk])).status_code == 404
    )
    released = ReleaseFactory(project=world.project, reviewer=world.S, csv=None, by=world.L)
    assert client_of().get(download(released)).status_code == 404


@pytest.mark.parametrize(
    "content",
    ["a;b\n1;S\n", "a,b\n" + "1,2\n" * 40, "a\tb\nx\t-1.5\n", 'a,b\n"=1",2\n'.replace("=", ""),
     "region,count\n" + "Ōtaki,1\n" * 8000],
)  # fmt: skip
def test_a_table_is_shown_whatever_its_shape(client_of, world, content):
    released = ReleaseFactory(project=world.project, reviewer=world.S, csv=content)

    page = client_of().get(view(released))

    assert page.status_code == 200
    assert "The figures" in page.text
    assert len(page.context["preview"]["rows"]) <= 30


def test_a_hidden_cell_is_said_to_be_hidden_and_never_shown_as_nothing(client_of, world):
    released = ReleaseFactory(project=world.project, reviewer=world.S, csv="region,count\nNorth,S\nSouth,3\n")

    assert "hidden" in client_of().get(view(released)).text


def test_a_table_with_markup_in_its_cells_is_shown_as_text(client_of, world):
    released = ReleaseFactory(
        project=world.project, reviewer=world.S, csv="a<b>,c\n<script>alert(1)</script>,2\n"
    )

    page = client_of().get(view(released)).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_what_is_shared_with_me_is_of_my_projects(client_of, world):
    other = ProjectFactory()
    reviewer = ParticipantFactory(project=other, role="safety_reviewer").user
    ReleaseFactory(project=other, reviewer=reviewer, title="Of another project.")

    page = client_of(world.R).get(reverse("shared.view")).text
    assert "Finding for everyone." in page
    assert "Of another project." not in page
    assert "Nothing is shared with you yet." in client_of(UserFactory()).get(reverse("shared.view")).text
