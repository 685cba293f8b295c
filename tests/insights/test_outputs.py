"""Outputs: drafted by some, released by another, withdrawn with a reason; what was checked is what is published."""

import io
import re
import uuid

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from insights import actions
from insights.files import checked
from insights.models import Output, OutputAuthor, Release
from projects.actions import participant_role
from projects.loop import progress_of, waiting_for
from projects.models import Project
from sharingvalue.base.access import set_rows
from sharingvalue.base.models import Entry
from sharingvalue.base.versioned import StaleVersionError
from stakeholders.actions import RefusedError
from tests.factories import CSV, PDF, OutputFactory, ParticipantFactory, ReleaseFactory


def a_file(content=b"x,y\n1,2\n", name="new.csv"):
    return io.BytesIO(content), checked(io.BytesIO(content), name, len(content))


def kept(thing):
    """What the file of an output or a release holds."""
    with default_storage.open(thing.file_path) as file:
        return file.read()


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def url(name, world, *args):
    return reverse(name, args=[world.reference, *args])


# --- Drafting ---


def test_a_draft_keeps_its_file_outside_of_every_name_somebody_gave(world):
    output = OutputFactory(project=world.project, file_name="../../Evil name.csv", by=world.P)

    assert output.file_name == "evil-name.csv"
    assert output.file_path.startswith(f"outputs/{world.project.pk}/")
    assert "evil" not in output.file_path
    assert kept(output).decode() == CSV
    assert set(output.authors.values_list("user", flat=True)) == {world.P.pk}
    assert [line.audience for line in Entry.objects.at(world.reference)[:2]] == ["team", "team"]


def test_the_same_form_sent_twice_drafts_one(world):
    once, count = uuid.uuid4(), Output.objects.count()

    first = actions.output_add(world.project, title="x", once=once, by=world.L)
    assert actions.output_add(world.project, title="x", once=once, by=world.L) == first
    assert Output.objects.count() == count + 1


def test_a_new_file_takes_the_place_of_the_old_one(world, django_capture_on_commit_callbacks):
    old, before = world.draft.file_path, world.draft.fingerprint

    with django_capture_on_commit_callbacks(execute=True):
        actions.output_edit(world.draft, {}, seen=1, file=a_file(), by=world.P)

    output = fresh(world.draft)
    assert output.file_name == "new.csv"
    assert output.fingerprint != before
    assert not default_storage.exists(old)
    assert kept(output) == b"x,y\n1,2\n"
    assert output.uploaded_by == world.P
    assert output.authors.filter(user=world.P).exists()
    line = Entry.objects.at(world.reference).first()
    assert (line.action, line.before["file_name"]) == ("output.upload", "figures.csv")


def test_an_edit_that_is_refused_leaves_the_old_file(world, django_capture_on_commit_callbacks):
    actions.output_edit(fresh(world.draft), {"title": "Planner's"}, seen=1, by=world.P)

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(StaleVersionError):
        actions.output_edit(fresh(world.draft), {"title": "Lead's"}, seen=1, file=a_file(), by=world.L)

    assert default_storage.exists(world.draft.file_path)
    assert fresh(world.draft).file_name == "figures.csv"


def test_an_edit_that_changes_nothing_makes_nobody_its_author(world):
    actions.output_edit(world.draft, {}, seen=1, by=world.P)

    assert not world.draft.authors.filter(user=world.P).exists()


def test_less_than_everyone_needs_a_reason(world):
    with pytest.raises(RefusedError, match="Sharing is the default"):
        actions.output_share(world.draft, audience="participants", why_not_open="  ", seen=1, by=world.L)

    actions.output_share(
        world.draft, audience="participants", why_not_open="Few live there.", seen=1, by=world.L
    )
    assert fresh(world.draft).audience == "participants"
    actions.output_share(fresh(world.draft), audience="open", why_not_open="left over", seen=2, by=world.L)
    assert fresh(world.draft).why_not_open == ""


# --- Review ---


@pytest.mark.parametrize("empty", ["summary", "limits", "context"])
def test_what_cannot_be_judged_is_not_handed_in(world, empty):
    output = OutputFactory(project=world.project, **{empty: " "})

    with pytest.raises(RefusedError, match="Before it goes to the reviewer"):
        actions.output_submit(output, by=world.L)
    assert len(actions.missing_for_review(output)) == 1
    assert fresh(output).state == "draft"


