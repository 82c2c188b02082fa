"""What an .xlsx archive must satisfy before a byte of its XML is read."""

import stat
from zipfile import BadZipFile, ZipFile, ZipInfo

from tables.message import N_, Message

ENTRIES = 200
TOTAL = 100 * 1024 * 1024
EACH = 50 * 1024 * 1024
RATIO = 200
RATIO_MATTERS = 1024 * 1024  # a few kilobytes of blanks may shrink as they like
ARCHIVES = (".zip", ".xlsx", ".xlsm", ".docx", ".jar", ".7z", ".rar", ".gz")
METHODS = (0, 8)  # stored, deflated


class Refused(Exception):
    """The workbook as a whole is not accepted, for the reason in `problem`."""

    def __init__(self, problem: Message):
        self.problem = problem
        super().__init__(str(problem))


def open_archive(path: str) -> ZipFile:
    """The archive, its directory checked; Refused otherwise. Sizes hold: zipfile never reads past the declared one."""
    try:
        archive = ZipFile(path)
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        raise Refused(Message(N_("the workbook is damaged"))) from None
    entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES or total > TOTAL or any(entry.file_size > EACH for entry in entries):
        raise Refused(Message(N_("the workbook is too large when unpacked")))
    if any(is_bomb(entry) for entry in entries):
        raise Refused(Message(N_("the workbook is compressed more than any real one")))
    if len({entry.filename.lower() for entry in entries}) < len(entries) or any(is_unsafe(entry) for entry in entries):
        raise Refused(Message(N_("the workbook has parts that do not belong into one")))
    for entry in entries:
        refuse_part(entry.filename.lower())
    return archive


def is_bomb(entry: ZipInfo) -> bool:
    return entry.file_size > RATIO_MATTERS and entry.file_size > RATIO * max(entry.compress_size, 1)


def is_unsafe(entry: ZipInfo) -> bool:
    """Absolute, climbing, linked, encrypted, nested or oddly packed."""
    name = entry.filename
    return (
        name.startswith(("/", "\\"))
        or ".." in name.replace("\\", "/").split("/")
        or ":" in name
        or stat.S_ISLNK(entry.external_attr >> 16)
        or bool(entry.flag_bits & 1)
        or entry.compress_type not in METHODS
        or name.lower().endswith(ARCHIVES)
    )


def refuse_part(name: str) -> None:
    """Raise Refused for parts that carry programs or reach into other files."""
    if name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/"):
        raise Refused(Message(N_("a workbook with macros is not accepted; save it as .xlsx")))
    if name.startswith("xl/externallinks/"):
        raise Refused(Message(N_("the workbook links to other files; paste the values instead")))
