"""The portal under a database role that owns nothing: it works, and history is out of its reach (S14, U-01)."""

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from evaluations.models import Rating
from evaluations.services.database_role import APPENDED, MOVED
from evaluations.services.rating import rate_county
from evaluations.workflow import RECOMMEND, State, Status
from ledger.models import LedgerEntry
from tests.deployment.conftest import acting_as
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


def first_column(table: str) -> str:
    with connection.cursor() as cursor:
        return connection.introspection.get_table_description(cursor, table)[0].name
