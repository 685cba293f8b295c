"""Every address × every role, asked for real; an address that is not in the table fails."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db import transaction
from django.urls import reverse

from .factories import build_world
from .request_table import ADMIN, PUBLIC, ROLES, all_rows, ask, clients, names_in_urls, needs_reference

# Marked all, so that the database is there for the world; each test then is undone on its own.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("table")]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One world for all rows: each request is undone, and the world with the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def browsers(world):
    return clients(world)


@pytest.mark.parametrize("row", all_rows(), ids=lambda row: f"{row.method} {row.name} {row.label}".strip())
def test_an_address_answers_each_role_as_the_table_says(row, world, browsers):
    wrong = {letter: problem for letter in ROLES if (problem := ask(world, browsers, row, letter))}
    assert not wrong


def test_every_address_is_in_the_table():
    in_table = {row.name for row in all_rows()}
    assert set(names_in_urls()) - in_table == set()
    assert in_table - set(names_in_urls()) == set()


def test_an_address_that_takes_one_method_refuses_the_other(world, browsers):
    methods: dict[str, set[str]] = {}
    for row in all_rows():
        methods.setdefault(row.name, set()).add(row.method)
    rows = {row.name: row for row in reversed(all_rows()) if not row.label}
    for name, row in rows.items():
        if name.startswith("account") or methods[name] != {"POST"}:
            continue
        if row.before:
            row.before(world)
        address = reverse(name, args=[world.project.reference] if needs_reference(row) else row.arg(world))
        for letter in ROLES.replace("A", ""):
            assert browsers[letter].get(address).status_code == 405, (name, letter)


def test_only_public_pages_open_without_signing_in(world, browsers):
    for row in all_rows():
        if row.cells["A"] not in ("in",) and not row.label:
            assert row.name in PUBLIC, row.name


def test_the_administration_opens_to_administrators_alone(world, browsers):
    for path in ADMIN:
        for letter in ROLES:
            response = browsers[letter].get(f"/admin/{path}", follow=True)
            if letter == "X":
                assert response.status_code == 200, path
            elif letter == "A":
                assert response.redirect_chain[-1][0].startswith("/sign-in/"), path
            else:
                assert response.status_code in (403, 404), (path, letter)


def test_the_administration_keeps_no_plan_comment_output_or_file():
    assert {model._meta.label for model in admin.site._registry} == {
        "stakeholders.User",
        "stakeholders.Organisation",
        "stakeholders.Affiliation",
    }
