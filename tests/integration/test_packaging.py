"""What is installed and what is deployed: everything named in those files exists."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml

from marketplace.entrypoints.settings import Settings

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
SETTINGS = {field.name.upper() for field in fields(Settings)}
SOURCE = sorted((ROOT / "src").rglob("*.py"))

_PIN = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>[\w.!+]+)(?P<rest>(?:.*\\\n)*.*)$", re.MULTILINE
)
_NAME = re.compile(r"[\w.-]+")


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@cache
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return parsed


@cache
def dockerfile() -> list[tuple[str, str]]:
    """Its instructions, each with what it is given."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    words = [line.split(maxsplit=1) for line in text.splitlines() if line and line[0] != "#"]
    return [(instruction, given) for instruction, given in words]


@cache
def commands() -> str:
    marketplace = Path(sys.executable).with_name("marketplace")
    return subprocess.run(
        [marketplace, "--help"], check=True, capture_output=True, text=True
    ).stdout


def ours() -> dict[str, Any]:
    """The services that run our own image."""
    return {
        name: service
        for name, service in compose()["services"].items()
        if service["image"].startswith("marketplace:")
    }


def pinned(lock: str) -> dict[str, str]:
    text = (ROOT / "requirements" / lock).read_text("utf-8")
    return {plain(pin["name"]): pin["version"] for pin in _PIN.finditer(text)}


def plain(name: str) -> str:
    """One spelling for each name (PyPA, name normalization)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements: list[str | dict[str, str]]) -> Iterator[str]:
    for requirement in requirements:
        if isinstance(requirement, str) and (match := _NAME.match(requirement)):
            yield plain(match[0])


def extras() -> set[str]:
    every = project()["project"]["optional-dependencies"].values()
    return {name for each in every for name in declared(each)} - {"marketplace"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_by_hash_and_names_no_address(lock: Path) -> None:
    pins = list(_PIN.finditer(lock.read_text("utf-8")))

    assert "://" not in lock.read_text("utf-8")
    assert pins
    assert not [pin["name"] for pin in pins if "--hash=sha256:" not in pin["rest"]]


def test_what_is_declared_is_locked() -> None:
    groups = project()["dependency-groups"]

    assert extras() | set(declared(groups["build"])) <= pinned("run.lock").keys()
    assert extras() | set(declared(groups["dev"])) <= pinned("dev.lock").keys()


def test_what_is_tested_is_what_runs() -> None:
    assert pinned("run.lock").items() <= pinned("dev.lock").items()


def test_what_is_imported_is_declared() -> None:
    """It happened with dotenv and redis: here by way of somebody else, and gone with them."""
    imported = {
        name.split(".")[0]
        for file in SOURCE
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        for name in _imported_by(node)
    }
    distributions = packages_distributions()

    strangers = imported - set(sys.stdlib_module_names) - {"marketplace"}
    assert strangers
    assert not {
        name for name in strangers if not extras() & set(map(plain, distributions.get(name, [])))
    }


def _imported_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module


def test_the_example_of_settings_names_all_there_are() -> None:
    text = (ROOT / ".env.example").read_text("utf-8")

    assert set(re.findall(r"^#? ?([A-Z_]+)=", text, re.MULTILINE)) == SETTINGS


def test_the_image_runs_one_of_our_commands_and_not_as_root() -> None:
    given = dict(dockerfile())

    assert given["ENTRYPOINT"] == '["marketplace"]'
    assert yaml.safe_load(given["CMD"])[0] in commands()
    assert given["USER"].split(":")[0].isdigit()
    assert int(given["USER"].split(":")[0]) > 0


def test_the_image_installs_what_is_locked() -> None:
    installs = [given for name, given in dockerfile() if name == "RUN" and "pip install" in given]

    assert "--require-hashes" in installs[0]
    assert all("--no-deps" in each for each in installs)


def test_the_image_is_built_from_what_reaches_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    copied = [
        source
        for name, given in dockerfile()
        if name == "COPY" and "--from" not in given
        for source in given.split()[:-1]
    ]

    assert copied
    assert {f"!{source}" for source in copied} <= set(ignored)
    assert all((ROOT / source).exists() for source in copied)


def test_the_image_sets_what_there_is_to_set_and_no_secret() -> None:
    given = next(given for name, given in reversed(dockerfile()) if name == "ENV")
    set_by_image = {each.split("=")[0] for each in given.split()}

    assert {name for name in set_by_image if not name.startswith(("PATH", "PYTHON"))} <= SETTINGS
    assert not set_by_image & {"SECRET_KEY", "DATABASE_URL"}


def test_every_service_of_ours_runs_a_command_that_exists() -> None:
    assert {name: service["command"][0] for name, service in ours().items()} == {
        "http": "serve",
        "worker": "work",
        "migrate": "migrate",
    }
    assert all(service["command"][0] in commands() for service in ours().values())


def test_services_are_told_what_there_is_to_tell() -> None:
    for service in ours().values():
        assert service["environment"].keys() <= SETTINGS


def test_a_deployment_has_no_key_but_the_operators() -> None:
    for service in ours().values():
        assert service["environment"]["SECRET_KEY"].startswith("${SECRET_KEY:?")
        assert "${POSTGRES_PASSWORD:?" in service["environment"]["DATABASE_URL"]


def test_only_the_proxy_is_reached_from_outside() -> None:
    services = compose()["services"]

    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert "respond @operators 404" in (ROOT / "deploy/Caddyfile").read_text("utf-8")


def test_nothing_of_ours_runs_before_the_schema_is_there() -> None:
    for name in ("http", "worker"):
        waits = ours()[name]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully"


def test_what_is_waited_for_can_tell_that_it_is_healthy() -> None:
    services = compose()["services"]
    awaited = {
        name
        for service in services.values()
        for name, how in service.get("depends_on", {}).items()
        if how["condition"] == "service_healthy"
    }

    # That of the http service is in the image.
    assert awaited == {"http", "postgres", "redis"}
    assert all("test" in services[name]["healthcheck"] for name in awaited - {"http"})
    assert "HEALTHCHECK" in dict(dockerfile())


def test_every_volume_and_file_that_is_mounted_exists() -> None:
    for service in compose()["services"].values():
        for mounted in service.get("volumes", []):
            source = mounted.split(":")[0]
            if source.startswith("."):
                assert (ROOT / source).is_file()
            else:
                assert source in compose()["volumes"]


def test_whatever_can_be_set_can_be_set_there() -> None:
    """But for what is the machine's, and for what must not be set in production."""
    text = (ROOT / ".env.example").read_text("utf-8")
    all_there_are = {line.partition("=")[0] for line in text.splitlines() if line[:1].isupper()}
    inside = {"HOST", "PORT", "VAR_DIR", "LOG_FORMAT", "DEMO", "WEBHOOKS_TO_LOOPBACK"}

    for service in ours().values():
        assert all_there_are - inside <= set(service["environment"])
