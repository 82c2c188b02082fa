"""The Chinese catalogue: brought in line with the texts, compiled, and checked for everything a reader would notice."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import polib

from translations.sources import Text

METADATA = {
    "Project-Id-Version": "five-star-portal",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
PLACEHOLDER = re.compile(r"%%|%\(\w+\)[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]|%\d*(?:\.\d+)?[sdrif]|\{\w*\}")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]")
HAN = re.compile(r"[\u4e00-\u9fff]")


def read(path: Path) -> polib.POFile:
    """The catalogue at path, or an empty one where there is none yet."""
    return polib.pofile(str(path), wrapwidth=0) if path.exists() else polib.POFile(wrapwidth=0)


def updated(old: polib.POFile, texts: Iterable[Text]) -> polib.POFile:
    """A catalogue of exactly these texts, sorted, keeping each translation old has; a changed plural is kept fuzzy."""
    kept = {(entry.msgctxt or "", entry.msgid): entry for entry in old if not entry.obsolete}
    new = polib.POFile(wrapwidth=0)
    new.metadata = METADATA
    for key, group in sorted(grouped(texts).items(), key=lambda item: (item[0][1], item[0][0])):
        new.append(entry_for(group, kept.get(key)))
    return new


def grouped(texts: Iterable[Text]) -> dict[tuple[str, str], list[Text]]:
    groups: dict[tuple[str, str], list[Text]] = {}
    for text in texts:
        groups.setdefault((text.context, text.msgid), []).append(text)
    return groups


def entry_for(group: list[Text], known: polib.POEntry | None) -> polib.POEntry:
    """The entry for one text, wherever it occurs, with the Chinese it already has."""
    plural = max(text.plural for text in group)
    entry = polib.POEntry(msgid=group[0].msgid, msgctxt=group[0].context or None, msgid_plural=plural)
    entry.occurrences = [(place, "") for place in sorted({text.place for text in group})]
    chinese = chinese_of(known) if known else ""
    if plural:
        entry.msgstr_plural = {0: chinese}
    else:
        entry.msgstr = chinese
    if known and (known.fuzzy or (chinese and bool(known.msgid_plural) != bool(plural))):
        entry.flags.append("fuzzy")
    return entry


def chinese_of(entry: polib.POEntry) -> str:
    """The Chinese of an entry; Chinese has one form, whatever the number."""
    return entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr


def problems(catalogue: polib.POFile, texts: Iterable[Text], compiled: bytes | None) -> Iterator[str]:
    """Everything that keeps the catalogue from being complete, one sentence each; none when it may be shipped."""
    wanted = set(grouped(texts))
    present = {(entry.msgctxt or "", entry.msgid) for entry in catalogue if not entry.obsolete}
    yield from (f"not in the catalogue: {msgid!r}" for _, msgid in sorted(wanted - present))
    yield from (f"no longer used: {msgid!r}" for _, msgid in sorted(present - wanted))
    for entry in catalogue:
        yield from entry_problems(entry)
    if compiled != catalogue.to_binary():
        yield "django.mo is not what django.po compiles to"


def entry_problems(entry: polib.POEntry) -> Iterator[str]:
    """What is wrong with one entry as a translation."""
    chinese = chinese_of(entry)
    if entry.obsolete:
        yield f"obsolete entry: {entry.msgid!r}"
    elif not chinese.strip():
        yield f"not translated: {entry.msgid!r}"
    elif entry.fuzzy:
        yield f"fuzzy: {entry.msgid!r}"
    elif placeholders(chinese) != placeholders(entry.msgid_plural or entry.msgid):
        yield f"placeholders differ: {entry.msgid!r} and {chinese!r}"
    elif HALF_WIDTH.search(PLACEHOLDER.sub("", chinese)):
        yield f"half-width punctuation beside Chinese: {chinese!r}"


def placeholders(text: str) -> list[str]:
    """The places a value is put into, in any order, each as often as it occurs."""
    return sorted(PLACEHOLDER.findall(text))
