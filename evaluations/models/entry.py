"""What entering leaves behind besides values: answers given, files offered, workbooks handed out and taken in."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from branches.models import Branch, Department, Region
from evaluations.models.round import EvaluationRound, RoundCounty
from scoring.models import Criterion


class EntryKey(models.Model):
    """The answer to one request, by the key the browser gave it: asked again, the same answer and no second effect.

    Written in the transaction of the effect, so a key never outlives an effect that was rolled back.
    """

    key = models.UUIDField(primary_key=True)
    actor = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # SHA-256 of the request: the same key for another one is refused
    answer = models.JSONField(null=True)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("request key")
        verbose_name_plural = _("request keys")
        indexes = [models.Index(fields=["made_at"], name="entry_key_by_age")]

    def __str__(self) -> str:
        return str(self.key)


class EvidenceFile(models.Model):
    """One file's content, kept once however often it is offered; on disk under its digest."""

    sha256 = models.CharField("SHA-256", max_length=64, primary_key=True)
    media_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveIntegerField(_("bytes"))
    offered_sha256 = models.CharField(max_length=64, db_index=True)  # of what was sent, before an image was re-encoded
    stored_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("evidence file")
        verbose_name_plural = _("evidence files")

    def __str__(self) -> str:
        return self.sha256[:12]


class Evidence(models.Model):
    """A file offered for one criterion of one branch. Taken back, it is no longer shown but not forgotten."""

    round = models.ForeignKey(EvaluationRound, models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    file = models.ForeignKey(EvidenceFile, models.PROTECT, related_name="uses")
    name = models.CharField(_("file name"), max_length=120)
    added_at = models.DateTimeField(_("added at"), db_default=Now())
    added_by = models.CharField(_("added by"), max_length=200)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)
    removed_by = models.CharField(_("removed by"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        indexes = [models.Index(fields=["round", "branch", "criterion"], name="evidence_of_value")]
        constraints = [
            models.UniqueConstraint(
                name="evidence_once",
                fields=["round", "branch", "criterion", "file"],
                condition=Q(removed_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.name


class WorkbookCopy(models.Model):
    """A workbook as it was handed out: what each cell held, so that an upload shows what changed meanwhile.

    `base` maps "branch code|criterion code|period" to [text, revision], and "branch code|criterion code|note" to the
    note that stood beside it.
    """

    county = models.ForeignKey(RoundCounty, models.PROTECT, related_name="+")
    township = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    stamp = models.UUIDField(unique=True)
    base = models.JSONField()
    made_at = models.DateTimeField(db_default=Now())
    made_by = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("workbook handed out")
        verbose_name_plural = _("workbooks handed out")

    def __str__(self) -> str:
        return str(self.stamp)


class UploadKind(models.TextChoices):
    WORKBOOK = "workbook", _("Workbook of the portal")
    TABLE = "table", _("Department table")


class UploadState(models.TextChoices):
    WAITING = "waiting", _("Waiting to be read")
    READING = "reading", _("Being read")
    REFUSED = "refused", _("Refused")
    CHECKED = "checked", _("Read, waiting for you")
    TAKING = "taking", _("Being taken over")
    APPLIED = "applied", _("Taken over")
    DISCARDED = "discarded", _("Discarded")


UPLOADS_DUE = ["waiting", "reading", "taking"]  # a worker's turn


class Upload(models.Model):
    """A file somebody sent in: read by a worker, shown as a comparison, taken over when its sender says so.

    `done` and `total` are rows; `problems` are the sentences of a refusal, or why a worker wrote nothing; `counts` say
    how many rows are of which kind and how many were taken over. While a worker is to take it over, `asked_by` says who
    confirmed it, `applied_at` when, `choice` what they saw chosen, and the rows can't be chosen otherwise.
    """

    county = models.ForeignKey(RoundCounty, models.PROTECT, related_name="+")
    township = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=UploadKind)
    state = models.CharField(_("state"), max_length=10, choices=UploadState, default=UploadState.WAITING)
    name = models.CharField(_("file name"), max_length=120)
    sha256 = models.CharField("SHA-256", max_length=64)
    content = models.BinaryField()
    source = models.CharField(_("source"), max_length=120, blank=True)
    as_of = models.DateField(_("as of"), null=True, blank=True)
    made_at = models.DateTimeField(_("sent at"), db_default=Now())
    made_by = models.CharField(_("sent by"), max_length=200)
    queued_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    applied_at = models.DateTimeField(_("taken over at"), null=True)
    asked_by = models.CharField(_("confirmed by"), max_length=200, blank=True)
    choice = models.CharField(max_length=32, blank=True)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state"], name="upload_due", condition=Q(state__in=UPLOADS_DUE))]

    def __str__(self) -> str:
        return self.name


class UploadRow(models.Model):
    """One cell of an upload that is not simply as the portal has it: new, in conflict, wrong or to be explained.

    `number`, `option` and `na` are the value read (as the database holds one); `note`, `document`, `source` and `as_of`
    what is kept with it; `seen` the revision it was compared with.
    """

    class Kind(models.TextChoices):
        NEW = "new", _("changed")
        CONFLICT = "conflict", _("changed by others meanwhile")
        ERROR = "error", _("wrong")

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="rows", db_index=False)
    place = models.PositiveIntegerField()  # its order in the file
    kind = models.CharField(max_length=10, choices=Kind)
    sheet = models.CharField(max_length=40, blank=True)
    cell = models.CharField(max_length=12)
    branch = models.ForeignKey(Branch, models.PROTECT, null=True, related_name="+", db_index=False)
    criterion = models.ForeignKey(Criterion, models.PROTECT, null=True, related_name="+", db_index=False)
    period = models.PositiveSmallIntegerField(default=0)
    found = models.CharField(max_length=300, blank=True)
    number = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    option = models.CharField(max_length=32, blank=True)
    na = models.BooleanField(default=False)
    note = models.CharField(max_length=300, blank=True)
    document = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=120, blank=True)
    as_of = models.DateField(null=True)
    old = models.CharField(max_length=60, blank=True)  # as shown when the file was checked
    theirs = models.CharField(max_length=60, blank=True)
    message = models.JSONField(null=True)  # [text, parameters] of what is wrong or to be explained
    seen = models.PositiveIntegerField(default=0)
    wanted = models.BooleanField(default=True)  # what the sender chose
    applied = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("row of an upload")
        verbose_name_plural = _("rows of an upload")
        constraints = [models.UniqueConstraint(fields=["upload", "place"], name="upload_row_once")]

    def __str__(self) -> str:
        return f"{self.sheet}!{self.cell}"
