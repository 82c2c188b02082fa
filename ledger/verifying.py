"""Walk the chains and name the first entry of each that is not as it was written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.canonical import entry_hash
from ledger.models import GENESIS, LedgerEntry, LedgerHead

CHUNK = 5_000


@dataclass(frozen=True)
class Problem:
    """The first bad place of a chain: the entry's number there, and what is wrong with it."""

    chain: str
    sequence: int
    text: str | Promise

    def __str__(self) -> str:
        return str(_("ledger %(chain)s, entry %(sequence)s: %(text)s")) % {
            "chain": self.chain,
            "sequence": self.sequence,
            "text": self.text,
        }


class Entry(NamedTuple):
    """A stored entry, in the order of its columns."""

    chain: str
    sequence: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str
    previous: str
    hash: str

    def is_sealed_as(self, sequence: int) -> bool:
        """Whether the stored hash is the one this content has under that number."""
        return entry_hash(**self._replace(sequence=sequence).hashed()) == self.hash

    def hashed(self) -> dict:
        return {name: value for name, value in self._asdict().items() if name != "hash"}


def verify(chain: str | None = None) -> list[Problem]:
    """The first problem of every chain, or of one; an empty list when all is whole.

    May run while entries are being appended. Memory does not grow with the number of entries.
    """
    problems = (verify_chain(name) for name in ([chain] if chain is not None else all_chains()))
    return [problem for problem in problems if problem]


def verify_head(chain: str, sequence: int, digest: str) -> Problem | None:
    """Does the chain still hold the entry whose number and hash somebody wrote down?

    Whoever rules the database can cut the end of a chain and set its head back: nothing inside tells, paper does.
    """
    entry = entry_at(chain, sequence)
    if entry is None:
        return Problem(chain, sequence, _("the entry written down is gone: the end of the chain was cut"))
    if entry.hash != digest:
        return Problem(chain, sequence, _("this entry does not have the hash written down: the chain was rewritten"))
    return None


def all_chains() -> list[str]:
    heads = LedgerHead.objects.values_list("chain", flat=True)
    return sorted({*heads, *LedgerEntry.objects.values_list("chain", flat=True).distinct()})


def verify_chain(chain: str) -> Problem | None:
    """Walk up to where the head stood at the start, then look for entries that no head covers."""
    head = LedgerHead.objects.filter(chain=chain).first()
    if head is None:
        has_entries = LedgerEntry.objects.filter(chain=chain).exists()
        return Problem(chain, 1, _("the head of the chain is gone")) if has_entries else None
    return walk(head) or beyond_head(chain)


def walk(head: LedgerHead) -> Problem | None:
    """Follow the entries from the first; stop at the first that does not continue the one before."""
    expected, previous = 1, GENESIS
    for entry in stored(head.chain, up_to=head.sequence):
        if entry.sequence != expected:
            return missing(head, expected, entry.sequence)
        if not entry.is_sealed_as(expected):
            return altered(entry)
        if entry.previous != previous:
            return unlinked(entry, previous, head)
        expected, previous = expected + 1, entry.hash
    if expected <= head.sequence:
        return Problem(head.chain, expected, _("this and all later entries are missing; the end of the chain was cut"))
    if previous != head.hash:
        return Problem(head.chain, head.sequence, _("the last entry is not the one the head names"))
    return None


def stored(chain: str, *, up_to: int) -> Iterator[Entry]:
    """The entries of a chain in order, through a cursor of the server."""
    rows = LedgerEntry.objects.filter(chain=chain, sequence__lte=up_to).order_by("sequence")
    return map(Entry._make, rows.values_list(*Entry._fields).iterator(chunk_size=CHUNK))


def entry_at(chain: str, sequence: int) -> Entry | None:
    row = LedgerEntry.objects.filter(chain=chain, sequence=sequence).values_list(*Entry._fields).first()
    return Entry._make(row) if row else None


def missing(head: LedgerHead, expected: int, found: int) -> Problem:
    if found == expected + 1:
        return Problem(head.chain, expected, _("this entry is missing"))
    return Problem(head.chain, expected, _("this entry and those after it are missing"))


def altered(entry: Entry) -> Problem:
    """The content does not have its hash: moved to another number, or edited."""
    chain, number = entry.chain, entry.sequence
    if entry.is_sealed_as(number - 1):
        return Problem(chain, number - 1, _("this entry was inserted and the later ones moved down"))
    if entry.is_sealed_as(number + 1):
        following = entry_at(chain, number + 1)
        if following and following.is_sealed_as(number):
            return Problem(chain, number, _("this entry and the next have changed places"))
        return Problem(chain, number, _("an entry was removed here and the later ones moved up"))
    return Problem(chain, number, _("this entry was edited"))


def unlinked(entry: Entry, previous: str, head: LedgerHead) -> Problem:
    """Two entries, each with its right hash, that do not follow each other: what comes after tells which is false."""
    chain, number = entry.chain, entry.sequence
    following = entry_at(chain, number + 1) if number < head.sequence else None
    if following and following.previous == previous:
        return Problem(chain, number, _("this entry was inserted"))
    continued = following.previous if following else head.hash
    if number > 1 and continued == entry.hash:
        return Problem(chain, number - 1, _("this entry was replaced; the next one continues another"))
    return Problem(chain, number, _("this entry was replaced; it does not continue the one before"))


def beyond_head(chain: str) -> Problem | None:
    """Entries after the head's: asked in one statement, which an append between two cannot mislead."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT h.sequence, (SELECT max(e.sequence) FROM ledger_ledgerentry e WHERE e.chain = h.chain)"
            " FROM ledger_ledgerhead h WHERE h.chain = %s",
            [chain],
        )
        counted, last = cursor.fetchone() or (0, None)
    if last is not None and last > counted:
        return Problem(chain, counted + 1, _("the head of the chain does not know this entry"))
    return None
