"""The six kinds of file that are taken, and what each is called by names, browsers and its own first bytes."""

from __future__ import annotations

from dataclasses import dataclass

from tables.message import N_, Message

MEGABYTE = 1024 * 1024
LARGEST = 10 * MEGABYTE
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOT_TAKEN = N_("“%(ending)s” is not taken; PDF, JPG, PNG, WebP, DOCX or XLSX are. Not uploaded.")
TOO_LARGE = N_("%(size)s MB; limit %(limit)s MB; not uploaded.")
UNDECLARED = ("", "application/octet-stream")  # a PC that knows no program for a kind declares nothing


class Refused(Exception):
    """A file is not taken, for the reason in `problem`."""

    def __init__(self, problem: Message):
        self.problem = problem
        super().__init__(str(problem))


@dataclass(frozen=True)
class Kind:
    """One kind: its name, its file name endings, its type as we send it, and what browsers also declare it as."""

    key: str
    endings: tuple[str, ...]
    media_type: str
    declared: tuple[str, ...]
    icon: str
    is_image: bool = False


KINDS = {
    kind.key: kind
    for kind in (
        Kind("pdf", (".pdf",), "application/pdf", ("application/x-pdf",), "bi-file-earmark-pdf"),
        Kind("jpg", (".jpg", ".jpeg"), "image/jpeg", ("image/jpg", "image/pjpeg"), "bi-file-earmark-image", True),
        Kind("png", (".png",), "image/png", ("image/x-png",), "bi-file-earmark-image", True),
        Kind("webp", (".webp",), "image/webp", (), "bi-file-earmark-image", True),
        Kind("docx", (".docx",), WORD, ("application/wps-office.docx",), "bi-file-earmark-word"),
        Kind("xlsx", (".xlsx",), SHEET, ("application/wps-office.xlsx",), "bi-file-earmark-excel"),
    )
}
ENDINGS = tuple(ending for kind in KINDS.values() for ending in kind.endings)
BY_MEDIA_TYPE = {kind.media_type: kind for kind in KINDS.values()}
STARTS = {"pdf": b"%PDF-", "jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "docx": b"PK\x03\x04"}
STARTS["xlsx"] = STARTS["docx"]


def kind_of(name: str, declared: str, start: bytes) -> Kind:
    """The kind on which the name, the browser and the first bytes agree; Refused where they don't."""
    ending = "." + name.rpartition(".")[2].lower() if "." in name else ""
    kind = next((one for one in KINDS.values() if ending in one.endings), None)
    if kind is None:
        found = ending[:12] if ending[1:].isascii() and ending[1:].isalnum() else ""
        raise Refused(Message(NOT_TAKEN, {"ending": found or "?"}))
    named = declared.partition(";")[0].strip().lower()
    if named not in (kind.media_type, *kind.declared, *UNDECLARED) or not begins_as(kind, start):
        text = N_("The content is no %(kind)s, as the name says. Save the file as what it is. Not uploaded.")
        raise Refused(Message(text, {"kind": kind.key.upper()}))
    return kind


def begins_as(kind: Kind, start: bytes) -> bool:
    if kind.key == "webp":
        return start[:4] == b"RIFF" and start[8:12] == b"WEBP"
    return start.startswith(STARTS[kind.key])


def refuse_size(size: int) -> None:
    """Raise Refused for a file that is empty or above the limit."""
    if not size:
        raise Refused(Message(N_("The file is empty. Not uploaded.")))
    if size > LARGEST:
        limit = {"size": shown_megabytes(size), "limit": LARGEST // MEGABYTE}
        raise Refused(Message(TOO_LARGE, limit))


def shown_megabytes(size: int) -> str:
    """Megabytes with one decimal, rounded up, so that a file above a limit never looks like the limit."""
    tenths = -(-size * 10 // MEGABYTE)
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)
