"""PostgreSQL and Valkey as one thing that is started, named and stopped."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from embedded import identity
from embedded.choices import Choices, free_ports, kept_choices, port_is_free, write_private
from embedded.keeper import Keeper
from embedded.postgres import Postgres
from embedded.valkey import Valkey

STOP_SECONDS = 60


class Services:
    """The servers a var/ directory needs: one each for PostgreSQL and Valkey, unless `given` names another's."""

    def __init__(
        self,
        var: Path,
        given: Mapping[str, str] | None = None,
        *,
        forgetful: bool = False,
        who: identity.Identity | None = None,
    ) -> None:
        self.var, self.given, self.keeper = var.resolve(), dict(given or {}), Keeper()
        self.choices: Choices = kept_choices(self.var)
        self._move_from_busy_ports()
        self.servers: dict[str, Postgres | Valkey] = {}
        if "DATABASE_URL" not in self.given:
            who = who or identity.choose(self.var)
            self.servers["DATABASE_URL"] = Postgres(self.var, self.choices, who, forgetful=forgetful)
        if "REDIS_URL" not in self.given:
            self.servers["REDIS_URL"] = Valkey(self.var, self.choices)

    def start(self) -> "Services":
        """Start what is not given; whatever did start is stopped again when a later one will not."""
        try:
            for server in self.servers.values():
                self.keeper.keep(server.name, server.start, server.stop_signal, STOP_SECONDS)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        self.keeper.stop()

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
