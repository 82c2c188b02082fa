"""Pictures drawn anew: only their pixels are kept, upright; whatever else a file carried stays behind."""

from __future__ import annotations

import struct
import warnings
import zlib

from PIL import Image, ImageOps

from evaluations.evidence.kinds import Refused
from tables.message import N_, Message

FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
PIXELS = 40_000_000
THUMBNAIL = 240
QUALITY = {"JPEG": {"quality": 90}, "PNG": {"compress_level": 6}, "WEBP": {"quality": 90, "method": 2}}
FAULTS = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, AttributeError, OverflowError,
          struct.error, zlib.error, Warning)  # fmt: skip


def redraw(path: str, kind: str, target: str, thumbnail: str) -> None:
    """Write the picture of `path` without anything but its pixels to `target`, and a small one to `thumbnail`."""
    plain = drawn(path, kind)
    plain.save(target, FORMATS[kind], **QUALITY[FORMATS[kind]])
    plain.thumbnail((THUMBNAIL, THUMBNAIL))
    on_white(plain).save(thumbnail, "JPEG", quality=80)


def drawn(path: str, kind: str) -> Image.Image:
    """The picture's pixels; whatever decoding it took is given back on return, before it is encoded anew."""
    warnings.simplefilter("error")
    Image.MAX_IMAGE_PIXELS = None  # ours is checked below, before a pixel is read, with a sentence
    try:
        with Image.open(path, formats=(FORMATS[kind],)) as opened:
            refuse_picture(opened, kind)
            opened.load()
            return pixels(opened)
    except FAULTS:
        raise Refused(Message(N_("The picture is damaged. Not uploaded."))) from None


def refuse_picture(opened: Image.Image, kind: str) -> None:
    """Raise Refused for more pixels than are drawn, and for pictures that move."""
    width, height = opened.size
    if width * height > PIXELS:
        raise too_many(width * height)
    if kind != "jpg" and getattr(opened, "is_animated", False):  # a phone's JPG may hold a preview beside itself
        raise Refused(Message(N_("The picture moves; take one that does not. Not uploaded.")))


def too_many(count: int) -> Refused:
    text = N_("%(found)s megapixels; limit %(limit)s; not uploaded.")
    return Refused(Message(text, {"found": -(-count // 1_000_000), "limit": PIXELS // 1_000_000}))


def pixels(opened: Image.Image) -> Image.Image:
    """The picture upright, in a mode that every kind can hold, with nothing attached."""
    upright = ImageOps.exif_transpose(opened)
    seen_through = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    if upright.mode.startswith("I"):
        upright = upright.point(lambda value: value * (1 / 256)).convert("L")
    mode = "L" if upright.mode in ("1", "L") and not seen_through else "RGB"
    if seen_through and opened.format != "JPEG":
        mode = "RGBA"
    plain = upright if upright.mode == mode else upright.convert(mode)
    plain.info = {}
    return plain


def on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper
