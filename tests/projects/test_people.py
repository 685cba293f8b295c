"""Who takes part: asked, given another part, let go; never both judge and party, never without a lead."""

import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from projects import actions
from projects.actions.people import sync_permissions, wanted_rows
from projects.models import Participant, Project
from projects.policies import GRANTS
from sharingvalue.base.access import held, rows_of, set_rows
from sharingvalue.base.history import SYSTEM
from sharingvalue.base.models import Entry, Job
from stakeholders.actions import RefusedError, affiliation_add
from stakeholders.models import User
from tests.factories import OrganisationFactory, ParticipantFactory, ProjectFactory, UserFactory


def letters():
    return [job.input for job in Job.objects.filter(kind="mail").order_by("asked_at")]


# --- Asking somebody ---


def test_a_person_without_an_account_gets_one_and_is_told_by_mail(world):
    part = actions.participant_invite(
        world.project,
        role="contributor",
        email="Moana@Example.org",
        name="Moana",
        interest="Runs a house.",
        by=world.L,
    )

    user = User.objects.get(email="moana@example.org")
    assert (part.user, part.role, part.invited_by) == (user, "contributor", world.L)
    assert not user.has_usable_password()
    assert held(user, world.project) == GRANTS["contributor"]
    letter = letters()[-1]
    assert letter["to"] == "moana@example.org"
    assert "Lena Larkspur" in letter["subject"]
    assert "Moana" in letter["text"]
    assert world.project.get_absolute_url() in letter["text"]


def test_somebody_with_an_account_keeps_their_name(world):
    actions.participant_invite(
        world.project, role="reader", email=world.O.email, name="Somebody else", by=world.L
    )

    world.O.refresh_from_db()
    assert world.O.name == "Olive Oleander"
    assert held(world.O, world.project) == {"view_project"}


def test_an_organisations_people_all_get_the_part_and_are_told(world):
    organisation = OrganisationFactory()
    here, gone = UserFactory(organisation=organisation), UserFactory(organisation=organisation)
    User.objects.filter(pk=gone.pk).update(is_active=False)

    actions.participant_invite(world.project, role="contributor", organisation=organisation, by=world.P)

    assert held(here, world.project) == GRANTS["contributor"]
    assert [letter["to"] for letter in letters()] == [here.email]
    newcomer = UserFactory(organisation=organisation)
    assert held(newcomer, world.project) == GRANTS["contributor"]


def test_nobody_takes_part_twice(world):
    with pytest.raises(RefusedError, match="Somebody with this address takes part already"):
        actions.participant_invite(world.project, role="reader", email=world.C.email, name="x", by=world.L)
    with pytest.raises(RefusedError, match="Kōwhai House takes part already"):
        actions.participant_invite(world.project, role="reader", organisation=world.organisation, by=world.L)


def test_the_same_form_sent_twice_asks_once(world):
    once, count = uuid.uuid4(), Participant.objects.count()

    for _ in range(2):
        actions.participant_invite(
            world.project, role="reader", email="new@example.org", name="N", once=once, by=world.L
        )

    assert Participant.objects.count() == count + 1
    assert len(letters()) == 1


def test_a_refused_invitation_makes_no_account_and_sends_nothing(world):
    planners = OrganisationFactory()
    UserFactory(organisation=planners)
    ParticipantFactory(project=world.project, organisation=planners, role="planner")

    with pytest.raises(RefusedError):
        actions.participant_invite(world.project, role="safety_reviewer", organisation=planners, by=world.L)

    assert not letters()


def test_the_line_of_history_of_a_readers_part_shows_the_asker_as_they_wish(world):
    part = actions.participant_invite(
        world.project, role="reader", email="r2@example.org", name="R2", by=world.L
    )

    line = Entry.objects.at(world.reference).first()
    assert (line.action, line.thing, line.after["role"]) == ("participant.invite", str(part.pk), "reader")


def test_there_is_an_end_to_the_invitations_of_one_day(world, settings):
    settings.INVITATIONS_A_DAY = Entry.objects.filter(by=world.L, action="participant.invite").count() + 1
    actions.participant_invite(world.project, role="reader", email="one@example.org", name="One", by=world.L)

    with pytest.raises(RefusedError, match="enough invitations for one day"):
        actions.participant_invite(
            world.project, role="reader", email="two@example.org", name="Two", by=world.L
        )
    assert not User.objects.filter(email="two@example.org").exists()


