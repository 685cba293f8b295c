"""Comments: said, answered, changed, withdrawn, settled; under one's own name or as a group."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from projects import actions
from projects.loop import waiting_for
from projects.models import Comment, Project, Thread
from sharingvalue.base.models import Entry
from tests.factories import CommentFactory


def url(name, world, *args):
    return reverse(name, args=[world.reference, *args])


def titles(user):
    return [one.title for one in waiting_for(user)]


# --- Actions ---


def test_a_comment_begins_a_thread_that_waits_for_an_answer(world):
    comment = actions.comment_add(
        world.purpose, kind="concern", block="law", text="Is it lawful?", by=world.D
    )

    thread = comment.thread
    assert (thread.kind, thread.block, thread.answered, thread.block_name) == ("concern", "law", False, "Law")
    assert thread in Thread.objects.unanswered()
    line = Entry.objects.at(world.reference).first()
    assert (line.action, line.by, line.after) == ("comment.add", world.D, {"kind": "concern", "block": "law"})
    assert "Concern on" in str(thread)
    assert "comment on" in str(comment)


def test_the_same_words_sent_twice_are_said_once(world):
    once, count = uuid.uuid4(), Comment.objects.count()

    first = actions.comment_add(world.purpose, kind="question", text="Once?", by=world.C, once=once)
    assert actions.comment_add(world.purpose, kind="question", text="Once?", by=world.C, once=once) == first
    once = uuid.uuid4()
    reply = actions.comment_reply(first.thread, text="Once!", by=world.C, once=once)
    assert actions.comment_reply(first.thread, text="Once!", by=world.C, once=once) == reply

    assert Comment.objects.count() == count + 2


def test_the_teams_reply_answers_and_another_voice_asks_again(world):
    thread = world.thread_panel

    actions.comment_reply(thread, text="We hear you.", by=world.L)
    thread.refresh_from_db()
    assert thread.answered

    actions.comment_reply(thread, text="And now?", by=world.C)
    thread.refresh_from_db()
    assert not thread.answered
    assert thread.last_by == world.C


def test_a_settled_thread_opens_again_when_somebody_outside_the_team_replies(world):
    actions.thread_resolve(world.thread_c, by=world.L)
    actions.comment_reply(world.thread_c, text="Noted.", by=world.P)
    world.thread_c.refresh_from_db()
    assert world.thread_c.resolved_by == world.L

    actions.comment_reply(world.thread_c, text="But no.", by=world.C)
    world.thread_c.refresh_from_db()
    assert world.thread_c.resolved_at is None


def test_settling_and_opening_twice_leaves_one_line_each(world):
    for _ in range(2):
        actions.thread_resolve(world.thread_c, by=world.L)
    for _ in range(2):
        actions.thread_reopen(world.thread_c, by=world.C)

    lines = [line.action for line in Entry.objects.at(world.reference)[:3]]
    assert lines[:2] == ["thread.reopen", "thread.resolve"]
    assert lines[2] != "thread.resolve"


def test_changed_words_are_marked_and_history_keeps_what_they_were(world):
    actions.comment_edit(world.comment_c, "Other words", by=world.C)

    world.comment_c.refresh_from_db()
    assert world.comment_c.edited_at
    line = Entry.objects.at(world.reference).first()
    assert (line.before["text"], line.after["text"]) == ("Who is asked, **everyone**?", "Other words")
    count = Entry.objects.count()
    actions.comment_edit(world.comment_c, "Other words", by=world.C)
    assert Entry.objects.count() == count


def test_withdrawn_words_are_a_stub(world):
    actions.comment_withdraw(world.comment_c, by=world.C)
    actions.comment_withdraw(world.comment_c, by=world.C)

    world.comment_c.refresh_from_db()
    assert world.comment_c.html == ""
    assert Entry.objects.filter(action="comment.withdraw").count() == 1
    count = Entry.objects.count()
    actions.comment_edit(world.comment_c, "not any more", by=world.C)
    assert Entry.objects.count() == count


def test_a_thread_with_nothing_left_waits_for_nobody(world):
    actions.comment_withdraw(world.comment_panel, by=world.panel)

    world.thread_panel.refresh_from_db()
    assert world.thread_panel.answered
    assert not Thread.objects.unanswered().exists()


def test_withdrawing_an_answer_lets_the_question_wait_again(world):
    actions.comment_withdraw(world.comment_p, by=world.P)

    world.thread_c.refresh_from_db()
    assert not world.thread_c.answered
    assert world.thread_c.last_by == world.C


def test_a_comment_of_the_team_is_its_own_answer_and_always_by_name(world):
    comment = actions.comment_add(world.purpose, kind="support", text="Good.", by=world.L, as_group=True)

    assert (comment.from_team, comment.shown, comment.who) == (True, "", "Lena Larkspur")
    assert comment.thread.answered


def test_as_a_group_the_groups_name_is_kept_even_when_the_person_changes_their_mind(world):
    assert (world.comment_panel.shown, world.comment_panel.who) == ("Panel of experience",) * 2

    # In a thread in which they spoke as their group nobody is named: it would tell who it was before.
    assert (
        actions.comment_reply(world.thread_panel, text="Me again.", by=world.panel).who
        == "Panel of experience"
    )
    by_name = actions.comment_reply(world.thread_c, text="By my name.", by=world.panel)
    assert by_name.who == world.hidden_name


def test_settling_as_a_group_shows_the_group(world):
    actions.thread_resolve(world.thread_panel, by=world.panel)

    world.thread_panel.refresh_from_db()
    assert world.thread_panel.resolved_shown == "Panel of experience"
    assert Entry.objects.at(world.reference).first().who == "Panel of experience"
    actions.thread_reopen(world.thread_panel, by=world.panel)
    assert Entry.objects.at(world.reference).first().who == "Panel of experience"


@pytest.mark.parametrize("wrong", [{"kind": "shout"}, {"block": "nowhere"}])
def test_the_database_keeps_what_a_thread_may_be(world, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Thread.objects.filter(pk=world.thread_c.pk).update(**wrong)


def test_the_database_refuses_a_comment_without_words(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        CommentFactory(purpose=world.purpose, by=world.C, text="")


# --- What waits ---


def test_a_comment_waits_for_the_team_and_for_nobody_else(world):
    assert titles(world.L) == titles(world.P) == ["Answer a comment on “Where people go next”"]
    assert not any("Answer" in title for letter in "CDSR" for title in titles(world.people[letter]))


def test_several_comments_on_one_purpose_are_one_thing(world):
    CommentFactory(purpose=world.purpose2, by=world.C)

    assert len(titles(world.L)) == 1
    assert "comments on “Where people go next”" in titles(world.L)[0]


def test_an_answer_waits_for_who_asked_until_they_read_it(world):
    assert "Read the answer to your question" in titles(world.C)

    actions.thread_read(world.thread_c, by=world.C)
    assert "Read the answer to your question" not in titles(world.C)

    actions.comment_reply(world.thread_c, text="One more thing.", by=world.L)
    assert "Read the answer to your question" in titles(world.C)


def test_a_reply_waits_for_those_who_spoke_in_the_thread(world):
    actions.comment_reply(world.thread_c, text="I agree.", by=world.D)

    assert any(one.url.endswith(f"/talk/{world.thread_c.pk}/") for one in waiting_for(world.C))
    assert not any(one.url.endswith(f"/talk/{world.thread_c.pk}/") for one in waiting_for(world.D))


def test_what_was_said_on_a_removed_purpose_waits_for_nobody(world):
    actions.purpose_remove(world.purpose2, by=world.L)
    actions.purpose_remove(world.purpose, by=world.L)

    assert titles(world.L) == []
    assert "Read the answer to your question" not in titles(world.C)


@pytest.mark.parametrize("stage", ["closed", "stopped"])
def test_nothing_is_to_be_answered_in_what_is_over(world, stage):
    Project.objects.filter(pk=world.project.pk).update(stage=stage)

    assert not any("Answer" in title for title in titles(world.L))


def test_nothing_waits_for_who_left(world):
    actions.participant_remove(world.parts["C"], reason="", by=world.L)

    assert titles(world.C) == []


# --- Pages ---


def say(**values):
    return {
        "kind": "question",
        "block": "",
        "text": "What for?",
        "as_group": "",
        "once": uuid.uuid4(),
        **values,
    }


@pytest.mark.parametrize("letter", ["L", "P", "C", "D", "S", "C_org"])
def test_everyone_in_the_talk_comments_in_the_browser(client_of, world, letter):
    page = url("comment.add", world, world.purpose.pk)
    client = client_of(world.people[letter])
    assert client.get(page, {"about": "what"}).status_code == 200

    response = client.post(page, say(text="Mine *own* words"), follow=True)

    assert "Mine <em>own</em> words" in response.text
    assert Comment.objects.get(text="Mine *own* words").author == world.people[letter]


def test_a_double_click_says_it_once(client_of, world):
    client, words = client_of(world.C), say(text="Only once")

    for _ in range(2):
        assert client.post(url("comment.add", world, world.purpose.pk), words).status_code == 302
    assert Comment.objects.filter(text="Only once").count() == 1
    again = {"text": "Reply once", "once": uuid.uuid4()}
    for _ in range(2):
        client.post(url("comment.reply", world, world.thread_c.pk), again)
    assert Comment.objects.filter(text="Reply once").count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"text": ""}, "This is needed."),
        ({"text": "  \n "}, "This is needed."),
        ({"text": "x" * 60_001}, "at most 60000"),
        ({"kind": "shout"}, "not one of the available choices"),
        ({"block": "nowhere"}, "not one of the available choices"),
        ({"text": "a\x00b"}, "Null characters"),
    ],
)
def test_wrong_words_are_refused_and_kept(client_of, world, wrong, said):
    response = client_of(world.C).post(url("comment.add", world, world.purpose.pk), say(**wrong))

    assert response.status_code == 200
    assert said in response.text
    if "text" not in wrong:
        assert "What for?" in response.text


@pytest.mark.parametrize("wrong", ["", "x" * 60_001])
def test_a_wrong_reply_is_refused_and_kept(client_of, world, wrong):
    response = client_of(world.C).post(url("comment.reply", world, world.thread_c.pk), {"text": wrong})

    assert response.status_code == 200
    assert "error-summary" in response.text


def test_a_reply_answers_in_the_browser_and_htmx_gets_its_part(client_of, world):
    page = url("comment.reply", world, world.thread_panel.pk)

    response = client_of(world.L).post(page, {"text": "Heard."}, follow=True, HTTP_HX_REQUEST="true")

    assert "Heard." in response.text
    assert "<html" not in response.text


def test_speaking_as_a_group_in_the_browser(client_of, world):
    client = client_of(world.panel)
    page = client.get(url("comment.add", world, world.purpose.pk))
    assert page.context["comment_form"]["as_group"].value() == "group"
    assert "others may guess" in page.text

    client.post(url("comment.add", world, world.purpose.pk), say(text="As we all.", as_group="group"))

    assert Comment.objects.get(text="As we all.").shown == "Panel of experience"


def test_who_has_no_group_or_plans_speaks_by_name_whatever_is_sent(client_of, world):
    for letter in ("C", "L"):
        client_of(world.people[letter]).post(
            url("comment.add", world, world.purpose.pk), say(text=f"By {letter}", as_group="group")
        )
        assert Comment.objects.get(text=f"By {letter}").shown == ""


def test_ones_own_words_are_changed_and_withdrawn_in_the_browser(client_of, world):
    client = client_of(world.C)
    page = url("comment.edit", world, world.comment_c.pk)
    assert "Who is asked" in client.get(page).text

    assert "changed since" in client.post(page, {"text": "Only some?"}, follow=True).text
    assert client.post(page, {"text": ""}).status_code == 200
    page = client.post(url("comment.withdraw", world, world.comment_c.pk), follow=True)
    assert "Withdrawn by its author." in page.text
    assert "Only some?" not in page.text


@pytest.mark.parametrize("name", ["comment.edit", "comment.withdraw"])
@pytest.mark.parametrize("letter", ["L", "P", "D", "S", "panel"])
def test_nobody_touches_anothers_words(client_of, world, name, letter):
    response = client_of(world.people[letter]).post(url(name, world, world.comment_c.pk), {"text": "spoilt"})

    assert response.status_code == 403
    world.comment_c.refresh_from_db()
    assert (world.comment_c.text, world.comment_c.withdrawn_at) == ("Who is asked, **everyone**?", None)


def test_withdrawn_words_are_not_changed_any_more(client_of, world):
    actions.comment_withdraw(world.comment_c, by=world.C)

    assert (
        client_of(world.C).post(url("comment.edit", world, world.comment_c.pk), {"text": "x"}).status_code
        == 403
    )


@pytest.mark.parametrize(
    ("letter", "may"), [("L", True), ("P", True), ("C", True), ("D", False), ("S", False), ("panel", False)]
)
def test_the_team_and_its_author_settle_a_thread(client_of, world, letter, may):
    client = client_of(world.people[letter])

    response = client.post(url("thread.resolve", world, world.thread_c.pk))

    assert response.status_code == (302 if may else 403)
    world.thread_c.refresh_from_db()
    assert bool(world.thread_c.resolved_at) is may
    if may:
        client.post(url("thread.reopen", world, world.thread_c.pk))
        world.thread_c.refresh_from_db()
        assert world.thread_c.resolved_at is None


def test_i_have_read_it_takes_it_off_the_home_page(client_of, world):
    client = client_of(world.C)
    assert "Read the answer to your question" in client.get("/").text

    response = client.post(url("thread.read", world, world.thread_c.pk), follow=True)

    assert "Read the answer to your question" not in response.text


def test_a_removed_purpose_takes_no_new_comment(client_of, world):
    assert client_of(world.L).post(url("comment.add", world, world.removed.pk), say()).status_code == 403


def test_talk_is_for_its_own_project(client_of, world):
    from tests.factories import ProjectFactory

    other = ProjectFactory(by=world.L)

    assert (
        client_of(world.L).get(reverse("talk.view", args=[other.reference, world.thread_c.pk])).status_code
        == 404
    )
    assert (
        client_of(world.L).post(
            reverse("comment.reply", args=[other.reference, world.thread_c.pk]), {"text": "x"}
        )
    ).status_code == 404


def test_what_is_said_is_sanitised_on_the_way_out(client_of, world):
    actions.comment_edit(world.comment_c, "<img src=x onerror=alert(1)> [x](javascript:alert(1))", by=world.C)

    page = client_of(world.L).get(url("project.information", world)).text

    assert "<img src=x" not in page
    assert 'href="javascript' not in page


def test_home_names_what_happened_lately(client_of, world):
    page = client_of(world.L).get("/").text

    assert "Lately, in your projects" in page
    assert "Panel of experience" in page
