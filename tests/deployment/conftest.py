"""A database role that owns nothing, for tests of what the portal does as it."""

from contextlib import contextmanager

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connection


@contextmanager
def superuser():
    """The cluster's own superuser: who makes roles, as a database administrator would."""
    told = connection.settings_dict
    made = psycopg2.connect(
        host=told["HOST"], port=told["PORT"], user="postgres", password=told["PASSWORD"], dbname=told["NAME"]
    )
    made.autocommit = True
    try:
        with made.cursor() as cursor:
            yield cursor
    finally:
        made.close()


@pytest.fixture
def role():
    """A role that owns nothing, which this test's connection may take on."""
    name = f"app_{connection.settings_dict['NAME']}"
    with superuser() as cursor:
        cursor.execute(f'CREATE ROLE "{name}"')
        cursor.execute(f'GRANT "{name}" TO {connection.settings_dict["USER"]}')
    call_command("restrict_role", name)
    yield name
    with superuser() as cursor:
        cursor.execute(f'DROP OWNED BY "{name}"')
        cursor.execute(f'DROP ROLE "{name}"')


@contextmanager
def acting_as(name: str):
    with connection.cursor() as cursor:
        cursor.execute(f'SET ROLE "{name}"')
        try:
            yield
        finally:
            cursor.execute("RESET ROLE")
