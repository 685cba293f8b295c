"""What we depend on: pinned, hashed, explained, and the same from whatever index a machine uses."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = ["requirements.txt", "requirements-dev.txt"]


def requirements(file: str) -> dict[str, str]:
    """Give the name of each requirement with all its lines joined: version, marker and hashes."""
    joined = re.sub(r"\\\n\s*", "", (ROOT / file).read_text())
    lines = [line for line in joined.splitlines() if line and not line.lstrip().startswith("#")]
    return {re.split(r"[^\w.-]", line, maxsplit=1)[0]: line for line in lines}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    "trace", ["://", "--find-links", "--index", "--extra-index", "--trusted-host", "-e "]
)
def test_a_requirement_file_names_no_place_to_get_things_from(file, trace):
    assert trace not in (ROOT / file).read_text()


@pytest.mark.parametrize("file", FILES)
def test_a_requirement_file_holds_no_path_of_the_machine_it_was_made_on(file):
    assert not re.search(r"(^|[\s=@])(~|/|[A-Za-z]:\\)[\w.-]", (ROOT / file).read_text())


@pytest.mark.parametrize("file", FILES)
def test_every_requirement_is_pinned_to_one_version_with_hashes(file):
    found = requirements(file)

    assert len(found) > 40
    for name, line in found.items():
        assert re.match(rf"{re.escape(name)}==[\w.]+\s", line), line
        assert "--hash=sha256:" in line, name


def test_the_longer_file_holds_the_shorter_one_at_the_same_versions():
    ours, all_of_them = requirements("requirements.txt"), requirements("requirements-dev.txt")

    assert {name: all_of_them.get(name) for name in ours} == ours


def test_everything_we_ask_for_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for file, asked in [
        ("requirements.txt", project["project"]["dependencies"]),
        ("requirements-dev.txt", project["dependency-groups"]["dev"]),
    ]:
        names = {re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in asked}
        assert names <= set(requirements(file))


def test_every_dependency_says_in_a_sentence_why_it_is_there():
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)
    asked = project["project"]["dependencies"] + project["dependency-groups"]["dev"]

    assert len(asked) > 30
    for dependency in asked:
        line = next(line for line in text.splitlines() if line.strip().startswith(f'"{dependency}"'))
        assert re.search(r'",\s+# .{5,}[.…]$', line), f"{dependency} has no sentence"
