"""The one door: 404 to those who may not know, 403 with the reason to those who may see."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory

from projects.models import Project, Purpose
from projects.policies import CHANGE, GRANTS, TALK, VIEW
from sharingvalue.base import access as door
from sharingvalue.base.access import (
    ADMINISTRATOR,
    ANYONE,
    RULES,
    SIGNED_IN,
    Ask,
    Rule,
    access,
    asking,
    held,
    ids_held,
    may,
    refusal,
    rows_of,
    set_rows,
    visible,
)
from stakeholders.models import User
from tests.factories import OrganisationFactory, ProjectFactory, UserFactory


def request_of(user):
    request = RequestFactory().get("/")
    request.user = user or AnonymousUser()
    return request


@pytest.mark.parametrize("letter", ["L", "P", "C", "D", "S", "R", "C_org", "panel"])
def test_rows_give_what_the_role_is_granted(world, letter):
    assert held(world.people[letter], world.project) == GRANTS[world.parts[letter].role]


@pytest.mark.parametrize("letter", ["O", "Adm"])
def test_who_takes_no_part_holds_nothing(world, letter):
    assert held(world.people[letter], world.project) == frozenset()


def test_being_superuser_opens_nothing(world):
    boss = User.objects.create_superuser("boss@example.org", "Boss")

    assert held(boss, world.project) == frozenset()
    assert not visible(Project.objects.all(), boss, "view_project").exists()
    with pytest.raises(Http404):
        access(request_of(boss), "project.view", Project.objects.all(), pk=world.project.pk)


def test_nobody_and_who_may_not_sign_in_hold_nothing(world):
    world.L.is_active = False

    assert held(AnonymousUser(), world.project) == held(world.L, world.project) == frozenset()
    assert not visible(Project.objects.all(), world.L, "view_project").exists()
    assert not visible(Project.objects.all(), AnonymousUser(), "view_project").exists()
    assert held(world.R, None) == held(world.R, Project()) == frozenset()


def test_global_permissions_open_nothing(world):
    from django.contrib.auth.models import Permission

    world.O.user_permissions.set(Permission.objects.filter(content_type__app_label="projects"))

    assert held(world.O, world.project) == frozenset()


def test_who_may_not_know_of_it_gets_404(world):
    for user in (world.O, world.Adm, None):
        with pytest.raises(Http404):
            access(request_of(user), "purpose.edit", Purpose.objects.all(), pk=world.purpose.pk)


def test_who_may_see_it_gets_403_with_the_reason(world):
    with pytest.raises(PermissionDenied, match="Only the team"):
        access(request_of(world.C), "purpose.edit", Purpose.objects.all(), pk=world.purpose.pk)


def test_what_is_not_there_is_not_there_for_the_lead_either(world):
    for pk in (0, "not a number", None):
        with pytest.raises(Http404):
            access(request_of(world.L), "purpose.edit", Purpose.objects.all(), pk=pk)


def test_an_unknown_action_fails_closed(world):
    with pytest.raises(KeyError):
        access(request_of(world.L), "purpose.eat", Purpose.objects.all(), pk=world.purpose.pk)
    with pytest.raises(KeyError):
        may(request_of(world.L), world.purpose)["purpose_eat"]


def test_a_refusal_stands_though_the_right_is_held(world):
    Project.objects.filter(pk=world.project.pk).update(stage="stopped")

    with pytest.raises(PermissionDenied, match="was stopped"):
        access(request_of(world.L), "purpose.edit", Purpose.objects.all(), pk=world.purpose.pk)


def test_access_gives_the_thing(world):
    assert (
        access(request_of(world.L), "purpose.edit", Purpose.objects.all(), pk=world.purpose.pk)
        == world.purpose
    )
    assert access(request_of(world.O), "project.list") is None


def test_rights_that_are_no_rows(world):
    anonymous, outsider, administrator = (
        asking(user, None) for user in (AnonymousUser(), world.O, world.Adm)
    )  # fmt: skip

    assert [ask.has(ANYONE) for ask in (anonymous, outsider, administrator)] == [True, True, True]
    assert [ask.has(SIGNED_IN) for ask in (anonymous, outsider, administrator)] == [False, True, True]
    assert [ask.has(ADMINISTRATOR) for ask in (anonymous, outsider, administrator)] == [False, False, True]


def test_several_rights_may_open_one_door(world, monkeypatch):
    monkeypatch.setitem(RULES, "thing.try", Rule((CHANGE, TALK), knows=(VIEW, ADMINISTRATOR)))

    assert refusal("thing.try", asking(world.C, world.project)) is None
    assert refusal("thing.try", asking(world.R, world.project)) == door.WHY[CHANGE]
    assert refusal("thing.try", asking(world.Adm, world.project)) == door.WHY[CHANGE]
    assert refusal("thing.try", asking(world.O, world.project)) == ""


def test_all_that_a_person_may_costs_two_queries_once(world, django_assert_num_queries):
    request = request_of(world.C_org)
    purpose = Purpose.objects.select_related("project").get(pk=world.purpose.pk)
    list(Purpose.objects.none())
    may(request_of(world.L), world.purpose)["purpose_edit"]  # Django keeps content types from now on.
    request.__dict__.pop("_held", None)

    with django_assert_num_queries(1):
        can = may(request, purpose)
        assert can["comment_add"]
        assert not can["purpose_edit"]
        assert may(request, purpose.project)["project_view"]
    assert len(can) == len(list(can)) == len(RULES)


def test_ids_are_looked_up_by_person_and_by_organisation(world):
    other = ProjectFactory()

    assert [row["content_object_id"] for row in ids_held(Project, world.C_org, "talk_project")] == [
        world.project.pk
    ]
    assert not ids_held(Project, world.C_org, "change_project")
    assert list(visible(Project.objects.all(), world.C_org, "view_project")) == [world.project]
    assert other not in visible(Project.objects.all(), world.L, "view_project")


def test_rows_are_made_to_say_exactly_what_is_wanted(db):
    project, user, organisation = ProjectFactory(), UserFactory(), OrganisationFactory()
    wanted = {
        ("user", user.pk): {"view_project", "talk_project"},
        ("group", organisation.group_id): {"view_project"},
    }

    set_rows(project, wanted)
    assert rows_of(project) == wanted

    wanted = {
        ("user", user.pk): {"view_project"},
        ("group", organisation.group_id): {"view_project", "change_project"},
    }
    set_rows(project, wanted)
    assert rows_of(project) == wanted

    set_rows(project, {})
    assert rows_of(project) == {}


def test_rows_that_say_so_already_are_left_alone(world, django_assert_max_num_queries):
    wanted = rows_of(world.project)
    before = list(world.project.user_permissions.values_list("pk", flat=True))

    set_rows(world.project, wanted)

    assert list(world.project.user_permissions.values_list("pk", flat=True)) == before


def test_every_rule_gives_a_sentence_to_who_lacks_the_right():
    for key, rule in RULES.items():
        needs = (rule.needs,) if isinstance(rule.needs, str) else rule.needs
        assert needs[0] == ANYONE or door.WHY[needs[0]].endswith("."), key


def test_a_rule_without_a_callable_asks_for_rights(world):
    rule = Rule(VIEW, knows=TALK)

    assert rule.known(Ask(world.C, world.project, frozenset({"talk_project"})))
    assert not rule.known(Ask(world.R, world.project, frozenset({"view_project"})))
