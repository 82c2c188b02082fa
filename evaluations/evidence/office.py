"""Word and Excel files: an archive without tricks whose parts are whole, and nothing in it that runs or reaches out."""

from __future__ import annotations

import re
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from zipfile import BadZipFile, ZipFile, ZipInfo

from defusedxml import DefusedXmlException
from defusedxml.sax import parse

from evaluations.evidence.kinds import SHEET, WORD, Refused
from tables.message import N_, Message
from tables.xlsx_zip import EACH, ENTRIES, TOTAL, is_bomb, is_unsafe

MAIN = {"docx": f"{WORD}.main+xml", "xlsx": f"{SHEET}.main+xml"}
END = b"PK\x05\x06"  # of an archive, 22 bytes from its last where nothing follows
PIECE = 1 << 20
MACROS = Message(N_("The file contains macros; save it without them. Not uploaded."))
LINKS = Message(N_("The file links to other files; paste the content instead. Not uploaded."))
OBJECTS = Message(N_("The file contains embedded objects; save it without them. Not uploaded."))
DAMAGED = Message(N_("The file is damaged. Not uploaded."))
FORBIDDEN = {  # in the names of parts, in the types of contents and of relationships
    "vbaproject": MACROS, "macro": MACROS, "vbadata": MACROS, "externallink": LINKS, "activex": OBJECTS,
    "embeddings/": OBJECTS, "oleobject": OBJECTS, "afchunk": OBJECTS, "ctrlprop": OBJECTS, "customui": MACROS,
    "relationships/package": OBJECTS,
}  # fmt: skip
CALLS = re.compile(r"\bDDE(AUTO)?\b", re.IGNORECASE)  # a field that starts another program


def check_office(path: str, kind: str) -> None:
    """Read the whole file; Refused when it is not what it says, damaged, or carries what is not accepted."""
    refuse_disguise(path)
    try:
        with ZipFile(path) as archive:
            refuse_archive(archive)
            if read_types(archive) != MAIN[kind]:
                raise Refused(Message(N_("The content is no %(kind)s, as the name says. Not uploaded."),
                                      {"kind": kind.upper()}))  # fmt: skip
            for entry in archive.infolist():
                read_entry(archive, entry)
    except (BadZipFile, SAXParseException, DefusedXmlException, EOFError, KeyError, ValueError, OSError,
            NotImplementedError, RuntimeError):  # fmt: skip
        raise Refused(DAMAGED) from None


def refuse_disguise(path: str) -> None:
    """Raise Refused for an archive that begins or ends with something else, or that another program would take."""
    with open(path, "rb") as file:
        start = file.read(1024)
        file.seek(-22, 2)
        end = file.read(22)
    if not end.startswith(END) or end[20:] != b"\0\0" or b"%PDF-" in start:
        raise Refused(Message(N_("The file holds more than one document. Save it anew. Not uploaded.")))


def refuse_archive(archive: ZipFile) -> None:
    entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    too_large = total > TOTAL or any(entry.file_size > EACH or is_bomb(entry) for entry in entries)
    if too_large or len(entries) > ENTRIES:
        raise Refused(Message(N_("The file is too large when unpacked. Not uploaded.")))
    names = [entry.filename.lower() for entry in entries]
    refuse_named(names)
    if len(set(names)) < len(names) or any(is_unsafe(entry) for entry in entries):
        raise Refused(DAMAGED)
    if min((entry.header_offset for entry in entries), default=1):
        raise Refused(DAMAGED)


def refuse_named(names: list[str]) -> None:
    for name in names:
        for word, problem in FORBIDDEN.items():
            if word in name:
                raise Refused(problem)


class Types(ContentHandler):
    """[Content_Types].xml: the type of every part."""

    def __init__(self) -> None:
        super().__init__()
        self.types: list[str] = []

    def startElement(self, name, attrs) -> None:
        self.types.append(attrs.get("ContentType", ""))


def read_types(archive: ZipFile) -> str:
    """The type of the main part, "" where there is not exactly one."""
    types = Types()
    with archive.open("[Content_Types].xml") as part:
        parse(part, types, forbid_dtd=True)
    refuse_named([found.lower() for found in types.types])
    main = [found for found in types.types if found.endswith(".main+xml")]
    return main[0] if len(main) == 1 else ""


class Parts(ContentHandler):
    """Any part's XML: relationships that reach out, fields that call programs."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: list[str] = []
        self.in_field = False

    def startElement(self, name, attrs) -> None:
        if name.rpartition(":")[2] == "Relationship":
            self.relationship(attrs)
        self.in_field = name.rpartition(":")[2] == "instrText"
        for attribute in attrs.getNames():
            if attribute.rpartition(":")[2] == "instr":
                self.fields.append(attrs[attribute])

    def relationship(self, attrs) -> None:
        kind = attrs.get("Type", "").lower()
        refuse_named([kind])
        if attrs.get("TargetMode", "").lower() == "external" and not kind.endswith("/hyperlink"):
            raise Refused(LINKS)

    def characters(self, content: str) -> None:
        if self.in_field:
            self.fields.append(content)

    def endElement(self, name: str) -> None:
        self.in_field = False

    def endDocument(self) -> None:
        if CALLS.search("".join(self.fields)):
            raise Refused(LINKS)


def read_entry(archive: ZipFile, entry: ZipInfo) -> None:
    """Read one part to its end, which checks its sum; XML is parsed."""
    with archive.open(entry) as part:
        if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            parse(part, Parts(), forbid_dtd=True)
            return
        while part.read(PIECE):
            pass
