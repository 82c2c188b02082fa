"""A database of the benchmark's own on the server in use: made and migrated at the start, dropped at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg2

NAME = "portal_bench"
BROKER = "9"  # the Redis database of the benchmark's own queue


def with_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))


def on_server(url: str, sql: str) -> None:
    """Run one statement that can't stand in a transaction."""
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
    finally:
        connection.close()


@contextmanager
def own_database(server: str, keep: bool = False) -> Iterator[None]:
    """Point Django and every process started from here at an empty, migrated database."""
    on_server(server, f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    on_server(server, f"CREATE DATABASE {NAME}")
    os.environ["DATABASE_URL"] = with_path(server, NAME)
    os.environ["REDIS_URL"] = with_path(os.environ["REDIS_URL"], BROKER)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        migrate()
        yield
    finally:
        from django.db import connections

        connections.close_all()
        if not keep:
            on_server(server, f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


def migrate() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
