"""The form of a branch as a browser without JavaScript opens and posts it."""

import re

from tests import factories
from tests.entry.world import World


def address(world: World, star: str = "civility", branch=None, **query) -> str:
    tail = "".join(f"&{name}={value}" for name, value in query.items())
    return f"{world.base}/entry/branches/{(branch or world.branches[0]).code}/?star={star}{tail}"


def fields(html: str) -> dict[str, str]:
    """What a browser would post of the page as it came: hidden and typed inputs, radios and boxes that are checked."""
    found = {}
    for tag in re.findall(r"<input\b[^>]*\bform=\"entry\"[^>]*>", html):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") in ("radio", "checkbox") and "checked" not in tag.split('"')[-1]:
            continue
        found[attributes["name"]] = unescaped(attributes.get("value", ""))
    return found


def unescaped(text: str) -> str:
    return text.replace("&quot;", '"').replace("&amp;", "&")


def opened(client, world: World, star: str = "civility", user=None) -> dict[str, str]:
    client.force_login(user or world.clerk)
    return fields(client.get(address(world, star)).content.decode())


def post(client, world: World, form: dict, star: str = "civility", **changes):
    return client.post(address(world, star), form | changes)


def give_last_year(world: World) -> None:
    for branch in world.branches:
        factories.give(world.last, branch)
