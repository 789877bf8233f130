"""``Dockerfile`` and ``docker-compose.yml`` against the code, because no engine may be at hand to run them."""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from verify.cli import main
from verify.config import Settings, load_settings, variable
from verify.simulator.app import create_simulator

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
STORES = {"postgresql", "valkey"}
OURS = {name: service for name, service in SERVICES.items() if name not in STORES}
ONCE = {"migrate", "seed"}
"""Services that do their work and end: nothing to look after."""

PROGRAM_OF = {"worker-darurat": "worker"}
"""Services that run another's command."""
PROGRAM = ["python", "-m", "verify.cli"]
REQUIRED = re.compile(r"\$\{(\w+):\?([^}]+)\}")
WITH_DEFAULT = re.compile(r"\$\{(\w+):-([^}]*)\}")


def parsed(words: list[str]) -> click.Context:
    """What click makes of a command line of ours; it fails where a command or option does not exist."""
    assert words[:3] == PROGRAM, words
    command: click.Command = main
    rest = words[3:]
    while isinstance(command, click.Group):
        assert rest, f"{words} names no command"
        context = click.Context(command)
        found = command.get_command(context, rest[0])
        assert found, f"there is no command {rest[0]!r} in {command.list_commands(context)}"
        command, rest = found, rest[1:]
    return command.make_context(str(command.name), rest)


def health_of(service: Mapping[str, Any]) -> list[str]:
    test = service["healthcheck"]["test"]
    assert test[0] in ("CMD", "CMD-SHELL")
    return list(test[1:])


def instruction(name: str) -> list[str]:
    """All arguments of one kind of Dockerfile line, in order."""
    return re.findall(rf"^{name} (.+)$", DOCKERFILE, re.MULTILINE)


def final_stage() -> str:
    return "FROM" + DOCKERFILE.rsplit("\nFROM", 1)[1]


def demo_environment() -> dict[str, str]:
    lines = [line for line in (ROOT / "demo.env").read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def filled(value: str, environ: Mapping[str, str]) -> str:
    """A value as compose fills it in."""
    value = REQUIRED.sub(lambda match: environ[match[1]], value)
    return WITH_DEFAULT.sub(lambda match: environ.get(match[1]) or match[2], value)


def settings_of(service: str, environ: Mapping[str, str]) -> Settings:
    return load_settings({name: filled(str(value), environ) for name, value in SERVICES[service]["environment"].items()})


def test_the_services_are_those_of_the_design() -> None:
    assert set(SERVICES) == STORES | {"migrate", "seed", "web", "relay", "worker", "worker-darurat", "simulator"}
    small = {name for name, service in SERVICES.items() if "small" in service["profiles"]}
    demo = {name for name, service in SERVICES.items() if "demo" in service["profiles"]}
    assert demo == set(SERVICES)
    assert demo - small == {"simulator", "seed"}
    assert SERVICES["worker"]["deploy"]["replicas"] == 2
    assert parsed(SERVICES["worker-darurat"]["command"]).params["only_urgent"]
    assert not parsed(SERVICES["worker"]["command"]).params["only_urgent"]


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists_with_its_options(name: str) -> None:
    assert parsed(SERVICES[name]["command"]).command.name == PROGRAM_OF.get(name, name)


@pytest.mark.parametrize("name", sorted(set(OURS) - ONCE - {"simulator"}))
def test_every_health_check_is_a_command(name: str) -> None:
    words = health_of(SERVICES[name])
    assert words[3:5] == ["health", PROGRAM_OF.get(name, name)]
    parsed(words)


def test_the_simulators_health_check_asks_for_a_page_it_has() -> None:
    url = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", health_of(SERVICES["simulator"])[-1])
    assert url
    assert int(url[1]) == parsed(SERVICES["simulator"]["command"]).params["port"]
    assert create_simulator(Settings()).test_client().get(url[2]).status_code == 200


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ONCE))
def test_every_lasting_service_has_a_health_check_and_is_restarted(name: str) -> None:
    assert health_of(SERVICES[name])
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_a_missing_command_or_option_would_be_found() -> None:
    with pytest.raises(AssertionError, match="no command 'dance'"):
        parsed([*PROGRAM, "dance"])
    with pytest.raises(AssertionError, match="no command 'moon'"):
        parsed([*PROGRAM, "health", "moon"])
    with pytest.raises(click.NoSuchOption):
        parsed([*PROGRAM, "web", "--moon"])
    with pytest.raises(click.BadParameter):
        parsed([*PROGRAM, "web", "--port", "moon"])


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str) -> None:
    known = {variable(field.name) for field in fields(Settings)}
    assert set(SERVICES[name]["environment"]) <= known


def test_every_secret_must_be_given() -> None:
    environment = SERVICES["web"]["environment"]
    secrets = {variable(field.name) for field in fields(Settings) if field.metadata["secret"]}
    # Given only by those who do not want the key in its file, by offices that have a certificate, where a program watches, and
    # where the region has accounts of its own.
    unneeded = (
        "REKOM_SIGNING_KEY_PEM",
        "REKOM_SIGNING_KEY_TOKEN",
        "REKOM_MASTER_KEY",
        "REKOM_OLD_MASTER_KEY",
        "REKOM_OFFICE_CERTIFICATE_PASSWORD",
        "REKOM_METRICS_TOKEN",
        "REKOM_OIDC_CLIENT_SECRET",
    )
    for optional in unneeded:
        secrets.remove(optional)
        assert environment[optional] == f"${{{optional}:-}}"
    assert {name for name in secrets if not REQUIRED.fullmatch(environment.get(name, ""))} == set()
    assert REQUIRED.fullmatch(SERVICES["postgresql"]["environment"]["POSTGRES_PASSWORD"])
    assert REQUIRED.fullmatch(SERVICES["valkey"]["environment"]["VALKEYCLI_AUTH"])


