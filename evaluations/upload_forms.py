"""What is sent with a file: the file itself, and for a department's table its source and date."""

from __future__ import annotations

from datetime import date
from pathlib import Path, PurePath
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from branches.fields import CleanCharField
from branches.working_days import today
from evaluations.workbooks.plan import Unit
from tables.errors import TableRefused
from tables.message import N_, Message
from tables.reading import OLE, XLSX_LIMIT, refuse_kind
from tables.text import without_controls

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream that holds a workbook under a password
NAME_LENGTH = 120


class UploadForm(forms.Form):
    """A workbook of the portal, come back."""

    extensions = (".xlsx",)
    file = forms.FileField(label=gettext_lazy("File"), allow_empty_file=True)

    def __init__(self, request: HttpRequest, **options):
        super().__init__(request.POST, request.FILES, **options)
        self.fields["file"].error_messages["required"] = _("No file was chosen.")
        self.sent = int(request.META.get("CONTENT_LENGTH") or 0)

    def clean(self) -> dict:
        """Refuse at once what needs no reading: the wrong kind, an empty file, one too large."""
        cleaned = super().clean()
        if "file" not in self.files and self.sent > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            self.errors["file"] = self.error_class([too_large()])
        file = cleaned.get("file")
        if file is not None:
            cleaned["name"] = file_name(file.name)
            cleaned["content"] = file.read(XLSX_LIMIT + 1)
            self.refuse(cleaned["name"], cleaned["content"])
        return cleaned

    def refuse(self, name: str, content: bytes) -> None:
        path = Path(name)
        problem = None
        if path.suffix.lower() not in (*self.extensions, ".xls", ".xlsm", ".et", ".xlsb", ".ods"):
            allowed = " / ".join(self.extensions)
            problem = Message(N_("%(file)s: only %(allowed)s is taken"), {"file": name, "allowed": allowed})
        elif len(content) > XLSX_LIMIT:
            self.add_error("file", too_large())
        elif content.startswith(OLE) and path.suffix.lower() == ".xlsx" and ENCRYPTED not in content:
            text = N_("%(file)s: the file is an old workbook under another name; save it as .xlsx")
            problem = Message(text, {"file": name})
        else:
            problem = refused_kind(path, content)
        if problem is not None:
            self.add_error("file", problem.translated(_))

    @property
    def first_error(self) -> str:
        """One sentence for what is wrong with what was sent."""
        return str(next(iter(self.errors.values()))[0])

    @property
    def kept(self) -> str:
        """What was typed beside the file, as an address keeps it."""
        return urlencode({name: self.data.get(name, "")[:NAME_LENGTH] for name in self.fields if name != "file"})


class TableForm(UploadForm):
    """A department's own table: whose it is, where it comes from and of which day."""

    extensions = (".xlsx", ".csv")
    unit = forms.ChoiceField(label=gettext_lazy("Department"))
    source = CleanCharField(label=gettext_lazy("Source"), max_length=120)
    as_of = forms.DateField(label=gettext_lazy("Date of the data"), input_formats=["%Y-%m-%d", "%Y/%m/%d"])

    def __init__(self, request: HttpRequest, units: list[Unit], **options):
        super().__init__(request, **options)
        self.units = {unit.key: unit for unit in units}
        self.fields["unit"].choices = [(key, unit.name) for key, unit in self.units.items()]
        for name, words in (("source", _("The source is missing.")), ("as_of", _("The date of the data is missing."))):
            self.fields[name].error_messages["required"] = words
        self.fields["as_of"].error_messages["invalid"] = _("A date is written as 2026-03-01.")

    def clean_as_of(self) -> date:
        day = self.cleaned_data["as_of"]
        if day > today():
            raise forms.ValidationError(_("The date of the data is in the future."))
        return day


def refused_kind(path: Path, content: bytes) -> Message | None:
    """What is wrong with the file before it is read; None where nothing is."""
    try:
        refuse_kind(path, path.name, len(content), content[:8])
    except TableRefused as refused:
        return refused.messages[0]
    return None


def too_large() -> str:
    return _("The file is larger than %(limit)s MB and was not kept.") % {"limit": XLSX_LIMIT // 1024 // 1024}


def file_name(name: str) -> str:
    """The last part of a file's name, short and without what would hide or reverse it."""
    kept = without_controls(PurePath(name.replace("\\", "/")).name)
    kept = "".join(char if char.isprintable() else " " for char in kept)
    stem, suffix = PurePath(kept).stem, PurePath(kept).suffix[:10]
    return f"{stem[: NAME_LENGTH - len(suffix)]}{suffix}" or "upload"
