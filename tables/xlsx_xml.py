"""The few parts of a workbook's XML that a table needs: which sheet, its texts, its formats, its rows.

Read as a stream of events with document types forbidden, so that nothing expands and no tree is built.
"""

import re
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl
from zipfile import BadZipFile, ZipFile

from defusedxml import DefusedXmlException
from defusedxml.sax import parse

from tables.message import N_, Message
from tables.xlsx_zip import Refused

DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # built in, the Chinese ones included
PERCENT_FORMATS = {9, 10}
LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


class Events(ContentHandler):
    """SAX events without the names' prefixes: start(name, attributes), end(name), and text while it is wanted."""

    def __init__(self) -> None:
        super().__init__()
        self.collected: list[str] | None = None

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        self.start(name.rpartition(":")[2], attrs)

    def endElement(self, name: str) -> None:
        self.end(name.rpartition(":")[2])

    def characters(self, content: str) -> None:
        if self.collected is not None:
            self.collected.append(content)

    def collect(self) -> None:
        self.collected = []

    def text(self) -> str:
        """What was collected since collect(), which it ends."""
        collected, self.collected = self.collected, None
        return "".join(collected or ())

    def start(self, name: str, attributes: AttributesImpl) -> None: ...

    def end(self, name: str) -> None: ...


def read_part(archive: ZipFile, name: str, events: Events) -> None:
    """Send a part's events to `events`; Refused when it is absent, damaged or not plain XML."""
    try:
        with archive.open(name) as part:
            parse(part, events, forbid_dtd=True)
    except (KeyError, BadZipFile, SAXParseException, DefusedXmlException, EOFError, ValueError, OSError):
        raise Refused(Message(N_("the workbook is damaged"))) from None


class Sheets(Events):
    """xl/workbook.xml: the sheets in order, as (name, shows, relationship id); whether days count from 1904."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, bool, str]] = []
        self.from_1904 = False

    @property
    def first(self) -> str:
        """The relationship id of the first sheet that shows; empty where none does."""
        return next((relation for _name, shows, relation in self.found if shows), "")

    def start(self, name: str, attributes: AttributesImpl) -> None:
        if name == "workbookPr":
            self.from_1904 = attributes.get("date1904", "0") in ("1", "true")
        elif name == "sheet":
            relation = next((attributes[key] for key in attributes.keys() if key.endswith(":id")), "")
            shows = attributes.get("state", "visible") == "visible"
            self.found.append((attributes.get("name", ""), shows, relation))


class Targets(Events):
    """xl/_rels/workbook.xml.rels: which part each relationship names."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, str] = {}
        self.kinds: dict[str, str] = {}

    def start(self, name: str, attributes: AttributesImpl) -> None:
        if name == "Relationship" and attributes.get("TargetMode", "Internal") == "Internal":
            target = attributes.get("Target", "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            self.targets[attributes.get("Id", "")] = part
            self.kinds.setdefault(attributes.get("Type", "").rpartition("/")[2], part)


class SharedTexts(Events):
    """xl/sharedStrings.xml: the texts that cells name by number; readings of characters (phonetic) left out."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._parts: list[str] = []
        self._phonetic = False

    def start(self, name: str, attributes: AttributesImpl) -> None:
        if name == "si":
            self._parts = []
        elif name == "rPh":
            self._phonetic = True
        elif name == "t" and not self._phonetic:
            self.collect()

    def end(self, name: str) -> None:
        if name == "t" and not self._phonetic:
            self._parts.append(self.text())
        elif name == "rPh":
            self._phonetic = False
        elif name == "si":
            self.texts.append("".join(self._parts))


class Formats(Events):
    """xl/styles.xml: for each style of a cell whether it shows a date ("d"), a percentage ("p") or neither ("")."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: list[str] = []
        self._custom: dict[str, str] = {}
        self._in_cell_styles = False

    def start(self, name: str, attributes: AttributesImpl) -> None:
        if name == "numFmt":
            self._custom[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cell_styles = True
        elif name == "xf" and self._in_cell_styles:
            number = attributes.get("numFmtId", "0")
            self.kinds.append(format_kind(number, self._custom.get(number)))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cell_styles = False


def format_kind(number: str, code: str | None) -> str:
    """ "d", "p" or "" for a number format, by its own code or, where it has none, by its built-in number."""
    if code is not None:
        shown = LITERALS.sub("", code).lower().replace("general", "")
        return "p" if "%" in shown else "d" if re.search("[ymdhs]", shown) else ""
    if not number.isdecimal():
        return ""
    return "p" if int(number) in PERCENT_FORMATS else "d" if int(number) in DATE_FORMATS else ""


def sheet_part(archive: ZipFile) -> tuple[str, bool, list[str], list[str]]:
    """The first visible sheet's part, whether days count from 1904, the shared texts, the kinds of the cell styles."""
    sheets, targets, texts, formats = book_parts(archive)
    part = targets.get(sheets.first)
    if part is None:
        raise Refused(Message(N_("the workbook has no sheet that shows")))
    return part, sheets.from_1904, texts, formats


def book_parts(archive: ZipFile) -> tuple[Sheets, dict[str, str], list[str], list[str]]:
    """The sheets, the part behind each relationship, the shared texts, the kinds of the cell styles."""
    sheets, targets, texts, formats = Sheets(), Targets(), SharedTexts(), Formats()
    read_part(archive, "xl/workbook.xml", sheets)
    read_part(archive, "xl/_rels/workbook.xml.rels", targets)
    for kind, events in (("sharedStrings", texts), ("styles", formats)):
        if kind in targets.kinds:
            read_part(archive, targets.kinds[kind], events)
    return sheets, targets.targets, texts.texts, formats.kinds