@pytest.mark.parametrize("role", ["lead", "planner", "decision_partner", "safety_reviewer"])
def test_who_is_shown_as_a_group_is_not_given_a_part_that_is_held_by_name(world, role):
    with pytest.raises(RefusedError, match="held by name"):
        actions.participant_role(world.parts["panel"], role, by=world.L)
    other = ProjectFactory(by=world.L)
    with pytest.raises(RefusedError, match="held by name"):
        actions.participant_invite(other, role=role, email=world.panel.email, name="x", by=world.L)


def test_who_is_shown_as_a_group_may_lead_what_they_start(world):
    project = ProjectFactory(by=world.panel)

    assert str(project.participants.get()) == world.hidden_name


# --- Both sides ---


@pytest.mark.parametrize("role", ["lead", "planner"])
def test_a_reviewer_does_not_join_the_team(world, role):
    with pytest.raises(RefusedError, match="both plan and review"):
        ParticipantFactory(project=world.project, organisation=organisation_of(world.S), role=role)
    through = ParticipantFactory(project=world.project, organisation=organisation_of(world.S), role="reader")
    with pytest.raises(RefusedError, match="both plan and review"):
        actions.participant_role(through, role, by=world.L)
    assert held(world.S, world.project) == GRANTS["safety_reviewer"]


def organisation_of(*users):
    """An organisation to which these people belong."""
    organisation = OrganisationFactory()
    for user in users:
        affiliation_add(user, organisation, by=SYSTEM)
    return organisation


def test_a_planner_does_not_review_through_their_organisation(world):
    organisation = organisation_of(world.P)

    with pytest.raises(RefusedError, match=r"Somebody of .* would both"):
        ParticipantFactory(project=world.project, organisation=organisation, role="safety_reviewer")
    assert not world.project.participants.filter(organisation=organisation).exists()


def test_nobody_plans_and_reviews_through_two_organisations(world):
    planners, reviewers = organisation_of(world.O), organisation_of(world.O)
    ParticipantFactory(project=world.project, organisation=planners, role="planner")

    with pytest.raises(RefusedError, match=r"Somebody of .* would both"):
        ParticipantFactory(project=world.project, organisation=reviewers, role="safety_reviewer")
    part = ParticipantFactory(project=world.project, organisation=reviewers, role="contributor")
    with pytest.raises(RefusedError, match=r"Somebody of .* would both"):
        actions.participant_role(part, "safety_reviewer", by=world.L)
    part.refresh_from_db()
    assert part.role == "contributor"
    assert "review_project" not in held(world.O, world.project)


def test_the_other_way_round_neither(world):
    planners, reviewers = organisation_of(world.O), organisation_of(world.O)
    ParticipantFactory(project=world.project, organisation=reviewers, role="safety_reviewer")

    with pytest.raises(RefusedError, match=r"Somebody of .* would both"):
        ParticipantFactory(project=world.project, organisation=planners, role="lead")


def test_who_left_the_team_may_review(world):
    second = ParticipantFactory(project=world.project, role="planner")
    actions.participant_leave(second, by=second.user)

    part = ParticipantFactory(project=world.project, user=second.user, role="safety_reviewer")

    assert held(part.user, world.project) == GRANTS["safety_reviewer"]


def test_rights_of_two_parts_add_up(world):
    ParticipantFactory(project=world.project, user=world.C_org, role="planner")

    assert held(world.C_org, world.project) == GRANTS["planner"]
    actions.participant_remove(world.project.participants.get(user=world.C_org), reason="", by=world.L)
    assert held(world.C_org, world.project) == GRANTS["contributor"]


# --- Another part, and the end of one ---


def test_another_part_holds_from_the_next_request(client_of, world):
    client, page = client_of(world.R), reverse("history.view", args=[world.reference])
    assert client.get(page).status_code == 404

    actions.participant_role(world.parts["R"], "contributor", by=world.L)

    assert client.get(page).status_code == 200
    line = Entry.objects.at(world.reference).first()
    assert (line.action, line.before, line.after) == (
        "participant.role",
        {"role": "reader"},
        {"role": "contributor"},
    )


