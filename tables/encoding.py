"""Which of the two accepted encodings a CSV file is in; any other is refused, by name where it can be told."""

import codecs
from typing import IO

from tables.message import N_, Message

CHUNK = 1 << 20
SAMPLE = 1 << 16
MARKS = (  # the longer mark first: UTF-32's begins like UTF-16's
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
LOOKALIKES = (("big5", "Big5"), ("shift_jis", "Shift JIS"), ("cp1252", "Windows-1252"))
FEWEST = 8  # characters it takes to tell a language


def csv_encoding(file: IO[bytes]) -> str | Message:
    """A codec's name for the whole file ("utf-8-sig" or "gb18030"), or why it is refused. Rewinds the file."""
    start = file.read(SAMPLE)
    for mark, name in MARKS:
        if start.startswith(mark):
            return refused_encoding(name)
    if b"\0" in start[:1000] and start[:1000].count(b"\0") * 4 >= len(start[:1000]):
        return refused_encoding("UTF-16")
    if decodes(file, "utf-8-sig"):
        return "utf-8-sig"
    if not decodes(file, "gb18030"):
        return Message(N_("the text is neither UTF-8 nor GB18030; save the file as CSV UTF-8"))
    lookalike = unlike_chinese(start)
    return refused_encoding(lookalike) if lookalike else "gb18030"


def refused_encoding(name: str) -> Message:
    return Message(N_("the file is in %(name)s; save it as CSV UTF-8"), {"name": name})


def decodes(file: IO[bytes], encoding: str) -> bool:
    """Whether every byte of the file is valid in `encoding`. Rewinds the file."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def unlike_chinese(sample: bytes) -> str | None:
    """The likely encoding when text that decodes as GB18030 is mostly made of characters Chinese hardly uses.

    GB18030 accepts nearly any bytes. Real text is made of the 6,763 characters of GB 2312 but for a rare name.
    """
    foreign = [char for char in codecs.getincrementaldecoder("gb18030")().decode(sample) if not char.isascii()]
    common = sum(1 for char in foreign if encodable(char, "gb2312"))
    if len(foreign) < FEWEST or common * 10 >= len(foreign) * 7:
        return None
    for codec, name in LOOKALIKES:
        try:
            codecs.getincrementaldecoder(codec)().decode(sample)
        except UnicodeDecodeError:
            continue
        return name
    return None


def encodable(char: str, codec: str) -> bool:
    try:
        char.encode(codec)
    except UnicodeEncodeError:
        return False
    return True
