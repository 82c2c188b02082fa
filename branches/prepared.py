"""Statements that every saved value runs, planned once a connection: planning them takes longer than running them.

Only for few rows: a plan made for any number of them would be a bad one for thousands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import count
from weakref import WeakKeyDictionary

from django.db import NotSupportedError, connection
from django.db.backends.utils import CursorWrapper

FEW, MANY = 50, 1_000_000  # rows
PLACE = re.compile(r"%s(::\w+(?:\[\])?)?")
numbers = count(1)
names: WeakKeyDictionary[object, dict[str, str]] = WeakKeyDictionary()  # connection → statement → its name there


def execute(cursor: CursorWrapper, sql: str, parameters: Sequence | Mapping, *, rows: int) -> None:
    """Run a statement with %s for its parameters; `rows` is how many it speaks of.

    A name is used once: a statement that failed the first time may or may not be known to the server.
    """
    if rows > FEW or connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]:  # a pooler changes the session
        cursor.execute(sql, parameters)
        return
    known = names.setdefault(connection.connection, {})
    prepared, call = forms(sql)
    if sql in known:
        try:
            cursor.execute(f"EXECUTE {known[sql]} {call}", parameters)
        except NotSupportedError:  # a table it reads has another shape now: plan it again the next time
            known.pop(sql, None)
            raise
        return
    name = f"portal_{next(numbers)}"
    cursor.execute(f"PREPARE {name} AS {prepared}; EXECUTE {name} {call}", parameters)
    known[sql] = name


@lru_cache(maxsize=100)
def forms(sql: str) -> tuple[str, str]:
    """The statement with $1, $2 …, and what follows its name in a call; a parameter's cast goes into both."""
    places = count(1)
    prepared = PLACE.sub(lambda match: f"${next(places)}{match[1] or ''}", sql)
    call = ", ".join(f"%s{match[1] or ''}" for match in PLACE.finditer(sql))
    return prepared, f"({call})"