def test_the_same_part_again_changes_nothing(world):
    count = Entry.objects.count()

    actions.participant_role(world.parts["R"], "reader", by=world.L)

    assert Entry.objects.count() == count


def test_a_part_ends_at_the_next_request(client_of, world):
    client, page = client_of(world.C), world.project.get_absolute_url()
    assert client.get(page).status_code == 200

    actions.participant_remove(world.parts["C"], reason="The house closed.", by=world.L)

    assert client.get(page).status_code == 404
    assert client.get(reverse("project.list")).context["rows"] == []
    letter = letters()[-1]
    assert (letter["to"], "The house closed." in letter["text"]) == (world.C.email, True)
    line = Entry.objects.at(world.reference).first()
    assert (line.action, line.note) == ("participant.remove", "The house closed.")


def test_an_ended_part_is_not_ended_again_nor_changed(world):
    actions.participant_remove(world.parts["C"], reason="once", by=world.L)
    count = Entry.objects.count()

    actions.participant_remove(world.parts["C"], reason="twice", by=world.L)
    actions.participant_leave(world.parts["C"], by=world.C)
    actions.participant_role(world.parts["C"], "reader", by=world.L)

    assert Entry.objects.count() == count
    assert len(letters()) == 1


def test_a_part_that_was_changed_meanwhile_is_not_ended_unseen(world):
    seen = Participant.objects.get(pk=world.parts["R"].pk)
    actions.participant_role(world.parts["R"], "planner", by=world.L)

    with pytest.raises(RefusedError, match="changed meanwhile"):
        actions.participant_remove(seen, reason="a reader, I thought", by=world.P)
    assert held(world.R, world.project) == GRANTS["planner"]


def test_removed_without_a_reason_nobody_is_written_to(world):
    actions.participant_remove(world.parts["R"], reason="", by=world.L)
    actions.participant_remove(world.parts["C_org"], reason="a reason, but nobody to tell", by=world.L)

    assert not letters()
    assert held(world.C_org, world.project) == frozenset()


def test_the_last_lead_stays(world):
    lead = world.parts["L"]
    for refused in (
        lambda: actions.participant_leave(lead, by=world.L),
        lambda: actions.participant_remove(lead, reason="x", by=world.L),
        lambda: actions.participant_role(lead, "planner", by=world.L),
    ):
        with pytest.raises(RefusedError, match="only lead"):
            refused()
    assert held(world.L, world.project) == GRANTS["lead"]


def test_one_of_two_leads_may_go(world):
    ParticipantFactory(project=world.project, role="lead")

    actions.participant_leave(world.parts["L"], by=world.L)

    assert held(world.L, world.project) == frozenset()


def test_one_of_two_leads_may_become_planner(world):
    ParticipantFactory(project=world.project, role="lead")

    actions.participant_role(world.parts["L"], "planner", by=world.L)

    assert held(world.L, world.project) == GRANTS["planner"]


def test_a_decision_partner_is_removed_with_a_reason_only(world):
    with pytest.raises(RefusedError, match="with a reason only"):
        actions.participant_remove(world.parts["D"], reason="  ", by=world.L)
    actions.participant_remove(world.parts["D"], reason="They asked for it.", by=world.L)

    assert letters()[-1]["to"] == world.D.email


def test_who_left_may_come_back(world):
    actions.participant_leave(world.parts["C"], by=world.C)

    again = actions.participant_invite(
        world.project, role="reader", email=world.C.email, name="x", by=world.L
    )

    assert again.pk != world.parts["C"].pk
    assert held(world.C, world.project) == {"view_project"}