def test_the_demo_fills_in_all_that_must_be_given_and_nothing_unknown() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    required = {name for name, _ in REQUIRED.findall(text)}
    optional = {name for name, _ in WITH_DEFAULT.findall(text)}
    given = set(demo_environment())
    assert required <= given
    assert given <= required | optional | {"COMPOSE_PROFILES"}
    assert demo_environment()["COMPOSE_PROFILES"] == "demo"


def test_the_demos_settings_are_accepted_and_point_at_the_simulator() -> None:
    settings = settings_of("web", demo_environment())
    simulator = f"http://simulator:{parsed(SERVICES['simulator']['command']).params['port']}"
    assert settings.environment == "demo"
    assert settings.practice
    assert {url.startswith(simulator) for url in (settings.dukcapil_url, settings.bpjs_url, settings.dtsen_url)} == {True}


def test_an_office_runs_in_production_unless_it_says_otherwise() -> None:
    of_the_demo = {"REKOM_ENVIRONMENT", "REKOM_PRACTICE", "REKOM_TRUSTED_PROXIES", "REKOM_SECOND_FACTOR_ROLES"}
    own = {name: "an-own-value-of-this-office-32-letters" for name in demo_environment() if name not in of_the_demo}
    settings = settings_of("web", own)
    assert settings.production
    assert not settings.practice


def test_addresses_name_the_services_that_are_there() -> None:
    settings = settings_of("worker", demo_environment())
    assert "@postgresql:5432/" in settings.database_url
    assert settings.database_url.startswith("postgresql+psycopg://")
    assert "@valkey:6379/" in settings.redis_url
    assert all(set(service.get("depends_on", {})) <= set(SERVICES) for service in SERVICES.values())


def test_stores_publish_no_port_and_reach_no_network() -> None:
    for name in STORES:
        assert "ports" not in SERVICES[name]
        assert SERVICES[name]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_only_the_pages_are_published_and_only_to_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    port = parsed(SERVICES["web"]["command"]).params["port"]
    assert published == {"web": [f"127.0.0.1:${{PORT:-{port}}}:{port}"]}
    assert parsed(health_of(SERVICES["web"])).params["port"] == port


def test_the_stores_keep_what_they_are_told() -> None:
    command = SERVICES["valkey"]["command"][-1]
    assert "--appendonly yes" in command
    assert "requirepass" in command
    assert "VALKEY_PASSWORD" not in command
    assert "--maxmemory-policy noeviction" in command
    assert int(SERVICES["postgresql"]["image"].split(":")[1]) >= 17
    assert int(SERVICES["valkey"]["image"].split(":")[1]) >= 9
    named = {volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]}
    assert named == set(COMPOSE["volumes"])


@pytest.mark.parametrize("name", OURS)
def test_processes_have_no_more_rights_than_they_need(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["environment"]["REKOM_DATA_DIR"] == "/data"
    assert "rekom-data:/data" in service["volumes"]


def test_the_database_is_migrated_before_anybody_uses_it() -> None:
    for name in set(OURS) - {"migrate", "simulator"}:
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["depends_on"] == {"postgresql": {"condition": "service_healthy"}}


def test_the_image_runs_as_nobody_special() -> None:
    users = re.findall(r"^USER (.+)$", final_stage(), re.MULTILINE)
    assert users == ["10001:10001"]
    assert not any("user" in service for service in OURS.values())


def test_the_images_commands_exist_and_its_ports_agree() -> None:
    command = parsed(json.loads(instruction("CMD")[-1]))
    health = parsed(json.loads(instruction("HEALTHCHECK")[-1].split("CMD ", 1)[1]))
    assert (command.command.name, health.command.name) == ("web", "web")
    assert command.params["host"] == "0.0.0.0"
    assert [str(command.params["port"])] == instruction("EXPOSE") == [str(health.params["port"])]


def test_the_image_holds_locked_packages_and_our_three() -> None:
    (install,) = [line for line in instruction("RUN") if "pip install" in line]
    assert "--require-hashes" in shlex.split(install)
    assert "-r /build/core.lock" in install
    copied = {source for line in instruction("COPY") if "--from" not in line for source in line.split()[:-1]}
    assert copied == {"requirements/core.lock", "LICENSE", "workflows", "schemas", "verify"}
    assert all((ROOT / source).exists() for source in copied)
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert kept == copied


def test_a_file_of_secrets_is_never_committed() -> None:
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_image_can_copy_the_database_it_runs_on() -> None:
    """An older pg_dump refuses a newer server."""
    (version,) = re.findall(r"^ARG POSTGRESQL=(\d+)$", DOCKERFILE, re.MULTILINE)
    assert SERVICES["postgresql"]["image"] == f"postgres:{version}"
    assert any("postgresql-client-${POSTGRESQL}" in line for line in instruction("RUN"))
