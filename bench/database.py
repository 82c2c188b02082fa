"""A database of the benchmark's own on the server in use: made and migrated at the start, dropped at the end."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from embedded.postgres import OWNER, Postgres
from embedded.services import Services

BROKER = "9"  # the Redis database of the benchmark's own queue
SETTINGS = {"HTTPS": "off", "STATIC_FROM_SOURCE": "on"}


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
def own_database(server: str, name: str) -> Iterator[None]:
    """Point Django and every process started from here at an empty, migrated database."""
    on_server(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    on_server(server, f"CREATE DATABASE {name}")
    os.environ["DATABASE_URL"] = with_path(server, name)
    os.environ["REDIS_URL"] = with_path(os.environ["REDIS_URL"], BROKER)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        migrate()
        yield
    finally:
        from django.db import connections

        connections.close_all()
        on_server(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def servers(directory: Path) -> Iterator[None]:
    """The servers the environment names, or some of the benchmark's own in a directory that goes away again."""
    given = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
    services = Services(directory, given).start()
    try:
        os.environ.update(SETTINGS | services.settings())
        if "DATABASE_URL" in services.servers:
            allow_loading(services.servers["DATABASE_URL"])
        yield
    finally:
        services.stop()
        shutil.rmtree(directory, ignore_errors=True)


def allow_loading(server: Postgres) -> None:
    """On a server of our own the portal's role may leave triggers out while loading, and ask for checkpoints."""
    with closing(server.connect()) as connection, connection, connection.cursor() as cursor:
        cursor.execute(f"GRANT SET ON PARAMETER session_replication_role TO {OWNER}; GRANT pg_checkpoint TO {OWNER}")


def migrate() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