@pytest.mark.parametrize("wrong", [{"role": "king"}, {"user": None, "organisation": None}])
def test_the_database_keeps_what_a_part_may_be(world, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Participant.objects.filter(pk=world.parts["C"].pk).update(**wrong)


# --- The rows ---


def drift(*args):
    out = StringIO()
    call_command("sync_permissions", *args, stdout=out)
    return out.getvalue()


def test_the_rows_always_say_what_the_participants_say(world):
    assert rows_of(world.project) == wanted_rows(world.project)
    assert "say what participants say" in drift("--check")


def test_drift_is_reported_and_mended(world):
    set_rows(world.project, {("user", world.O.pk): {"manage_project"}})

    with pytest.raises(CommandError, match="1 project"):
        drift("--check")
    assert held(world.O, world.project) == {"manage_project"}
    assert "Mended 1." in drift()
    assert held(world.O, world.project) == frozenset()
    drift("--check")


def test_syncing_again_changes_nothing(world):
    sync_permissions(world.project)

    assert rows_of(world.project) == wanted_rows(world.project)


# --- Pages ---


INVITE = {
    "email": "new@example.org",
    "name": "New",
    "role": "contributor",
    "interest": "",
    "organisation": "",
}


def test_a_planner_asks_a_contributor_in_the_browser(client_of, world):
    response = client_of(world.P).post(
        reverse("participant.invite", args=[world.reference]), {**INVITE, "once": uuid.uuid4()}, follow=True
    )

    assert "new@example.org takes part now" in response.text
    assert world.project.participants.filter(user__email="new@example.org", role="contributor").exists()


@pytest.mark.parametrize("role", ["lead", "planner", "safety_reviewer", "decision_partner"])
def test_a_planner_cannot_give_the_parts_of_the_lead(client_of, world, role):
    page = reverse("participant.invite", args=[world.reference])

    response = client_of(world.P).post(page, {**INVITE, "role": role})

    assert response.status_code == 200
    assert "not one of the available choices" in response.text
    assert not User.objects.filter(email="new@example.org").exists()
    assert client_of(world.L).post(page, {**INVITE, "role": role}).status_code == 302


@pytest.mark.parametrize("letter", ["L", "D", "S"])
def test_a_planner_cannot_end_the_parts_of_the_lead(client_of, world, letter):
    part = world.parts[letter]

    response = client_of(world.P).post(
        reverse("participant.remove", args=[world.reference, part.pk]), {"reason": "x"}
    )

    assert response.status_code == 403
    part.refresh_from_db()
    assert part.left_on is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"email": ""}, "Choose an organisation, or give"),
        ({"email": "no address"}, "valid email address"),
        ({"email": "x" * 250 + "@example.org"}, "at most 254"),
        ({"name": ""}, "Give their name"),
        ({"role": ""}, "This is needed."),
        ({"role": "king"}, "not one of the available choices"),
        ({"organisation": "999999"}, "not one of the available choices"),
        ({"interest": "x" * 2001}, "at most 2000"),
        ({"name": "a\x00b"}, "Null characters"),
    ],
)
def test_a_wrong_invitation_says_what_is_wrong_and_asks_nobody(client_of, world, wrong, said):
    response = client_of(world.L).post(
        reverse("participant.invite", args=[world.reference]), {**INVITE, **wrong}
    )

    assert response.status_code == 200
    assert said in response.text
    assert not letters()


def test_an_organisation_and_a_person_at_once_are_refused(client_of, world):
    response = client_of(world.L).post(
        reverse("participant.invite", args=[world.reference]), {**INVITE, "organisation": world.group.pk}
    )

    assert "not both" in response.text


def test_who_takes_part_already_is_said_in_the_form(client_of, world):
    response = client_of(world.L).post(
        reverse("participant.invite", args=[world.reference]), {**INVITE, "email": world.C.email}
    )

    assert "Somebody with this address takes part already." in response.text
    assert "Cora Clematis" not in response.text


def test_inviting_answers_alike_whether_or_not_there_is_an_account(client_of, world):
    """… so that nobody learns from the form who has one: the name is asked for both."""
    for email in (world.O.email, "nobody@example.org"):
        page = client_of(world.L).post(
            reverse("participant.invite", args=[world.reference]), {**INVITE, "email": email, "name": ""}
        )
        assert "Give their name" in page.text


