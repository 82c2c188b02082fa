"""What is chosen once for a var/ directory and then kept: ports, the password, Django's secret key."""

import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

MOST_PORT = 65535


@dataclass(frozen=True)
class Choices:
    postgres_port: int
    valkey_port: int
    password: str
    secret_key: str

    def as_json(self) -> str:
        return json.dumps(asdict(self), indent=1)


def kept_choices(var: Path) -> Choices:
    """The choices of an earlier start, or new ones, written to a file only the owner may read."""
    var.mkdir(parents=True, exist_ok=True)
    var.chmod(0o700)
    path = var / "choices.json"
    if path.exists() and path.stat().st_size:
        return Choices(**json.loads(path.read_text()))
    choices = Choices(*free_ports(2), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
    write_private(path, choices.as_json())
    return choices


def free_ports(count: int) -> list[int]:
    """Different ports on 127.0.0.1 that nobody listens on now."""
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [door.getsockname()[1] for door in taken]
    for door in taken:
        door.close()
    return ports


def port_is_free(port: int) -> bool:
    return not why_not(port)


def why_not(port: int) -> str:
    """Why nobody can listen on this port of 127.0.0.1 now, or nothing."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", port))
        except PermissionError:
            return f"This account may not listen on port {port}: choose one from 1024, for example `PORT=8000`."
        except OSError:
            return f"Port {port} is in use: choose another, for example `PORT={port % MOST_PORT + 1}`."
    return ""


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step; at no moment is it readable by others or half written."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
