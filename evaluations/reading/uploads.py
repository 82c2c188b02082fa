"""The files somebody sent in, and one of them beside what the portal holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from accounts.access import EntryScope
from accounts.models import User
from evaluations.cells import NA
from evaluations.models import UPLOADS_DUE, RoundCounty, Upload, UploadKind, UploadRow, UploadState
from evaluations.reading.values import QUARTERS, said
from evaluations.services.takeover import ASKED, CHOICE, CHOSEN, CLEARED, CONFLICTS
from evaluations.workbooks.comparing import unpacked
from scoring.wording import NO, YES

PAGE = 100  # rows of a comparison
LISTED = 50
Kind = UploadRow.Kind
EMPTIED, LEFT = "cleared", "left"  # cells that were emptied; rows that could be written and are not ticked
WHICH = {
    Kind.NEW: Q(kind=Kind.NEW) & ~CLEARED, EMPTIED: CLEARED, Kind.CONFLICT: CONFLICTS, Kind.ERROR: Q(kind=Kind.ERROR),
    LEFT: Q(wanted=False) & ~Q(kind=Kind.ERROR),
}  # fmt: skip
ICONS = {
    Kind.NEW: "bi-pencil", EMPTIED: "bi-eraser", Kind.CONFLICT: "bi-people", Kind.ERROR: "bi-exclamation-octagon",
}  # fmt: skip


def uploads_of(user: User, county: RoundCounty, scope: EntryScope) -> QuerySet[Upload]:
    """What this person sent in and still enters for."""
    towns = [prefix.ljust(12, "0") for prefix in scope.townships]
    unread = Q(township=None, department=None)
    held = unread | Q(township__in=towns) | Q(department__name__in=scope.departments)
    rows = Upload.objects.filter(held, county=county, made_by=user.ledger_name)
    kept = rows.defer("content").annotate(has_content=~Q(content=b""))
    return kept.select_related("township", "department")


def upload_of(user: User, county: RoundCounty, scope: EntryScope, pk: int) -> Upload:
    """One of them; 404 for anybody else's."""
    upload = uploads_of(user, county, scope).filter(pk=pk).first()
    if upload is None:
        raise Http404
    return upload


@dataclass(frozen=True)
class Chip:
    """One kind of rows: how many, where to see them, whether they are seen."""

    kind: str
    label: str
    count: int
    current: bool


@dataclass(frozen=True)
class ShownRow:
    """One row in words."""

    row: UploadRow

    @property
    def where(self) -> str:
        return f"{self.row.sheet}!{self.row.cell}" if self.row.sheet else self.row.cell

    @property
    def criterion(self) -> str:
        if self.row.criterion is None:
            return ""
        name = self.row.criterion.shown_name
        return f"{name} {QUARTERS[self.row.period]}" if self.row.period else name

    @property
    def kind(self) -> str:
        """Its kind as people tell them apart: to empty a cell is not to change it."""
        row = self.row
        emptied = row.number is None and not row.option and not row.na
        return EMPTIED if row.kind == Kind.NEW and emptied else row.kind

    @property
    def icon(self) -> str:
        return ICONS[self.kind]

    @property
    def mine(self) -> str:
        """What the file says: as it will be written, or as it was found where it can't be."""
        row = self.row
        if row.kind == Kind.ERROR:
            return row.found
        number = "" if row.number is None else f"{row.number:f}".rstrip("0").rstrip(".")
        return self.words(NA if row.na else row.option or number)

    @property
    def old(self) -> str:
        return self.words(self.row.old)

    @property
    def theirs(self) -> str:
        return self.words(self.row.theirs)

    def words(self, text: str) -> str:
        if text == NA:
            return _("not applicable")
        if not text:
            return _("empty")
        if self.row.criterion is not None and self.row.criterion.value_type == "yesno":
            return said(YES if text == "1" else NO)
        return text

    @property
    def papers(self) -> str:
        """Where the value comes from and of which day: it may be all that the file changes."""
        dated = self.row.as_of.isoformat() if self.row.as_of else ""
        return " · ".join(filter(None, (self.row.document, self.row.source, dated)))

    @property
    def message(self) -> str:
        return said(unpacked(self.row.message)) if self.row.message else ""

    @property
    def can_choose(self) -> bool:
        return self.row.kind != Kind.ERROR