def test_who_hands_it_in_counts_as_an_author(world):
    actions.output_submit(world.draft, by=world.P)

    assert world.draft.authors.filter(user=world.P).exists()
    assert fresh(world.draft).submitted_by == world.P


def test_what_is_in_review_holds_still(world):
    for spoil in (
        lambda: actions.output_edit(world.in_review, {"title": "x"}, seen=1, by=world.L),
        lambda: actions.output_share(world.in_review, audience="open", why_not_open="", seen=1, by=world.L),
        lambda: actions.output_submit(world.in_review, by=world.L),
    ):
        with pytest.raises(RefusedError, match="Meanwhile it is in review"):
            spoil()


def test_it_is_taken_back_to_draft(world):
    actions.output_take_back(world.in_review, by=world.P)

    assert fresh(world.in_review).state == "draft"
    with pytest.raises(RefusedError):
        actions.output_take_back(world.in_review, by=world.P)


def test_it_is_sent_back_with_words_that_wait_for_its_authors(world):
    actions.output_return(world.in_review, because="Table 2 names a house.", by=world.S)

    waiting = [one for one in waiting_for(world.L) if "Mend" in one.title]
    assert "Table 2 names a house." in waiting[0].why
    assert not [one for one in waiting_for(world.P) if "Mend" in one.title]
    line = Entry.objects.at(world.reference).first()
    assert (line.action, line.note, line.audience) == ("output.return", "Table 2 names a house.", "team")
    with pytest.raises(RefusedError):
        actions.output_return(world.in_review, because="again", by=world.S)
    actions.output_submit(world.in_review, by=world.L)
    assert fresh(world.in_review).returned_because == ""


def test_what_was_handed_in_waits_for_reviewers_who_did_not_write_it(world):
    assert [one.title for one in waiting_for(world.S) if "Decide" in one.title] == [
        "Decide whether “The one in review” can be released"
    ]
    assert not [one for one in waiting_for(world.L) if "Decide" in one.title]
    OutputAuthor.objects.create(output=world.in_review, user=world.S)
    assert not [one for one in waiting_for(world.S) if "Decide" in one.title]


# --- Release ---


def release(output, by, fingerprint=None):
    return actions.output_release(output, fingerprint=fingerprint or fresh(output).fingerprint, by=by)


def test_a_release_is_a_frozen_copy(world, django_capture_on_commit_callbacks):
    released = release(world.in_review, world.S)

    assert released.title == "Finding in review."
    assert (released.released_by, released.organisation, released.audience) == (
        world.S,
        "Ministry of Rain",
        "open",
    )
    assert released.file_path != world.in_review.file_path
    assert released.file_sha256 == world.in_review.file_sha256
    Output.objects.filter(pk=world.in_review.pk).update(title="Changed behind its back")
    default_storage.delete(world.in_review.file_path)
    assert fresh(released).title == "Finding in review."
    assert kept(released).decode() == CSV
    line = Entry.objects.at(world.reference).first()
    assert (line.action, line.after["sha256"], line.audience) == (
        "output.release",
        released.file_sha256,
        "talk",
    )


def test_pressed_twice_it_is_released_once(world):
    mark = fresh(world.in_review).fingerprint

    assert release(world.in_review, world.S, mark) == release(world.in_review, world.S, mark)
    assert world.in_review.releases.count() == 1


def test_what_changed_since_it_was_read_is_not_released(world):
    read = fresh(world.in_review).fingerprint
    actions.output_take_back(world.in_review, by=world.L)
    actions.output_edit(fresh(world.in_review), {"limits": "Other limits."}, seen=1, by=world.L)
    actions.output_submit(world.in_review, by=world.L)

    with pytest.raises(RefusedError, match="It changed since you opened it"):
        release(world.in_review, world.S, read)


def test_a_new_file_voids_what_was_read(world):
    read = fresh(world.in_review).fingerprint
    actions.output_take_back(world.in_review, by=world.L)
    actions.output_edit(fresh(world.in_review), {}, seen=1, file=a_file(name="figures.csv"), by=world.L)
    actions.output_submit(world.in_review, by=world.L)

    with pytest.raises(RefusedError, match="It changed"):
        release(world.in_review, world.S, read)


def test_nobody_releases_what_they_wrote(world):
    with pytest.raises(RefusedError, match="somebody else has to release it"):
        release(world.in_review, world.L)


def test_a_planner_who_became_reviewer_does_not_release_what_they_wrote(world):
    output = OutputFactory(project=world.project, by=world.P)
    actions.output_submit(output, by=world.L)
    participant_role(world.parts["P"], "safety_reviewer", by=world.L)

    with pytest.raises(RefusedError, match="somebody else"):
        release(output, world.P)