def test_the_lead_gives_another_part_in_the_browser(client_of, world):
    page = reverse("participant.role", args=[world.reference, world.parts["C"].pk])
    client = client_of(world.L)
    assert client.get(page).status_code == 200

    assert client.post(page, {"role": "planner"})["Location"] == reverse(
        "project.people", args=[world.reference]
    )
    assert held(world.C, world.project) == GRANTS["planner"]


def test_a_part_that_would_make_both_sides_is_refused_in_the_browser(client_of, world):
    response = client_of(world.L).post(
        reverse("participant.role", args=[world.reference, world.parts["S"].pk]), {"role": "planner"}
    )
    assert response.status_code == 302  # a reviewer may stop reviewing and plan …
    ParticipantFactory(project=world.project, organisation=organisation_of(world.C), role="contributor")
    part = world.project.participants.get(user=world.C)
    actions.participant_role(part, "planner", by=world.L)
    through = world.project.participants.filter(organisation__isnull=False).last()

    response = client_of(world.L).post(
        reverse("participant.role", args=[world.reference, through.pk]), {"role": "safety_reviewer"}
    )

    assert response.status_code == 200
    assert "would both plan and review" in response.text  # … but never both


@pytest.mark.parametrize(("letter", "words"), [("L", "only lead"), ("D", "leaves by itself")])
def test_the_lead_does_not_take_every_part(client_of, world, letter, words):
    response = client_of(world.L).post(
        reverse("participant.role", args=[world.reference, world.parts[letter].pk]), {"role": "reader"}
    )

    assert response.status_code == 403
    assert words in response.text


def test_a_decision_partner_is_not_removed_in_the_browser_without_a_reason(client_of, world):
    page = reverse("participant.remove", args=[world.reference, world.parts["D"].pk])

    response = client_of(world.L).post(page, {"reason": " "})
    assert response.status_code == 200
    assert "This is needed." in response.text

    assert client_of(world.L).post(page, {"reason": "They asked."}).status_code == 302
    assert held(world.D, world.project) == frozenset()


@pytest.mark.parametrize("letter", ["P", "C", "D", "S", "R", "panel"])
def test_everyone_may_leave_by_themself(client_of, world, letter):
    page = reverse("participant.leave", args=[world.reference, world.parts[letter].pk])
    client = client_of(world.people[letter])
    assert client.get(page).status_code == 200

    assert client.post(page)["Location"] == reverse("home")
    assert client.get(world.project.get_absolute_url()).status_code == 404


def test_nobody_leaves_for_another_nor_for_their_organisation(client_of, world):
    for letter, of in (("C", "P"), ("C_org", "C_org"), ("L", "C")):
        page = reverse("participant.leave", args=[world.reference, world.parts[of].pk])
        assert client_of(world.people[letter]).post(page).status_code == 403
    assert client_of(world.L).post(
        reverse("participant.leave", args=[world.reference, world.parts["L"].pk])
    ).status_code == 403  # fmt: skip


def test_what_is_said_of_a_participant_is_edited_and_clashes_show_both(client_of, world):
    page = reverse("participant.edit", args=[world.reference, world.parts["C"].pk])
    assert client_of(world.L).post(page, {"interest": "Lead's words", "seen": 1}).status_code == 302

    stale = client_of(world.P).post(page, {"interest": "Planner's words", "seen": 1})

    assert stale.status_code == 200
    assert "Lead&#x27;s words" in stale.text
    assert "Planner&#x27;s words" in stale.text


def test_who_left_is_not_found_any_more(client_of, world):
    actions.participant_leave(world.parts["C"], by=world.C)

    for name in ("participant.edit", "participant.role", "participant.remove", "participant.leave"):
        page = reverse(name, args=[world.reference, world.parts["C"].pk])
        assert client_of(world.L).get(page).status_code == 404


def test_home_says_who_belongs_nowhere_to_administrators_alone(client_of, world):
    assert "belong" in client_of(world.Adm).get("/").text
    assert "where Olive" not in client_of(world.L).get("/").text


def test_the_name_of_a_part_is_the_name_shown(world):
    assert str(world.parts["panel"]) == "Panel of experience"
    assert str(world.parts["C_org"]) == "Kōwhai House"
    assert str(world.parts["L"]) == "Lena Larkspur"
    assert Project.objects.get(pk=world.project.pk).participants.count() == 8
