"""PostgreSQL and Valkey from wheels: what they keep, whom they answer, and how they end."""

import json
import os
import signal
import socket
import subprocess
import sys

import psycopg2
import pytest
import redis

from embedded import identity
from embedded.processes import wait_until
from embedded.services import Services
from embedded.trouble import Trouble
from embedded.valkey import quoted
from tests.embedded.watching import processes_below

START_AND_WAIT = """
import sys, signal, pathlib
from embedded.services import Services
services = Services(pathlib.Path(sys.argv[1])).start()
print("ready", flush=True)
signal.pause()
"""


@pytest.fixture
def var(tmp_path):
    return tmp_path / "a \"quoted\" 'place' 县"


@pytest.fixture
def services(var):
    running = Services(var).start()
    yield running
    running.stop()


def ask(services, statement):
    connection = psycopg2.connect(services.settings()["DATABASE_URL"])
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone() if cursor.description else None
    finally:
        connection.close()


def broker(services):
    return redis.Redis.from_url(services.settings()["REDIS_URL"], decode_responses=True)


def test_a_second_start_keeps_data_addresses_and_secret(var):
    first = Services(var).start()
    ask(first, "CREATE TABLE kept AS SELECT '支部' AS word")
    broker(first).set("kept", "支部")
    first.stop()

    second = Services(var).start()

    try:
        assert second.settings() == first.settings()
        assert ask(second, "SELECT word FROM kept") == ("支部",)
        assert broker(second).get("kept") == "支部"
    finally:
        second.stop()


def test_a_killed_parent_takes_its_servers_along_and_loses_nothing(var):
    parent = subprocess.Popen([sys.executable, "-c", START_AND_WAIT, str(var)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout.readline() == "ready\n"
    seen = Services.__new__(Services)
    seen.settings = lambda: addresses(var)
    ask(seen, "CREATE TABLE kept AS SELECT 1 AS one")
    assert processes_below(var)

    parent.send_signal(signal.SIGKILL)
    parent.wait()

    assert wait_until(lambda: not processes_below(var), 30), processes_below(var)
    parent.stdout.close()
    again = Services(var).start()
    assert ask(again, "SELECT one FROM kept") == (1,)
    again.stop()


def addresses(var):
    chosen = json.loads((var / "choices.json").read_text())
    return {"DATABASE_URL": f"postgres://portal:{chosen['password']}@127.0.0.1:{chosen['postgres_port']}/portal"}


def test_killed_servers_recover_what_was_committed(var, services):
    ask(services, "CREATE TABLE kept AS SELECT 1 AS one")
    broker(services).set("kept", "1")
    wait_until(lambda: broker(services).info("persistence")["aof_pending_bio_fsync"] == 0, 5)
    for kept in services.keeper.kept:
        kept.process.kill()
        kept.process.wait()

    services.keeper.look()

    assert ask(services, "SELECT one FROM kept") == (1,)
    assert broker(services).get("kept") == "1"


def test_a_stale_pid_file_that_names_a_living_stranger_is_no_obstacle(var):
    Services(var).start().stop()
    (var / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{var}/postgres\n0\n1\n\n\n\n")

    again = Services(var).start()

    assert ask(again, "SELECT 1") == (1,)
    again.stop()


def test_another_program_on_a_kept_port_moves_the_server(var):
    first = Services(var)
    with socket.create_server(("127.0.0.1", first.choices.postgres_port)):
        moved = Services(var).start()

    assert moved.choices.postgres_port != first.choices.postgres_port
    assert moved.choices.password == first.choices.password
    assert ask(moved, "SELECT 1") == (1,)
    moved.stop()


def test_only_the_generated_password_opens_a_server(services):
    settings = services.settings()
    wrong = {key: value.replace(services.choices.password, "guess") for key, value in settings.items()}

    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(wrong["DATABASE_URL"])
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(wrong["REDIS_URL"]).ping()


def test_files_with_secrets_are_the_owners_alone(var, services):
    secret = [path for path in var.rglob("*") if path.is_file() and holds(path, services.choices.password)]

    assert {path.name for path in secret} == {"choices.json", "valkey.conf"}
    assert {path.stat().st_mode & 0o777 for path in secret} == {0o600}
    assert var.stat().st_mode & 0o777 == 0o700


def holds(path, password):
    return password.encode() in path.read_bytes()


def test_postgresql_has_checksums_unicode_and_no_superuser_for_the_portal(services):
    assert ask(services, "SHOW data_checksums") == ("on",)
    assert ask(services, "SHOW fsync") == ("on",)
    assert ask(services, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == (False,)
    ask(services, "CREATE EXTENSION pg_trgm")
    assert ask(services, "SELECT cardinality(show_trgm('示范镇')) > 0") == (True,)


def test_the_broker_evicts_nothing_and_writes_everything_down(services):
    settings = broker(services).config_get("*")

    assert settings["maxmemory-policy"] == "noeviction"
    assert settings["appendonly"] == "yes"
    assert settings["bind"] == "127.0.0.1"


def test_a_server_that_is_given_is_not_started(var, services):
    given = {"DATABASE_URL": services.settings()["DATABASE_URL"]}

    other = Services(var.with_name("other"), given).start()

    try:
        assert other.settings()["DATABASE_URL"] == given["DATABASE_URL"]
        assert [kept.name for kept in other.keeper.kept] == ["Valkey"]
        assert not (var.with_name("other") / "postgres").exists()
    finally:
        other.stop()


def test_data_of_another_major_version_is_refused_in_words(var):
    Services(var).start().stop()
    (var / "postgres" / "PG_VERSION").write_text("9\n")

    with pytest.raises(Trouble, match="was made by PostgreSQL 9"):
        Services(var).start()

    assert not processes_below(var)


def test_a_server_that_keeps_ending_is_given_up_with_a_sentence(services):
    server = services.keeper.kept[1]

    with pytest.raises(Trouble, match="Valkey ended 5 times within a minute"):
        for _ in range(5):
            server.process.kill()
            server.process.wait()
            services.keeper.look()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_without_namespaces_runs_postgresql_as_nobody_even_below_a_closed_directory(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o700)
    who = identity.Identity("nobody", identity.NOBODY, identity.become_nobody)
    services = Services(tmp_path / "closed" / "var", who=who).start()

    postgres = services.keeper.kept[0].process.pid

    assert os.stat(f"/proc/{postgres}").st_uid == identity.NOBODY
    assert ask(services, "SELECT 1") == (1,)
    services.stop()
    back = Services(tmp_path / "closed" / "var").start()  # the usual way again: the files change hands
    assert ask(back, "SELECT 1") == (1,)
    back.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_nobody_finds_programs_below_a_closed_directory(tmp_path):
    """initdb asks access(2) for its postgres, which ignores capabilities unless told otherwise."""
    program = tmp_path / "closed" / "program"
    program.parent.mkdir(mode=0o700)
    program.touch(mode=0o755)

    found = subprocess.run(["test", "-x", program], preexec_fn=identity.become_nobody)

    assert found.returncode == 0


def test_valkey_reads_any_path(tmp_path):
    assert quoted(tmp_path / 'a"b\\c') == f'"{tmp_path}/a\\"b\\\\c"'