def test_a_draft_is_not_released(world):
    with pytest.raises(RefusedError, match="not in review"):
        release(world.draft, world.S)


def test_a_file_that_is_not_the_one_handed_in_is_not_released(world):
    default_storage.delete(world.in_review.file_path)
    default_storage.save(world.in_review.file_path, ContentFile(b"a,b\n9,9\n"))

    with pytest.raises(RefusedError, match="not the one that was handed in"):
        release(world.in_review, world.S)
    assert fresh(world.in_review).state == "in_review"


def test_an_insight_in_words_alone_is_released(world):
    released = ReleaseFactory(project=world.project, reviewer=world.S, csv=None, by=world.L)

    assert released.file_path == ""


def test_a_report_is_released(world):
    assert ReleaseFactory(project=world.project, reviewer=world.S, pdf=PDF).file_type == "pdf"


def test_a_project_without_an_organisation_releases_without_one(world):
    Project.objects.filter(pk=world.project.pk).update(lead_organisation=None)

    assert release(world.in_review, world.S).organisation == ""


def test_two_insights_of_one_name_have_two_addresses(world):
    slugs = [
        ReleaseFactory(project=world.project, reviewer=world.S, short_title="Tamariki, kāinga & sleep").slug
        for _ in range(3)
    ]

    assert slugs[0] == "tamariki-kainga-sleep"
    assert len(set(slugs)) == 3
    for slug in slugs[1:]:  # not counted: a number would tell how many there are that one may not see
        assert re.fullmatch(r"tamariki-kainga-sleep-[0-9a-f]{6}", slug)
    assert (
        ReleaseFactory(project=world.project, reviewer=world.S, short_title="…", title="…").slug == "insight"
    )


# --- Withdrawing ---


def test_withdrawing_needs_a_reason(world):
    with pytest.raises(ValueError, match="reason"):
        actions.output_withdraw(world.open_release, because=" ", by=world.L)


def test_a_withdrawn_insight_leaves_every_list_and_its_page_says_so(client_of, world):
    page = reverse("insight.view", args=[world.open_release.slug])

    actions.output_withdraw(world.open_release, because="A figure was wrong.", by=world.S)
    actions.output_withdraw(world.open_release, because="Twice.", by=world.S)

    assert fresh(world.open_release).withdrawn_because == "A figure was wrong."
    stub = client_of().get(page)
    assert (stub.status_code, "A figure was wrong." in stub.text) == (200, True)
    assert world.open_release.summary not in stub.text
    assert client_of().get(reverse("insight.download", args=[world.open_release.slug])).status_code == 404
    for address in (reverse("insight.list"), "/", reverse("insight.list") + "?q=finding"):
        assert "Finding for everyone." not in client_of().get(address).text
    assert "Finding for everyone." not in client_of(world.R).get(reverse("shared.view")).text


def test_a_withdrawn_one_is_mended_and_released_anew(world):
    actions.output_withdraw(world.open_release, because="A figure was wrong.", by=world.L)
    output = world.open_release.output
    actions.output_edit(fresh(output), {"summary": "Mended."}, seen=1, by=world.L)
    actions.output_submit(output, by=world.L)

    again = release(output, world.S)

    assert again.slug != world.open_release.slug
    assert again.summary == "Mended."
    assert output.releases.standing().get() == again


def test_the_database_lets_one_release_of_an_output_stand(world):
    copy = fresh(world.open_release)
    copy.pk, copy.slug = None, "another"

    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save()


# --- In the browser ---


WORDS = {
    "title": "A new finding.", "short_title": "New", "summary": "Said.", "limits": "Not said.", "context": "In mind.",
    "covers": "2025",
}  # fmt: skip


CSV_BYTES = CSV.encode()


def upload(content=CSV_BYTES, name="figures.csv", kind="text/csv"):
    return SimpleUploadedFile(name, content, kind)


def test_a_planner_drafts_with_a_file_in_the_browser(client_of, world):
    client = client_of(world.P)
    assert client.get(url("output.add", world)).status_code == 200

    response = client.post(
        url("output.add", world), {**WORDS, "once": uuid.uuid4(), "file": upload()}, follow=True
    )

    output = Output.objects.get(short_title="New")
    assert (output.file_name, output.file_type) == ("figures.csv", "csv")
    assert "North" in response.text  # the table as it would be released


