"""Writes that the database must refuse, and the same with the guard switched off: what is done there never happened."""

from contextlib import contextmanager

import psycopg2
import pytest
from django.db import IntegrityError, InternalError, connection, transaction

REFUSALS = (IntegrityError, InternalError, psycopg2.IntegrityError)  # COPY goes past Django's own


@contextmanager
def undone():
    """What is done inside never happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def sql(text: str, *parameters) -> int:
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        return cursor.rowcount


def drop(table: str, constraint: str) -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE")  # what is still to be checked would hold the table
    sql(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")


@contextmanager
def without_constraint(table: str, constraint: str, definition: str):
    """The table without it, for threads that commit; what breaks it has to be gone by the end."""
    sql(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    try:
        yield
    finally:
        sql(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {definition}")


def assert_refused(write, message: str) -> None:
    with pytest.raises(REFUSALS, match=message), transaction.atomic():
        write()


def assert_passes(write) -> None:
    with undone():
        write()
        sql("SET CONSTRAINTS ALL IMMEDIATE")
