"""Files of every kind, and hostile ones, made in the test."""

from __future__ import annotations

import io
import zipfile
import zlib

import openpyxl
from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
HERE = (34.0, 1.0, 2.0)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **options) -> bytes:
    kept = io.BytesIO()
    Image.new(mode, size, **({"color": options.pop("color")} if "color" in options else {})).save(kept, kind, **options)
    return kept.getvalue()


def from_a_phone() -> bytes:
    """A picture lying on its side, with the place where it was taken and a comment."""
    told = Image.Exif()
    told[0x0112], told[0x010F] = 6, "SECRETPHONE"
    told.get_ifd(0x8825)[2] = HERE
    return picture(exif=told, comment=b"SECRETCOMMENT", icc_profile=b"SECRETPROFILE" * 20)


def pdf(extra: bytes = b"", catalog: bytes = b"") -> bytes:
    return PDF.replace(b"/Catalog", b"/Catalog" + catalog).replace(b"trailer", extra + b"trailer")


def packed(content: bytes) -> bytes:
    """An object stream, in which names don't stand in plain."""
    body = zlib.compress(content)
    head = b"2 0 obj<</Type/ObjStm/Filter/FlateDecode/Length %d>>stream\n" % len(body)
    return head + body + b"\nendstream endobj\n"


def workbook() -> bytes:
    kept = io.BytesIO()
    openpyxl.Workbook().save(kept)
    return kept.getvalue()


def office(parts: dict[str, str] | None = None, main: str = WORD, text: str = "<d/>") -> bytes:
    """The smallest Word file (or another by `main`), with further parts."""
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("word/document.xml", text)
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
    return kept.getvalue()


def relation(kind: str, mode: str = "External") -> dict[str, str]:
    row = f'<Relationship Id="a" Type="{RELATION}/{kind}" Target="http://evil.example/" TargetMode="{mode}"/>'
    return {"word/_rels/document.xml.rels": f"<Relationships>{row}</Relationships>"}


GOOD = {
    "a.pdf": pdf(packed(b"1 0 <</Type/Page>>")),
    "a.jpg": from_a_phone(),
    "b.jpeg": picture("JPEG", mode="CMYK"),
    "a.png": picture("PNG", mode="P"),
    "b.png": picture("PNG", mode="I;16"),
    "a.webp": picture("WEBP", mode="RGBA"),
    "a.docx": office(relation("hyperlink")),
    "a.xlsx": workbook(),
}
MEGABYTES = 1024 * 1024


def padded(size: int) -> bytes:
    """A PDF of exactly so many bytes."""
    comment = b"%" + b"x" * (size - len(PDF) - 2) + b"\n"
    return PDF.replace(b"trailer", comment + b"trailer")


MOVING = io.BytesIO()
Image.new("RGB", (8, 8)).save(MOVING, "WEBP", save_all=True, append_images=[Image.new("RGB", (8, 8), "red")])
HOSTILE = {  # name: (content, a word of what is said)
    "empty.pdf": (b"", "empty"),
    "page.html": (b"<html><script>alert(1)</script>", "html"),
    "drawing.svg": (b"<svg onload='alert(1)'/>", "svg"),
    "svg.png": (b"<svg onload='alert(1)'/>", "no PNG"),
    "html.jpg": (b"<html>", "no JPG"),
    "renamed.png": (picture("JPEG"), "no PNG"),
    "renamed.docx": (workbook(), "no DOCX"),
    "renamed.xlsx": (office(), "no XLSX"),
    "program.pdf": (b"MZ\x90\0" + PDF, "no PDF"),
    "nothing": (PDF, "not taken"),
    "double.pdf.exe": (PDF, "not taken"),
    "head.jpg": (b"\xff\xd8\xff\xe0" + b"<script>" * 9, "damaged"),
    "cut.jpg": (picture("JPEG", (400, 400))[:900], "damaged"),
    "cut.png": (picture("PNG", (400, 400))[:-30], "damaged"),
    "bomb.png": (picture("PNG", (30_000, 30_000), "1"), "900 megapixels; limit 40"),
    "wide.png": (picture("PNG", (40_000_001, 1), "1"), "41 megapixels"),
    "moving.webp": (MOVING.getvalue(), "moves"),
    "tail.pdf": (PDF + b"<script>", "damaged"),
    "zip.pdf": (PDF[:-6] + workbook() + b"", "damaged"),
    "page.pdf": (b"%PDF-1.4\n<html><script>" + PDF[9:], "more than one"),
    "script.pdf": (pdf(catalog=b"/OpenAction<</S/JavaScript/JS(x)>>"), "programs"),
    "written.pdf": (pdf(catalog=b"/OpenAction<</S/J#61vaScript/JS(x)>>"), "programs"),
    "packed.pdf": (pdf(packed(b"1 0 <</S/JavaScript>>")), "programs"),
    "twice.pdf": (pdf(packed(b"x").replace(b"/Filter/FlateDecode", b"/Filter[/ASCIIHexDecode]")), "damaged"),
    "launch.pdf": (pdf(catalog=b"/OpenAction<</S/Launch/F(cmd.exe)>>"), "programs"),
    "files.pdf": (pdf(catalog=b"/Names<</EmbeddedFiles 9 0 R>>"), "other files"),
    "locked.pdf": (pdf().replace(b"/Root", b"/Encrypt 9 0 R/Root"), "password"),
    "unpacks.pdf": (pdf(b"3 0 obj<</Filter/FlateDecode>>stream\n" + zlib.compress(b"\0" * 300 * MEGABYTES, 9)
                        + b"\nendstream endobj\n"), "too large when unpacked"),
    "before.docx": (PDF + office(), "no DOCX"),
    "after.docx": (office() + PDF, "more than one"),
    "macros.docx": (office({"word/vbaProject.bin": "x"}), "macros"),
    "typed.docx": (office(main="application/vnd.ms-word.document.macroEnabled.main+xml"), "macros"),
    "object.docx": (office({"word/embeddings/a.bin": "x"}), "embedded"),
    "template.docx": (office(relation("attachedTemplate")), "links"),
    "chunk.docx": (office(relation("aFChunk", "Internal")), "embedded"),
    "field.docx": (office(text="<d><instrText>DD</instrText><instrText>EAUTO c:\\\\x</instrText></d>"), "links"),
    "links.xlsx": (office({"xl/externalLinks/externalLink1.xml": "<a/>"}, SHEET), "links"),
    "entity.docx": (office(text='<!DOCTYPE d [<!ENTITY a "x">]><d>&a;</d>'), "damaged"),
    "torn.docx": (office(text="<d>"), "damaged"),
    "climbing.docx": (office({"../../etc/passwd": "x"}), "damaged"),
    "nested.docx": (office({"word/a.zip": "x"}), "damaged"),
    "bomb.docx": (office({"word/media/a.png": "\0" * 30 * MEGABYTES}), "too large when unpacked"),
    "parts.docx": (office({f"word/{place}.xml": "<a/>" for place in range(250)}), "too large when unpacked"),
}  # fmt: skip
