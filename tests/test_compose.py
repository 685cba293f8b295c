"""docker-compose.yml: the production shape, and the same processes as `make run`."""

import configparser
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PROCESSES = ["web", "worker", "beat"]


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_all_of_the_production_shape_is_there(services):
    assert set(services) == {"db", "redis", "migrate", *PROCESSES}
    assert services["db"]["image"] == "postgres:17"


@pytest.mark.parametrize("process", PROCESSES)
def test_each_process_is_started_as_by_make_run(services, process):
    supervisor = configparser.RawConfigParser()
    supervisor.read(ROOT / "sharingvalue/run/supervisord.conf")
    command = supervisor[f"program:{process}"]["command"].replace("%(ENV_VAR_DIR)s", "var")

    assert services[process]["command"] == command


def test_make_run_starts_nothing_else():
    supervisor = configparser.RawConfigParser()
    supervisor.read(ROOT / "sharingvalue/run/supervisord.conf")

    assert {name for name in supervisor.sections() if name.startswith("program:")} == {
        f"program:{process}" for process in PROCESSES
    }


@pytest.mark.parametrize("service", ["db", "redis", *PROCESSES])
def test_each_service_that_stays_is_asked_whether_it_is_well(services, service):
    check = services[service]["healthcheck"]

    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert {"interval", "timeout", "retries"} <= set(check)
    assert services[service]["restart"] == "unless-stopped"


def test_the_checks_of_web_and_beat_are_programs_that_exist(services):
    for process in ("web", "beat"):
        assert services[process]["healthcheck"]["test"] == [
            "CMD", "python", "sharingvalue/run/healthy.py", process,
        ]  # fmt: skip
    assert (ROOT / "sharingvalue/run/healthy.py").is_file()


@pytest.mark.parametrize("process", PROCESSES)
def test_nothing_starts_before_the_database_is_migrated_once(services, process):
    assert services[process]["depends_on"] == {
        "db": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }
    assert "manage.py migrate" in services["migrate"]["command"]
    assert services["migrate"]["restart"] == "no"
    assert "migrate" not in services[process]["command"]


@pytest.mark.parametrize("service", ["migrate", *PROCESSES])
def test_it_refuses_to_start_without_a_secret_key(services, service):
    assert services[service]["environment"]["SECRET_KEY"].startswith("${SECRET_KEY:?")
    assert "${POSTGRES_PASSWORD:?" in services[service]["environment"]["DATABASE_URL"]


@pytest.mark.parametrize("file", ["docker-compose.yml", "Dockerfile", ".env.example"])
def test_no_demonstration_in_production(file):
    text = (ROOT / file).read_text()

    assert not re.search(r"\bDEMO\b|\bDEBUG\b|manage\.py demo\b", text)


def test_every_setting_that_compose_reads_is_explained_in_the_example():
    read = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    explained = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.M))

    assert read == explained


def test_the_image_is_not_run_by_root_and_installs_by_hash():
    dockerfile = (ROOT / "Dockerfile").read_text()

    assert re.search(r"^USER (?!root)\w+", dockerfile, re.M)
    assert "--require-hashes" in dockerfile


@pytest.mark.parametrize("process", PROCESSES)
def test_the_processes_may_write_only_where_they_must(services, process):
    assert services[process]["read_only"] is True
    assert services[process]["cap_drop"] == ["ALL"]
