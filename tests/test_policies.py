"""docs/permissions.md and the code say the same, cell by cell."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from projects import actions
from projects.models import Role
from projects.policies import GRANTS
from sharingvalue.base.access import RULES, asking, refusal

LETTERS = ["L", "P", "C", "D", "S", "R", "O", "A", "Adm"]
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "permissions.md"

#: What each action is asked about in a project of the world.
THING = {
    "project.list": None, "project.start": None, "account.edit": None, "register.keep": None, "shared.view": None,
    "insight.list": None,
    "purpose.view": "purpose", "purpose.edit": "purpose", "purpose.move": "purpose", "purpose.remove": "purpose",
    "purpose.restore": "purpose", "comment.add": "purpose",
    "talk.view": "thread_c", "comment.reply": "thread_c", "thread.read": "thread_c",
    "summary.view": "summary_reader", "summary.download": "summary_reader", "summary.share": "summary_reader",
    "summary.open": "link",
    "output.edit": "draft", "output.share": "draft", "output.submit": "draft", "output.preview": "draft",
    "file.download": "draft",
    "output.take_back": "in_review", "output.return": "in_review", "output.release": "in_review",
    "output.withdraw": "open_release", "insight.view": "restricted_release", "insight.download": "restricted_release",
}  # fmt: skip


def own_comment(w: Any, letter: str) -> Any:
    return actions.comment_add(w.purpose, kind="question", text="Mine.", by=getattr(w, letter))


def own_link(w: Any, letter: str) -> Any:
    link, _token = actions.summary_share(
        w.summary_reader, for_whom="x", until=timezone.localdate(), by=getattr(w, letter)
    )
    return link


#: Actions whose answer may differ for one's own thing: how a role's own one is made, and whose is another's.
OWN = {
    "comment.edit": (own_comment, lambda w: w.thread_panel.comments.first()),
    "comment.withdraw": (own_comment, lambda w: w.thread_panel.comments.first()),
    "thread.resolve": (lambda w, letter: own_comment(w, letter).thread, lambda w: w.thread_panel),
    "thread.reopen": (lambda w, letter: own_comment(w, letter).thread, lambda w: w.thread_panel),
    "participant.leave": (lambda w, letter: w.parts[letter], lambda w: w.parts["C_org"]),
    "summary.revoke": (own_link, lambda w: own_link(w, "L")),
}
PARTICIPANT = {"participant.edit", "participant.role", "participant.remove"}
TALKERS = "LPCDS"


def answer(w: Any, key: str, letter: str, thing: Any) -> str:
    """✓, – or 404: what the law says to one role about one thing."""
    user = AnonymousUser() if letter == "A" else getattr(w, letter)
    reason = refusal(key, asking(user, thing))
    return "✓" if reason is None else "404" if reason == "" else "–"


def cell(w: Any, key: str, letter: str) -> str:
    """One cell of the table, worked out from the rules and the rows."""
    if key in OWN:
        make, others = OWN[key]
        theirs = answer(w, key, letter, others(w))
        able = (
            set(w.parts) if key == "participant.leave" else set(TALKERS if key != "summary.revoke" else "LP")
        )
        if letter in able:
            mine = answer(w, key, letter, make(w, letter))
            if key == "participant.leave" and letter == "L":
                found = "own"  # … but the last: the refusal is told apart below.
            else:
                found = mine if mine == theirs else "own"
        else:
            found = theirs
    else:
        thing = w.parts["C_org"] if key in PARTICIPANT else getattr(w, THING[key]) if THING.get(key) else None
        if key not in THING and key not in PARTICIPANT:
            thing = w.project
        found = answer(w, key, letter, thing)
    if letter == "A" and found != "✓" and not key.startswith("insight."):
        return "sign in"
    return found


def table(w: Any) -> dict[str, list[str]]:
    """The whole table by action."""
    return {key: [cell(w, key, letter) for letter in LETTERS] for key in RULES}


def document() -> dict[str, list[str]]:
    """The cells of docs/permissions.md by action, without their footnotes."""
    found = {}
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [part.strip() for part in line.strip().strip("|").split("|")]
        if len(cells) == 10 and (key := re.search(r"`([a-z]+\.[a-z_]+)`", cells[0])):
            assert key[1] not in found, f"{key[1]} stands twice"
            found[key[1]] = [re.sub(r"[¹²³⁴⁵⁶⁷⁸⁹]+$", "", one).strip() for one in cells[1:]]
    return found


@pytest.mark.django_db
def test_the_document_and_the_code_say_the_same(world):
    assert document() == table(world)


def test_the_document_names_no_action_that_is_not_there():
    assert set(document()) == set(RULES)


def test_the_document_gives_each_role_what_the_code_gives():
    text = DOCUMENT.read_text(encoding="utf-8")
    said = {
        name: set(re.findall(r"(\w+_project)", rest))
        for name, rest in re.findall(r"^    (\w+): +\{(.*)\}", text, re.M)
    }
    assert said == {Role(role).name: rights for role, rights in GRANTS.items()}


def test_an_unknown_action_is_an_error_and_not_a_yes(rf):
    with pytest.raises(KeyError):
        refusal("purpose.vanish", asking(AnonymousUser(), None))
