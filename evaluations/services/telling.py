"""Tell people what they should know: an item in the inbox of everybody who holds a role somewhere, and their deputies.

Called inside the transaction of what happened and before its ledger entry, so that a thing that did not happen is not
told. What is told is a code and what fills its sentence (reading/inbox_words.py words it when it is read).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection
from django.db.models import TextChoices

from accounts.models import IN_EFFECT, User
from evaluations.models import RoundCounty

LONGEST_KEY = 110  # of 120 characters; a day may follow


@dataclass(frozen=True)
class To:
    """Whoever holds this role in this region: a county's or township's code; a reviewer's star, a clerk's department.

    `within`: of a county, whoever holds it in one of its townships.
    """

    role: str
    region: str
    star: str = ""
    department: str = ""
    within: bool = False

    @property
    def pattern(self) -> str:
        return f"{self.region[:6]}%" if self.within else self.region


# In the order of the users, so that two who tell the same people at once wait for each other and never in a ring.
# What is told again while unread adds up (n) or, told once and for all, stays as it is.
TELL = f"""
    WITH wanted AS (
        SELECT g.id, g.user_id FROM accounts_grant g
        JOIN unnest(%(roles)s::text[], %(regions)s::text[], %(stars)s::text[], %(departments)s::text[])
            AS t (role, region, star, department)
            ON g.role = t.role AND g.region_id LIKE t.region AND (t.star = '' OR g.star = t.star)
        LEFT JOIN branches_department d ON d.id = g.department_id
        WHERE t.department = '' OR d.name = t.department
    ), people AS (
        SELECT user_id FROM wanted
        UNION SELECT a.deputy_id FROM accounts_absence a JOIN wanted w ON w.id = a.grant_id WHERE {IN_EFFECT}
        UNION SELECT id FROM accounts_user WHERE username = ANY(%(names)s)
    )
    INSERT INTO evaluations_inboxitem AS i (user_id, county_id, kind, code, params, url, key)
    SELECT u.id, %(county)s, %(kind)s, %(code)s, %(params)s::jsonb, %(url)s,
        %(key)s || CASE WHEN %(daily)s THEN (now() AT TIME ZONE %(zone)s)::date::text ELSE '' END
    FROM people p JOIN accounts_user u ON u.id = p.user_id
    WHERE u.is_active AND u.username <> ALL(%(but)s)
        AND NOT EXISTS (SELECT FROM evaluations_mute m WHERE m.user_id = u.id AND m.kind = %(kind)s)
    ORDER BY u.id
    ON CONFLICT (user_id, key) DO
"""
ADD_UP = """
    UPDATE SET params = CASE WHEN i.read_at IS NULL AND i.params ? 'n' AND EXCLUDED.params ? 'n'
            THEN EXCLUDED.params || jsonb_build_object('n', (i.params->>'n')::int + (EXCLUDED.params->>'n')::int)
            ELSE EXCLUDED.params END,
        url = EXCLUDED.url, code = EXCLUDED.code, created_at = now(), read_at = NULL
"""


@dataclass(frozen=True)
class Item:
    """One thing to know: `code` names its sentence, `params` fill it; `key` makes it one a person.

    `daily`: one a day, which is the database's.
    """

    kind: TextChoices
    code: str
    key: str
    county: RoundCounty | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    url: str = ""
    daily: bool = False


def tell(
    item: Item, *, to: Iterable[To] = (), names: Iterable[str] = (), by: User | None = None, once: bool = False
) -> int:
    """Tell everybody who holds one of the roles `to` (and deputies), and accounts by name; return how many.

    Told again, an item adds to the unread one and makes a read one unread, unless it is told `once`. Whoever did it
    (`by`, under any account) and who muted the kind are left out.
    """
    to = list(to)
    asked = {
        "roles": [str(one.role) for one in to], "regions": [one.pattern for one in to],
        "stars": [one.star for one in to], "departments": [one.department for one in to], "names": list(names),
        "but": by.own_names if by else [], "county": item.county.pk if item.county else None, "kind": str(item.kind),
        "code": item.code, "params": json.dumps(dict(item.params), ensure_ascii=False), "url": item.url,
        "key": item.key[:LONGEST_KEY], "daily": item.daily, "zone": settings.TIME_ZONE,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(TELL + ("NOTHING" if once else ADD_UP), asked)
        return cursor.rowcount
