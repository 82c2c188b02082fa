"""The compose file and image, as far as they can be checked without a container engine."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
PORTAL = ("web", "worker", "beat", "migrate")
NAMED = re.compile(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"(, default=)?')


def settings_read() -> dict[str, bool]:
    """Every variable that settings.py reads, and whether it must be set."""
    text = (ROOT / "config" / "settings.py").read_text(encoding="utf-8")
    return {name: not default for name, default in NAMED.findall(text)}


def variables(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))


def test_the_services_are_the_contract_s():
    assert set(SERVICES) == {"db", "redis", "migrate", "web", "worker", "beat"}
    assert SERVICES["db"]["image"] == "postgres:18"


@pytest.mark.parametrize("name", PORTAL)
def test_every_required_setting_is_given(name):
    required = {variable for variable, must in settings_read().items() if must}

    assert required == {"SECRET_KEY", "DATABASE_URL", "REDIS_URL"}
    assert required <= set(SERVICES[name]["environment"])


@pytest.mark.parametrize("name", PORTAL)
def test_every_variable_given_is_one_that_settings_read(name):
    others = {"PORTAL_PASSWORD"} if name == "migrate" else set()  # a command's, read by no setting

    assert set(SERVICES[name]["environment"]) - set(settings_read()) == others


def signs_in_as(name: str) -> str:
    return urlsplit(re.sub(r"\$\{\w+:\?[^}]+\}", "secret", SERVICES[name]["environment"]["DATABASE_URL"])).username


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_the_portal_signs_in_as_a_role_that_owns_nothing(name):
    assert signs_in_as(name) == "portal_app" != SERVICES["db"]["environment"]["POSTGRES_USER"]


def test_only_the_migrations_sign_in_as_the_owner_and_they_give_the_other_role_its_rights():
    script = SERVICES["migrate"]["command"][-1]
    migrate, restrict = script.split(";")

    assert signs_in_as("migrate") == SERVICES["db"]["environment"]["POSTGRES_USER"]
    assert SERVICES["migrate"]["command"][:2] == ["sh", "-ec"]  # a migration that fails ends it there
    assert migrate.split()[1:3] == ["manage.py", "migrate"]
    assert restrict.split()[:3] == ["printenv", "PORTAL_PASSWORD", "|"]
    assert restrict.split()[3:] == ["python", "manage.py", "restrict_role", signs_in_as("web"), "--password-on-stdin"]


def test_both_sides_are_given_one_password():
    owner, given = SERVICES["migrate"]["environment"], SERVICES["web"]["environment"]["DATABASE_URL"]

    assert owner["PORTAL_PASSWORD"] in given and "POSTGRES_PASSWORD" not in given


def test_the_example_environment_names_every_setting_and_no_other():
    example = variables((ROOT / ".env.example").read_text(encoding="utf-8"))

    assert set(example) == set(settings_read())


def test_no_secret_stands_in_the_file():
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET", variable):
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), (name, variable)


@pytest.mark.parametrize("name", [name for name in ("db", "redis", "web", "worker", "beat")])
def test_every_service_that_runs_on_has_a_health_check(name):
    assert SERVICES[name]["healthcheck"]["test"]


def test_the_database_has_the_embedded_one_s_locale():
    from embedded import postgres

    options = SERVICES["db"]["environment"]["POSTGRES_INITDB_ARGS"]
    source = Path(postgres.__file__).read_text(encoding="utf-8")
    for option in ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"):
        assert option in options and option in source


def test_the_broker_never_evicts_and_keeps_a_log():
    command = " ".join(SERVICES["redis"]["command"])

    assert "--maxmemory-policy noeviction" in command and "--appendonly yes" in command


@pytest.mark.parametrize("name", PORTAL)
def test_the_portal_runs_without_rights_it_does_not_need(name):
    assert SERVICES[name]["cap_drop"] == ["ALL"] and SERVICES[name]["read_only"] is True


def test_the_image_is_built_from_the_lock_and_runs_as_nobody_in_particular():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert "--require-hashes -r requirements/runtime.txt" in text
    assert re.findall(r"^USER (\S+)", text, re.M)[-1] == "portal"


def test_everything_waits_for_the_migrations():
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert "migrate" not in SERVICES["migrate"]["depends_on"]
