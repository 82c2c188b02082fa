"""make demo, up and down on a copy of the project: what they start, what they leave, what they say."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import psycopg2
import pytest

from embedded.processes import wait_until
from tests.embedded.project import Project

DATA = ("branches_branch", "evaluations_value", "evaluations_rating", "ledger_ledgerentry")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    copy = Project(tmp_path_factory.mktemp("the project"))
    yield copy
    copy.run("-m", "embedded", "down")
    assert wait_until(lambda: not copy.processes(), 30), copy.processes()
    shutil.rmtree(copy.base)


def running(project):
    return json.loads((project.base / "var" / "running.json").read_text())


def fingerprint(project):
    """Which transaction last wrote each table, and how many rows it has: equal only when nothing was written."""
    connection = psycopg2.connect(running(project)["settings"]["DATABASE_URL"])
    try:
        with connection.cursor() as cursor:
            return [state_of(cursor, table) for table in DATA]
    finally:
        connection.close()


def state_of(cursor, table):
    cursor.execute(f"SELECT count(*), max(xmin::text::bigint) FROM {table}")
    return table, *cursor.fetchone()


def test_a_killed_demo_leaves_no_process_and_the_next_run_changes_nothing(project):
    demo = project.demo()
    first, shown = fingerprint(project), project.said()
    commands = " ".join(project.processes().values())

    demo.send_signal(signal.SIGKILL)
    demo.wait()

    assert all(program in commands for program in ("postgres", "valkey", "worker", "beat", "gunicorn"))
    assert wait_until(lambda: not project.processes(), 30), project.processes()
    assert "示范镇" in shown and "43.64" in shown
    again = project.demo()
    assert fingerprint(project) == first
    with urllib.request.urlopen(f"http://127.0.0.1:{project.port}/") as page:
        assert page.status == 200
    again.send_signal(signal.SIGINT)
    assert again.wait(60) == 0
    assert wait_until(lambda: not project.processes(), 10), project.processes()


def test_each_killed_process_of_a_running_stack_is_started_again(project):
    project.run("-m", "embedded", "up")
    before = project.processes()
    worker = oldest(before, "celery -A config worker")
    signal_process(worker, signal.SIGKILL)

    back = wait_until(lambda: oldest(project.processes(), "celery -A config worker") not in (None, worker), 30)

    assert back
    assert wait_until(lambda: not children_of_nobody(project), 30), project.processes()


def oldest(processes, words):
    return min((pid for pid, command in processes.items() if words in command), default=None)


def signal_process(pid, sig):
    subprocess.run(["kill", f"-{int(sig)}", str(pid)], check=True)


def children_of_nobody(project):
    """Processes of the project whose parent is not part of it: nobody would ever end them."""
    processes = project.processes()
    runner = running(project)["pid"]
    return [pid for pid in processes if pid != runner and parent_of(pid) not in (*processes, None)]


def parent_of(pid):
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it ended
        return None


def test_two_starts_at_once_are_one_and_any_shell_finds_it(project):
    project.run("-m", "embedded", "down")
    command = [sys.executable, "-m", "embedded", "up"]
    starts = [subprocess.Popen(command, cwd=project.base, env=project.environment()) for _ in range(2)]

    statuses = [start.wait(180) for start in starts]

    runner = running(project)["pid"]
    assert statuses == [0, 0]
    assert wait_until(lambda: supervisors(project) == [runner], 10), project.processes()
    assert project.run("manage.py", "check")[0] == 0


def supervisors(project):
    return [pid for pid, command in project.processes().items() if "supervise" in command]


@pytest.mark.full
def test_a_demo_beside_running_servers_uses_and_leaves_them(project):
    project.run("-m", "embedded", "up")
    runner = running(project)["pid"]
    demo = project.demo()

    demo.send_signal(signal.SIGINT)

    assert demo.wait(60) == 0
    assert "Using the servers that are running here" in project.said()
    assert running(project)["pid"] == runner
    assert not any("gunicorn" in command for command in project.processes().values())


def test_down_stops_all_and_commands_then_say_what_to_do(project):
    project.run("-m", "embedded", "up")

    status, _ = project.run("-m", "embedded", "down")

    assert status == 0
    assert wait_until(lambda: not project.processes(), 10), project.processes()
    status, said = project.run("manage.py", "check")
    assert status == 1
    assert "start them with `make up`" in said
    assert said.count("\n") == 1


def test_a_busy_port_is_one_sentence_and_starts_nothing(project):
    with socket.create_server(("127.0.0.1", project.port)):
        status, said = project.run("-m", "embedded", "demo")

    assert status == 1
    assert said == f"Port {project.port} is in use: choose another, for example `PORT={project.port + 1}`.\n"
    assert not project.processes()


@pytest.mark.full
def test_a_database_that_is_given_in_env_is_used_and_none_is_started(tmp_path):
    from django.conf import settings

    given = Project(tmp_path)
    database = settings.DATABASES["default"]
    url = f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/given"
    create_database(url)
    (given.base / ".env").write_text(f"DATABASE_URL={url}\n")

    status, said = given.run("-m", "embedded", "up")

    try:
        assert (status, running(given)["settings"]["DATABASE_URL"]) == (0, url), said
        assert not any("postgres" in command for command in given.processes().values())
        assert not (given.base / "var" / "postgres").exists()
        assert given.run("manage.py", "migrate", "--check")[0] == 0
    finally:
        given.run("-m", "embedded", "down")


def create_database(url):
    connection = psycopg2.connect(url.rpartition("/")[0] + "/portal")
    connection.autocommit = True
    connection.cursor().execute("CREATE DATABASE given")
    connection.close()
