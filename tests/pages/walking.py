"""Every address of the portal by name, and examples of each to ask for."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, get_resolver, reverse

from tests.pages import world as worlds
from tests.pages.world import World

OF_BRANCH = {  # what an address names of a branch
    "branch": lambda code: [code],
    "county_branch": lambda code: [code],
    "entry_branch": lambda code: [code],
    "check_branch": lambda code: [code],
    "check_star": lambda code: [code, worlds.STAR],
    "review_star": lambda code: [worlds.STAR, code],
    "review_correct": lambda code: [worlds.STAR, code],
}
OF_STAR = ("review_queue", "review_bulk", "review_undo", "review_samples")


def every_route(resolver=None, namespaces: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(name, pattern) of every address that the portal answers; the name is empty where it has none."""
    for part in (resolver or get_resolver()).url_patterns:
        if isinstance(part, URLPattern):
            yield ":".join([*namespaces, part.name or ""]), str(part.pattern)
        else:
            yield from every_route(part, (*namespaces, part.namespace) if part.namespace else namespaces)


def county_address(world: World, page: str, place: str) -> str:
    """The address of a page about a county or a branch, or of a run or a round, that lies in a place."""
    if page in ("run", "cancel_run", "resume_run"):
        return reverse(page, args=[{"own": world.run.pk, "other": world.foreign_run.pk, "nowhere": 10**9}[place]])
    if page in ("runs", "counties"):
        return reverse(page, args=[{"own": world.round.slug, "other": world.foreign.slug, "nowhere": "none"}[place]])
    if page in OF_BRANCH:
        code = worlds.CODES.get(place, worlds.NOWHERE)
        county = worlds.OTHER_COUNTY if place == "other" else worlds.COUNTY
        return reverse(page, args=[world.round.slug, county, *OF_BRANCH[page](code)])
    county = {"own": worlds.COUNTY, "other": worlds.OTHER_COUNTY, "nowhere": "419903000000"}[place]
    return reverse(page, args=[world.round.slug, county, *further(world, page, place)])


KEPT = {  # pages of one thing: where the world keeps its key by place
    "veto": "vetoes", "veto_ask": "vetoes", "veto_rule": "vetoes", "upload": "uploads", "upload_errors": "uploads",
    "entry_decide": "extensions",
}  # fmt: skip


def further(world: World, page: str, place: str) -> list[str | int]:
    """What an address names besides the county."""
    if page in OF_STAR:
        return [worlds.STAR]
    named = {
        "review_visit": [worlds.STAR, world.visits.get(place, 10**9)],
        "county_step": ["close"],
        "countersign": [worlds.COUNTERSIGNED],
        **dict.fromkeys(("veto", "veto_ask", "veto_rule"), [world.vetoes.get(place, 10**9)]),
        "objection": [world.objections.get(place, 10**9)],
        "entry_receipt": [world.receipts.get(place, "SB-2026-999999")],
        **dict.fromkeys(("upload", "upload_errors"), [world.uploads.get(place, 10**9)]),
        "entry_decide": [world.extensions.get(place, 10**9)],
    }
    return named.get(page, [])