def test_a_double_click_drafts_one(client_of, world):
    client, once = client_of(world.P), str(uuid.uuid4())

    for _ in range(2):
        client.post(url("output.add", world), {**WORDS, "once": once, "file": upload()})
    assert Output.objects.filter(short_title="New").count() == 1


BAD_FILES = {
    "empty": (b"", "empty"),
    "png": (b"\x89PNG\r\n\x1a\n\x00", "neither a CSV nor a PDF"),
    "formula": (b"a,b\n=1+1,2\n", "begins like a formula"),
    "ragged": (b"a,b\n1,2,3\n", "Each row needs the same number"),
    "nul": (b"a,b\n1,\x00\n", "neither a CSV nor a PDF"),
    "utf-16": ("a,b\n1,2\n".encode("utf-16"), "neither a CSV nor a PDF"),
    "cut off": (b"%PDF-1.4\n1 0 obj", "cut off"),
    "script": (PDF.replace(b"/Catalog", b"/Catalog /JS (x)"), "runs or is attached"),
}


@pytest.mark.parametrize("bad", BAD_FILES)
@pytest.mark.parametrize("name", ["output.add", "output.edit"])
def test_a_bad_file_is_refused_with_a_clear_message_and_nothing_is_stored(client_of, world, bad, name):
    content, said = BAD_FILES[bad]
    args = [world.draft.pk] if name == "output.edit" else []
    stored, count = sorted(default_storage.listdir(f"outputs/{world.project.pk}")[1]), Output.objects.count()

    response = client_of(world.P).post(url(name, world, *args), {**WORDS, "seen": 1, "file": upload(content)})

    assert response.status_code == 200
    assert said in response.text
    assert "error-summary" in response.text
    assert "A new finding." in response.text
    assert Output.objects.count() == count
    assert fresh(world.draft).title == "Draft finding of the world."
    assert sorted(default_storage.listdir(f"outputs/{world.project.pk}")[1]) == stored


def test_a_file_that_is_too_large_is_refused(client_of, world, settings):
    settings.UPLOAD_LIMIT = 100

    response = client_of(world.P).post(
        url("output.add", world), {**WORDS, "file": upload(b"a,b\n" + b"1,2\n" * 100)}
    )

    assert "up to 100" in response.text
    assert not Output.objects.filter(title="A new finding.").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "x" * 241},
        {"short_title": "x" * 161},
        {"summary": "x" * 100_001},
        {"context": "a\x00b"},
    ],
)
@pytest.mark.parametrize("name", ["output.add", "output.edit"])
def test_wrong_words_are_refused_and_kept(client_of, world, wrong, name):
    args = [world.draft.pk] if name == "output.edit" else []

    response = client_of(world.P).post(url(name, world, *args), {**WORDS, "seen": 1, **wrong})

    assert response.status_code == 200
    assert "error-summary" in response.text
    assert "Not said." in response.text


def test_two_people_at_the_same_draft_see_both(client_of, world):
    page = url("output.edit", world, world.draft.pk)
    client_of(world.P).post(page, {**WORDS, "seen": 1, "summary": "The planner's summary."})

    stale = client_of(world.L).post(page, {**WORDS, "seen": 1, "summary": "The lead's summary."})

    assert stale.status_code == 200
    assert "The lead&#x27;s summary." in stale.text
    assert "The planner&#x27;s summary." in stale.text


def test_a_reason_is_asked_for_in_the_browser(client_of, world):
    page = url("output.share", world, world.draft.pk)
    client = client_of(world.L)
    assert client.get(page).status_code == 200

    refused = client.post(page, {"audience": "participants", "why_not_open": " ", "seen": 1})
    assert "Sharing is the default" in refused.text
    assert client.post(page, {"audience": "the moon", "seen": 1}).status_code == 200
    assert (
        client.post(page, {"audience": "participants", "why_not_open": "Few.", "seen": 1}).status_code == 302
    )
    assert fresh(world.draft).why_not_open == "Few."


def test_a_stale_choice_of_audience_shows_both(client_of, world):
    ParticipantFactory(project=world.project, role="lead", user=world.O)
    page = url("output.share", world, world.draft.pk)
    client_of(world.O).post(page, {"audience": "participants", "why_not_open": "Theirs.", "seen": 1})

    stale = client_of(world.L).post(page, {"audience": "participants", "why_not_open": "Mine.", "seen": 1})

    assert stale.status_code == 200
    assert "Theirs." in stale.text
    assert "Mine." in stale.text


