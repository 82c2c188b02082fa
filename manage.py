#!/usr/bin/env python
"""The portal's command line: `python manage.py help` lists what it can do."""

import os
import sys
from typing import NoReturn


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import CommandParser, execute_from_command_line
    from django.db.utils import InterfaceError, OperationalError

    CommandParser.error = refuse_arguments
    try:
        execute_from_command_line(sys.argv)
    except BrokenPipeError:  # `… | head` has read enough; Python would complain again when it closes stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (OperationalError, InterfaceError) as error:  # the database, not the command: no page of traceback
        reason = (str(error).strip().splitlines() or ["no reason given"])[0]
        sys.exit(f"The database broke off, nothing half-done was kept: {reason}")


def refuse_arguments(parser, message: str) -> NoReturn:
    """A wrong argument is an error like any other: one sentence, exit status 1 (docs/files.md)."""
    sys.exit(f"{parser.prog}: {message}. See `{parser.prog} --help`.")


if __name__ == "__main__":
    main()