class Comparison:
    """An upload as its page shows it."""

    def __init__(self, upload: Upload, asked: QueryDict):
        self.upload = upload
        self.kind = asked.get("kind", "") if asked.get("kind") in WHICH else ""
        self.number = asked.get("page", "1")

    @property
    def running(self) -> bool:
        return self.upload.state in UPLOADS_DUE

    @property
    def taking(self) -> bool:
        return self.upload.state == UploadState.TAKING

    @property
    def open(self) -> bool:
        return self.upload.state == UploadState.CHECKED

    @property
    def refused(self) -> bool:
        return self.upload.state == UploadState.REFUSED

    @property
    def applied(self) -> bool:
        return self.upload.state == UploadState.APPLIED

    @property
    def problems(self) -> list[str]:
        return [said(unpacked(problem)) for problem in self.upload.problems]

    @cached_property
    def counted(self) -> dict[str, int | str]:
        """How many rows there are of each kind, how many are chosen and which, in one query."""
        rows = self.upload.rows.aggregate(
            **{str(kind): Count("pk", filter=which) for kind, which in WHICH.items()},
            asked=Count("pk", filter=ASKED),
            chosen=Count("pk", filter=CHOSEN),
            choice=CHOICE,
        )
        return rows

    @property
    def wanted(self) -> int:
        return self.counted["chosen"]

    @property
    def choice(self) -> str:
        """The digest of what is chosen, which the button sends back."""
        return self.counted["choice"]

    @property
    def left(self) -> int:
        """Rows that could be written and were not chosen."""
        return self.counted[LEFT]

    @property
    def errors(self) -> int:
        return self.counted[Kind.ERROR]

    @property
    def conflicts(self) -> int:
        return self.counted[Kind.CONFLICT]

    @property
    def cleared(self) -> int:
        return self.counted[EMPTIED]

    @property
    def asked(self) -> int:
        """Values that could be written, are not ticked, and have something said beside them."""
        return self.counted["asked"]

    @property
    def total(self) -> int:
        return sum(self.counted[kind] for kind in ICONS)

    @property
    def same(self) -> int:
        return self.upload.counts.get("same", 0)

    @property
    def written(self) -> int:
        return self.upload.counts.get("written", 0)

    @property
    def chips(self) -> list[Chip]:
        every = Chip("", _("All"), self.total, self.kind == "")
        labels = {
            Kind.NEW: _("Changed"), EMPTIED: _("Emptied"), Kind.CONFLICT: _("Changed by others too"),
            Kind.ERROR: _("Wrong"), LEFT: _("Not ticked"),
        }  # fmt: skip
        kinds = [Chip(kind, label, self.counted[kind], self.kind == kind) for kind, label in labels.items()]
        return [every, *[chip for chip in kinds if chip.count]]

    @cached_property
    def page(self) -> Page:
        rows = self.upload.rows.select_related("branch", "criterion").order_by("place")
        if self.kind:
            rows = rows.filter(WHICH[self.kind])
        paginator = Paginator(rows, PAGE)
        paginator.count = self.counted[self.kind] if self.kind else self.total
        return paginator.get_page(self.number)

    @cached_property
    def rows(self) -> list[ShownRow]:
        return [ShownRow(row) for row in self.page.object_list]

    @property
    def is_workbook(self) -> bool:
        return self.upload.name.lower().endswith(".xlsx")

    @property
    def comes_back(self) -> bool:
        """Can the file be had back with what is wrong written into it?"""
        return bool(self.upload.has_content and (self.errors or self.asked))

    @property
    def again(self) -> str:
        """The page on which a corrected file is sent."""
        return "entry_workbook" if self.upload.kind == UploadKind.WORKBOOK else "entry_import"

    @property
    def pager(self) -> dict[str, object]:
        page, kind = self.page, f"&kind={self.kind}" if self.kind else ""
        return {
            "first": page.start_index(), "last": page.end_index(), "total": page.paginator.count,
            "before": f"?page={page.number - 1}{kind}" if page.has_previous() else "",
            "after": f"?page={page.number + 1}{kind}" if page.has_next() else "", "all": "",
        }  # fmt: skip


def comments_of(upload: Upload) -> dict[str, dict[str, str]]:
    """What is wrong or asked about in which cell, by sheet, as comments for the workbook that goes back."""
    comments: dict[str, dict[str, str]] = {}
    rows = upload.rows.filter(~Q(kind=Kind.NEW) | ASKED).select_related("criterion").order_by("place")
    for shown in map(ShownRow, rows):
        text = conflict_words(shown) if shown.row.kind == Kind.CONFLICT else shown.message
        cells = comments.setdefault(shown.row.sheet, {})
        cells[shown.row.cell] = f"{cells[shown.row.cell]}\n{text}" if shown.row.cell in cells else text
    return comments


def conflict_words(shown: ShownRow) -> str:
    words = {"theirs": shown.theirs, "mine": shown.mine}
    return _("Changed to %(theirs)s; yours is %(mine)s. Keep which?") % words