def test_the_whole_way_in_the_browser(client_of, world):
    lead, reviewer = client_of(world.L), client_of(world.S)
    args = [world.reference, world.draft.pk]
    assert "A safety reviewer sees it" in lead.post(reverse("output.submit", args=args), follow=True).text
    page = reviewer.get(reverse("output.preview", args=args))
    mark = page.context["release_form"]["fingerprint"].value()

    half = reviewer.post(
        reverse("output.release", args=args), {"fingerprint": mark, "identifies_nobody": "on"}
    )
    assert half.status_code == 200
    assert "Answer this one" in half.text
    returned = reviewer.post(reverse("output.return", args=args), {"because": ""})
    assert returned.status_code == 200
    reviewer.post(reverse("output.return", args=args), {"because": "Say which year."})
    assert "Say which year." in lead.get(reverse("output.preview", args=args)).text

    lead.post(reverse("output.submit", args=args))
    lead.post(reverse("output.take_back", args=args))
    lead.post(reverse("output.submit", args=args))
    both = {"fingerprint": mark, "identifies_nobody": "on", "harms_no_group": "on"}
    released = reviewer.post(reverse("output.release", args=args), both, follow=True)
    assert "This is its page from now on" in released.text
    standing = fresh(world.draft).releases.get()
    assert released.redirect_chain[-1][0] == standing.get_absolute_url()
    assert reviewer.get(reverse("output.preview", args=args)).status_code == 200
    again = reviewer.post(reverse("output.release", args=args), both)
    assert again.status_code == 403
    assert Release.objects.filter(output=world.draft).count() == 1


def test_a_reviewer_with_an_old_page_is_told_that_it_changed(client_of, world):
    both = {"fingerprint": "0" * 64, "identifies_nobody": "on", "harms_no_group": "on"}

    page = client_of(world.S).post(url("output.release", world, world.in_review.pk), both, follow=True)

    assert "It changed since you opened it" in page.text


@pytest.mark.parametrize("name", ["output.edit", "output.share", "output.submit"])
def test_what_is_in_review_or_released_is_not_edited(client_of, world, name):
    for output in (world.in_review, world.open_release.output):
        response = client_of(world.L).post(
            url(name, world, output.pk), {**WORDS, "seen": 1, "audience": "open"}
        )
        assert response.status_code == 403


def test_the_lead_withdraws_in_the_browser_with_a_reason(client_of, world):
    page = reverse("output.withdraw", args=[world.open_release.slug])
    client = client_of(world.L)
    assert client.get(page).status_code == 200
    assert "This is needed." in client.post(page, {"because": " "}).text

    assert "Withdrawn" in client.post(page, {"because": "Wrong year."}, follow=True).text
    assert client.post(page, {"because": "Again."}).status_code == 403


def test_an_administrator_withdraws_an_open_one_only(client_of, world):
    for release_, answer in ((world.open_release, 302), (world.restricted_release, 404)):
        response = client_of(world.Adm).post(
            reverse("output.withdraw", args=[release_.slug]), {"because": "Harm."}
        )
        assert response.status_code == answer


def test_right_use_counts_releases_and_not_drafts(world):
    states = {piece.name: piece.state for piece in progress_of([world.project])[world.project.pk]["use"]}

    assert states["an insight, released by another person"] == "done"
    assert states["shared with everyone"] == "begun"


def test_who_wrote_it_and_became_reviewer_is_refused_with_the_reason_in_the_browser(client_of, world):
    output = OutputFactory(project=world.project, by=world.P)
    actions.output_submit(output, by=world.L)
    participant_role(world.parts["P"], "safety_reviewer", by=world.L)

    response = client_of(world.P).post(
        url("output.release", world, output.pk),
        {"fingerprint": fresh(output).fingerprint, "identifies_nobody": "on", "harms_no_group": "on"},
    )

    assert response.status_code == 403
    assert "You wrote or uploaded this" in response.text
    assert fresh(output).state == "in_review"


def test_who_holds_both_rights_by_whatever_mishap_does_not_release(client_of, world):
    set_rows(world.project, {("user", world.S.pk): {"view_project", "change_project", "review_project"}})

    response = client_of(world.S).post(
        url("output.release", world, world.in_review.pk),
        {"fingerprint": world.in_review.fingerprint, "identifies_nobody": "on", "harms_no_group": "on"},
    )

    assert response.status_code == 403
    assert "cannot be the one who reviews it" in response.text
