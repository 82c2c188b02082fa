"""What the portal's own database role may do once another role owns the tables: write, and never rewrite history.

Triggers refuse changes of what is kept for good, and whoever owns a table may switch its triggers off. A role that
owns nothing may not (docs/operations.md, Two database roles).
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import ProgrammingError, connection, transaction
from psycopg2 import sql
from psycopg2.extensions import encrypt_password

# Written once: the ledger, decisions, results, and the older states of values.
APPENDED = (
    "ledger_ledgerentry", "evaluations_decision", "evaluations_correction", "evaluations_countersign",
    "evaluations_sitesample", "evaluations_starchange", "evaluations_sealedcounty", "evaluations_sealedrating",
    "evaluations_valueevent",
)  # fmt: skip
# Move on, and are never taken away. Of veto records, load_values takes imported ones away again: they are not here.
MOVED = (
    "ledger_ledgerhead", "evaluations_proposal", "evaluations_publicnotice", "evaluations_objection",
    "evaluations_appeal", "evaluations_sitecheck",
)  # fmt: skip
WRITE, MOVE, APPEND = "SELECT, INSERT, UPDATE, DELETE", "SELECT, INSERT, UPDATE", "SELECT, INSERT"
READ_ONLY = ("django_migrations",)


class RoleRefused(Exception):
    """Why a role can't be restricted, in words for the operator."""


@transaction.atomic
def make(role: str, password: str) -> None:
    """Make a role that may sign in, where there is none, and set its password; the server reads no plain one.

    It gets no right of its own. Whoever calls this may make roles: the administrator, or a container's only role.
    """
    if not password:
        raise RoleRefused("an empty password")
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [role])
        found = cursor.fetchone()
        if found and found[0]:
            raise RoleRefused(f"{role} is a superuser")
        scrambled = encrypt_password(password, role, scope=cursor.cursor, algorithm="scram-sha-256")
        word = sql.SQL("ALTER" if found else "CREATE")
        told = sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(word, sql.Identifier(role), sql.Literal(scrambled))
        try:
            cursor.execute(told)
        except ProgrammingError as error:
            raise RoleRefused("this account may not make roles") from error


@transaction.atomic
def restrict(role: str) -> int:
    """Give a role what the portal needs and nothing else; return the number of tables. Repeating it changes nothing.

    Call it as the owner of the tables, after each migration: a new table is unknown to the role until then.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolname = current_user FROM pg_roles WHERE rolname = %s", [role])
        found = cursor.fetchone()
        if found is None:
            raise RoleRefused(f"no role {role}")
        if any(found):
            raise RoleRefused(f"{role} owns the tables or is a superuser")
        tables = sorted(connection.introspection.table_names(cursor))
        for statement in statements(role, tables):
            cursor.execute(statement)
    return len(tables)


def statements(role: str, tables: list[str]) -> Iterator[sql.Composed]:
    name, database = sql.Identifier(role), sql.Identifier(connection.settings_dict["NAME"])
    yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(name)
    yield sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, name)
    yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name)
    yield sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(name)
    for table in tables:
        yield sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights_on(table)), sql.Identifier(table), name)


def rights_on(table: str) -> str:
    """What the portal does with a table."""
    if table in READ_ONLY:
        return "SELECT"
    if table in APPENDED:
        return APPEND
    return MOVE if table in MOVED else WRITE
