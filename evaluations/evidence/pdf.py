"""PDF files: nothing before their head and after their end, nothing in them that runs, opens or is locked."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from zipfile import is_zipfile

from evaluations.evidence.kinds import Refused
from tables.message import N_, Message

HEAD = re.compile(rb"%PDF-[12]\.\d")
END = re.compile(rb"startxref\s+\d+\s+%%EOF\s*\Z")
STREAM = re.compile(rb"(?<!end)stream\r?\n")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")  # a name may write any letter by its number
DISGUISES = re.compile(rb"<\s*(?:html|script|svg|!doctype|\?php)", re.IGNORECASE)
ACTIVE = re.compile(rb"/(?:JavaScript|Launch|RichMedia|Rendition|SubmitForm|ImportData|GoToE)\b")
UNPACKED = 256 * 1024 * 1024
PIECE, PACKED = 1 << 20, 1 << 16

OTHER = Message(N_("The file holds more than one document. Save it anew. Not uploaded."))
DAMAGED = Message(N_("The file is damaged. Not uploaded."))
LOCKED = Message(N_("The PDF is protected by a password; save it without one. Not uploaded."))
PROGRAMS = Message(N_("The PDF contains programs or actions; print it to PDF anew. Not uploaded."))
FILES = Message(N_("The PDF contains other files; print it to PDF anew. Not uploaded."))


def check_pdf(path: str) -> None:
    """Read the whole file; Refused when it is not a plain PDF."""
    data = Path(path).read_bytes()
    if not HEAD.match(data) or not END.search(data[-1024:]):
        raise Refused(DAMAGED)
    if is_zipfile(path) or DISGUISES.search(data[:1024]):
        raise Refused(OTHER)
    if b"/Encrypt" in unescaped(data):
        raise Refused(LOCKED)
    refuse_active(data)
    for piece in unpacked(data):
        refuse_active(piece)


def unescaped(data: bytes) -> bytes:
    return ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), data) if b"#" in data else data


def refuse_active(data: bytes) -> None:
    """Raise Refused where a name stands that no document needs. No such name comes about by chance in packed data."""
    plain = unescaped(data)
    if ACTIVE.search(plain):
        raise Refused(PROGRAMS)
    if b"/EmbeddedFile" in plain:
        raise Refused(FILES)


def unpacked(data: bytes) -> Iterator[bytes]:
    """What the file's packed streams hold; Refused where objects hide in a packing that isn't read here."""
    total = 0
    for found in STREAM.finditer(data):
        head = unescaped(data[max(0, found.start() - 2000) : found.start()].rpartition(b"obj")[2])
        objects = b"/ObjStm" in head
        if objects and unreadable(head):
            raise Refused(DAMAGED)
        rest = b""
        for piece in inflated(data, found.end(), strict=objects and b"/FlateDecode" in head):
            total += len(piece)
            if total > UNPACKED:
                raise Refused(Message(N_("The file is too large when unpacked. Not uploaded.")))
            yield rest + piece
            rest = piece[-32:]  # a name may lie across two pieces


def unreadable(head: bytes) -> bool:
    filters = set(re.findall(rb"/(\w+Decode|LZW|Fl|A85|AHx|Crypt)\b", head))
    return bool(filters - {b"FlateDecode"}) or head.count(b"/FlateDecode") > 1 or b"/Predictor" in head


def inflated(data: bytes, start: int, *, strict: bool) -> Iterator[bytes]:
    """Piece by piece; what is packed otherwise ends at once, unless `strict`."""
    packed, inflater = memoryview(data)[start:], zlib.decompressobj()
    try:
        for at in range(0, len(packed), PACKED):
            waiting = packed[at : at + PACKED]
            while waiting and not inflater.eof:
                yield inflater.decompress(waiting, PIECE)
                waiting = inflater.unconsumed_tail
            if inflater.eof:
                return
    except zlib.error:
        if strict:
            raise Refused(DAMAGED) from None
