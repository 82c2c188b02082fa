"""PostgreSQL and Valkey as one thing that is started, named and stopped."""

import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from embedded import identity, processes
from embedded.choices import Choices, free_ports, kept_choices, port_is_free, write_private
from embedded.postgres import Postgres
from embedded.valkey import Valkey


class Services:
    """The servers a var/ directory needs: one each for PostgreSQL and Valkey, unless the environment names its own."""

    def __init__(self, var: Path, given: Mapping[str, str] | None = None, *, forgetful: bool = False) -> None:
        self.var, self.given = var.resolve(), dict(given or {})
        self.choices: Choices = kept_choices(self.var)
        self.servers: dict[str, Postgres | Valkey] = {}
        self.running: dict[str, subprocess.Popen] = {}
        self._move_from_busy_ports()
        if "DATABASE_URL" not in self.given:
            who = identity.choose()
            self.servers["DATABASE_URL"] = Postgres(self.var, self.choices, who, forgetful=forgetful)
        if "REDIS_URL" not in self.given:
            self.servers["REDIS_URL"] = Valkey(self.var, self.choices)

    def start(self) -> "Services":
        """Start what is not given; whatever did start is stopped again when a later one will not."""
        try:
            for key, server in self.servers.items():
                self.running[key] = server.start()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Valkey first: PostgreSQL is the one that must not lose a write."""
        for key in reversed(list(self.running)):
            processes.stop(self.running.pop(key), self.servers[key].stop_signal, seconds=60)

    def settings(self) -> dict[str, str]:
        """What the portal's settings need to find these servers, as environment variables."""
        own = {key: server.url for key, server in self.servers.items()}
        return {"SECRET_KEY": self.choices.secret_key} | own | self.given

    def _move_from_busy_ports(self) -> None:
        """A port that another program took meanwhile is chosen again; nothing but var/ remembers the old one."""
        if all(port_is_free(port) for port in (self.choices.postgres_port, self.choices.valkey_port)):
            return
        postgres, valkey = free_ports(2)
        self.choices = replace(self.choices, postgres_port=postgres, valkey_port=valkey)
        write_private(self.var / "choices.json", self.choices.as_json())
