"""The portal under a database role that owns nothing: it works, and history is out of its reach (S14, U-01)."""

import io
from contextlib import contextmanager

import psycopg2
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from psycopg2.errors import InsufficientPrivilege

from evaluations.models import Rating
from evaluations.services.database_role import APPENDED, MOVED
from evaluations.services.rating import rate_county
from evaluations.workflow import RECOMMEND, State, Status
from ledger.models import LedgerEntry
from tests.deployment.conftest import acting_as, superuser
from tests.review import world
from tests.review.world import COUNTY, STAR

pytestmark = pytest.mark.django_db(transaction=True)
REWRITES = {
    "update": "UPDATE {table} SET {column} = {column}",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table}",
    "drop": "DROP TABLE {table}",
    "alter": "ALTER TABLE {table} ADD COLUMN more int",
    "disable triggers": "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "replica": "SET session_replication_role = replica",
}


def test_the_portal_works_as_a_role_that_owns_nothing(role):
    county = world.build(state=State.OPEN)

    with acting_as(role):
        county.fill()
        county.put(Status.PASSED)
        county.stand(State.UNDER_REVIEW)
        outcome = county.act(RECOMMEND, by=county.reviewers[STAR], star=STAR)
        rate_county(county.entry.this, COUNTY)

    assert outcome.moved and Rating.objects.exists()
    assert LedgerEntry.objects.filter(action="star.recommend").exists()


@pytest.mark.parametrize("table", APPENDED)
def test_history_is_out_of_the_role_s_reach(role, table):
    refused = {}

    for name, statement in REWRITES.items():
        with acting_as(role), pytest.raises(ProgrammingError) as error, transaction.atomic():
            connection.cursor().execute(statement.format(table=table, column=first_column(table)))
        refused[name] = error.value.__cause__.pgcode

    assert set(refused.values()) == {"42501"}, refused  # insufficient privilege


@pytest.mark.parametrize("table", MOVED)
def test_what_moves_on_is_never_taken_away_by_the_role(role, table):
    refused = {}

    for name in ("delete", "truncate", "drop", "disable triggers"):
        with acting_as(role), pytest.raises(ProgrammingError) as error, transaction.atomic():
            connection.cursor().execute(REWRITES[name].format(table=table, column=first_column(table)))
        refused[name] = error.value.__cause__.pgcode
    with acting_as(role), transaction.atomic():
        connection.cursor().execute(f"UPDATE {table} SET {first_column(table)} = {first_column(table)}")

    assert set(refused.values()) == {"42501"}, refused


def test_control_the_owner_may_switch_the_triggers_off():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_ledgerentry DISABLE TRIGGER USER")
        transaction.set_rollback(True)


def test_every_table_kept_for_good_is_append_only_for_the_role():
    kept = {
        model._meta.db_table
        for model in apps.get_models()
        for trigger in getattr(model._meta, "triggers", [])
        if trigger.name.endswith(("_kept", "_append_only")) and "never change" in (trigger.func or "")
    }

    assert kept - {"evaluations_proposal"} <= set(APPENDED)


@pytest.mark.parametrize("name", ["nobody_here", "portal"])
def test_a_role_that_is_not_there_or_owns_the_tables_is_refused(name):
    with pytest.raises(CommandError):
        call_command("restrict_role", name)


@pytest.fixture
def unmade():
    """The name of a role that is not there yet; this test's own role may make roles, as a container's only one may."""
    name, owner = f"made_{connection.settings_dict['NAME']}", connection.settings_dict["USER"]
    with superuser() as cursor:
        cursor.execute(f'ALTER ROLE "{owner}" CREATEROLE')
    yield name
    with superuser() as cursor:
        cursor.execute(f'ALTER ROLE "{owner}" NOCREATEROLE')
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [name])
        if cursor.fetchone():
            cursor.execute(f'DROP OWNED BY "{name}"')
            cursor.execute(f'DROP ROLE "{name}"')


def restrict_with(monkeypatch, name: str, password: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    call_command("restrict_role", name, "--password-on-stdin")


@contextmanager
def signed_in(name: str, password: str):
    told = connection.settings_dict
    made = psycopg2.connect(
        host=told["HOST"], port=told["PORT"], user=name, password=password, dbname=told["NAME"], connect_timeout=5
    )
    try:
        yield made.cursor()
    finally:
        made.close()


def test_the_role_is_made_with_its_password_signs_in_and_rewrites_nothing(unmade, monkeypatch):
    restrict_with(monkeypatch, unmade, "first")
    with signed_in(unmade, "first") as cursor:
        cursor.execute("SELECT count(*) FROM ledger_ledgerentry")
        with pytest.raises(InsufficientPrivilege):
            cursor.execute("DELETE FROM ledger_ledgerentry")

    restrict_with(monkeypatch, unmade, "second")  # at each start of the containers

    with signed_in(unmade, "second") as cursor:
        cursor.execute("SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False, False)
    with pytest.raises(psycopg2.OperationalError), signed_in(unmade, "first"):
        pass


def test_who_may_make_no_roles_is_told_so(monkeypatch):
    with pytest.raises(CommandError, match="may not make roles"):
        restrict_with(monkeypatch, "nobody_here", "x")


@pytest.mark.parametrize(("name", "password"), [("postgres", "x"), ("nobody_here", "")])
def test_no_superuser_and_no_empty_password_is_taken(unmade, monkeypatch, name, password):
    with pytest.raises(CommandError):
        restrict_with(monkeypatch, name, password)


def first_column(table: str) -> str:
    with connection.cursor() as cursor:
        return connection.introspection.get_table_description(cursor, table)[0].name
