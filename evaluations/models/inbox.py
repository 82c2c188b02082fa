"""What a person is told: one line in the inbox per thing to know, each kind to be muted by whoever wants."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from evaluations.models.round import RoundCounty


class Kind(models.TextChoices):
    """What an item is about."""

    RETURNED = "returned", _("returned to me")
    WAITING = "waiting", _("waiting for me")
    DEADLINE = "deadline", _("deadlines")
    OVERDUE = "overdue", _("overdue in my area")
    EXTENSION = "extension", _("extensions")
    LIST = "list", _("proposed lists and notices")
    VETO = "veto", _("vetoes")
    OBJECTION = "objection", _("objections and appeals")
    ABSENCE = "absence", _("acting for others")
    RESULT = "result", _("confirmed results")


class InboxItem(models.Model):
    """One thing a person should know. `code` names its sentence, `params` fill it; it is worded when it is read.

    `key` makes it one of its kind: the same told again adds to the one unread rather than to the pile.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="inbox")
    county = models.ForeignKey(RoundCounty, models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    code = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=120)
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("inbox item")
        verbose_name_plural = _("inbox items")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="inbox_item_once")]
        indexes = [
            models.Index(fields=["user"], condition=models.Q(read_at=None), name="inbox_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.code}"


class Mute(models.Model):
    """A kind a person does not want to be told of."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mutes")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)

    class Meta:
        verbose_name = _("muted kind")
        verbose_name_plural = _("muted kinds")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="kind_muted_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"
