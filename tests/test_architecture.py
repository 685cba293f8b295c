"""What keeps the house in order, beyond what import-linter holds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from projects.templatetags.doings import DID
from sharingvalue.base.access import RULES, WHY

from .request_table import names_in_urls

ROOT = Path(__file__).resolve().parent.parent
APPS = [ROOT / name for name in ("sharingvalue", "stakeholders", "projects", "insights")]
OURS = [path for app in APPS for path in app.rglob("*.py") if "migrations" not in path.parts]
TEMPLATES = list((ROOT / "templates").rglob("*.html"))
#: Addresses that are named by what they are and not by an action.
PAGES = {
    "home", "about", "your_information", "accessibility", "healthz", "readyz", "demo_mail", "demo_sign_in", "account",
    "project.idea", "project.people", "project.information", "project.use",
}  # fmt: skip


def test_the_web_process_never_loads_what_makes_pdfs(tmp_path):
    """Every address is asked in a process of its own, and then its modules are looked at."""
    env = os.environ | {"VAR_DIR": str(tmp_path), "SECRET_KEY": "x", "DEMO": "0"}
    env.pop("DATABASE_URL", None), env.pop("REDIS_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "tests.every_address"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().splitlines()[-1] == "heavy: none"


def test_every_address_bears_the_name_of_its_action():
    assert {name for name in names_in_urls() if not name.startswith("account")} - PAGES <= set(RULES)


def test_every_action_that_is_written_down_has_words_for_people():
    written = set()
    for path in OURS:
        written |= set(
            re.findall(r'(?:record|seen|change)\(\s*"([a-z]+\.[a-z_]+)"', path.read_text(encoding="utf-8"))
        )
    kept_to_the_database = {"person.add", "person.edit", "account.edit", "organisation.add", "organisation.edit",
                            "affiliation.add", "affiliation.remove"}  # fmt: skip
    assert len(written) > 25
    assert written - kept_to_the_database <= set(DID)


def test_every_right_that_a_rule_needs_has_a_reason_in_words():
    for key, rule in RULES.items():
        for right in (rule.needs,) if isinstance(rule.needs, str) else rule.needs:
            assert right == "anyone" or WHY[right], key


def test_rooms_are_named_for_what_they_do():
    banned = {"utils.py", "helpers.py", "mixins.py", "constants.py", "signals.py", "services.py"}
    assert not [path for path in OURS if path.name in banned]


def test_no_module_of_ours_grows_past_450_lines():
    long = {
        str(path.relative_to(ROOT)): n for path in OURS if (n := len(path.read_text().splitlines())) > 450
    }
    assert not {name for name in long if name not in {"projects/drawings.py", "projects/summaries.py"}}, long


def test_templates_mark_nothing_safe_but_cleaned_comments_and_hold_no_inline_style_or_script():
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        assert path.name == "said.html" or "|safe" not in text, path
        assert not re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=\"", text), path


def test_every_public_function_of_actions_and_of_the_base_says_what_it_does():
    import ast

    for path in OURS:
        if "actions" in path.parts or path.name == "actions.py" or "base" in path.parts:
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if (
                    isinstance(node, ast.FunctionDef)
                    and not node.name.startswith("_")
                    and "tasks" not in path.name
                ):
                    assert ast.get_docstring(node), f"{path.name}: {node.name}"
