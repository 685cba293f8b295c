"""Turns each cell of GRANTS and RULES in turn, and asks the request table alone whether anybody notices.

`python -m tests.mutate` prints what survived; survivors must be 0. What is turned:
- each cell of GRANTS: a permission given to a role that lacks it, or taken from one that has it;
- each cell of RULES: the answer for one action and one role, turned from allowed to refused or back;
- each refusal of each rule: taken out;
- who may know of the thing: turned to everybody, and to nobody.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any


def mutants() -> Iterator[tuple[str, str, Callable[[Any], Any]]]:
    """Each mutant: what is turned, the action it concerns ("" for any), and a context manager over the world."""
    from projects.policies import GRANTS
    from sharingvalue.base import access

    from .request_table import PUBLIC, ROLES

    rights = sorted(set().union(*GRANTS.values()))
    for role in GRANTS:
        for right in rights:
            yield f"GRANTS {role}: {right}", "", turned_grant(role, right)
    for key in sorted(access.RULES):
        for letter in ROLES:
            # Who is not signed in reaches a rule on public pages alone: elsewhere the middleware sends them to sign in.
            if letter != "A" or key in PUBLIC:
                yield f"RULES {key} for {letter}: turned", key, turned_cell(key, letter)
        for n, refuse in enumerate(access.RULES[key].unless):
            yield f"RULES {key}: without {refuse.__name__}", key, without(key, n)
        for known in (True, False):
            if known and getattr(access.RULES[key].knows, "__name__", "") == "anybody":
                continue  # That is what it says already.
            yield f"RULES {key}: known to {'everybody' if known else 'nobody'}", key, known_to(key, known)


def turned_grant(role: str, right: str):
    """Give a role a permission, or take it, and derive the rows anew."""

    @contextmanager
    def turn(w: Any):
        from projects.actions import sync_permissions
        from projects.policies import GRANTS

        before = GRANTS[role]
        GRANTS[role] = before ^ {right}
        sync_permissions(w.project)
        try:
            yield
        finally:
            GRANTS[role] = before

    return turn


def turned_cell(key: str, letter: str):
    """Turn the answer for one action and one role."""

    @contextmanager
    def turn(w: Any):
        from django.contrib.auth.models import AnonymousUser

        from sharingvalue.base import access

        real = access.refusal
        person = getattr(w, "Adm" if letter == "X" else letter, None) or AnonymousUser()

        def refusal(asked: str, ask: access.Ask) -> str | None:
            reason = real(asked, ask)
            if asked != key or ask.user.pk != person.pk:
                return reason
            return "turned" if reason is None else None

        with everywhere("refusal", real, refusal):
            yield

    return turn


def without(key: str, n: int):
    """Take one refusal out of a rule."""
    return changed_rule(key, lambda rule: replace(rule, unless=rule.unless[:n] + rule.unless[n + 1 :]))


def known_to(key: str, everybody: bool):
    """Let everybody, or nobody, know of the thing."""
    return changed_rule(key, lambda rule: replace(rule, knows=lambda ask: everybody))


def changed_rule(key: str, change: Callable[[Any], Any]):
    """Put another rule in the place of one."""

    @contextmanager
    def turn(w: Any):
        from sharingvalue.base.access import RULES

        real = RULES[key]
        RULES[key] = change(real)
        try:
            yield
        finally:
            RULES[key] = real

    return turn


@contextmanager
def everywhere(name: str, real: Any, other: Any):
    """Put `other` in the place of a function in every module that imported it."""
    places = [module for module in list(sys.modules.values()) if getattr(module, name, None) is real]
    for module in places:
        setattr(module, name, other)
    try:
        yield
    finally:
        for module in places:
            setattr(module, name, real)


def main() -> int:
    """Run all mutants against the table; 0 when none survives."""
    from django.db import transaction

    from .factories import build_world
    from .request_table import all_rows, run

    # Thousands of refusals are the point here, and no news.
    logging.disable(logging.CRITICAL)
    started = time.monotonic()
    with transaction.atomic():
        world = build_world()
        rows = all_rows()
        if wrong := run(world, rows):
            print("The table itself fails; mutants would tell nothing:", *wrong, sep="\n  ")
            return 2
        survivors, count = [], 0
        part, parts = (int(number) for number in os.environ.get("PART", "1/1").split("/"))
        for nth, (what, key, turn) in enumerate(mutants()):
            if nth % parts != part - 1:
                continue  # PART=1/2 and PART=2/2 share the work between two cores.
            count += 1
            # The rows most likely to notice come first; all of them are asked before a mutant counts as survived.
            first = [row for row in rows if key in (row.name, *row.keys)]
            order = first + [row for row in rows if row not in first]
            with transaction.atomic():
                with turn(world):
                    noticed = run(world, order, stop=True)
                transaction.set_rollback(True)
            if not noticed:
                survivors.append(what)
                print(f"SURVIVED  {what}", flush=True)
        transaction.set_rollback(True)
    print(
        f"{count} mutants, {len(rows)} rows × 9 roles, {time.monotonic() - started:.0f} s; survivors: {len(survivors)}"
    )
    return 1 if survivors else 0


def alone(work: Callable[[], int]) -> int:
    """Set up a database of its own and do `work` in it; gives its exit status."""
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="mutate-")
    import django

    import tests.conftest  # noqa: F401  (the settings of the tests)

    django.setup()
    from django.core.management import call_command
    from django.test.utils import get_runner, setup_test_environment

    setup_test_environment()
    from django.conf import settings

    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        call_command("createcachetable", verbosity=0)
        return work()
    finally:
        runner.teardown_databases(databases)


if __name__ == "__main__":
    sys.exit(alone(main))
