"""One chain of entries per county (and one for the system); triggers keep the application from rewriting it."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

GENESIS = "0" * 64
IS_HASH = r"^[0-9a-f]{64}$"
REFUSAL = "RAISE EXCEPTION '{}' USING ERRCODE = 'integrity_constraint_violation';"


def refuse(name: str, operation: pgtrigger.Operation, level: pgtrigger.Level, sentence: str) -> pgtrigger.Trigger:
    """A trigger that refuses `operation` whatever the row."""
    return pgtrigger.Trigger(
        name=name, operation=operation, when=pgtrigger.Before, level=level, func=REFUSAL.format(sentence)
    )  # fmt: skip


class LedgerHead(models.Model):
    """The last entry of a chain. Its row lock puts appenders in line; without it a cut tail would go unseen."""

    chain = models.CharField(_("chain"), max_length=12, primary_key=True)
    sequence = models.PositiveBigIntegerField(_("entries"))
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("ledger head")
        verbose_name_plural = _("ledger heads")
        constraints = [
            models.CheckConstraint(condition=models.Q(hash__regex=IS_HASH), name="ledger_head_hash_is_sha256"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="ledger_head_steps",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=f"""
                    IF TG_OP = 'INSERT' AND NEW.sequence = 0 AND NEW.hash = '{GENESIS}' THEN RETURN NEW; END IF;
                    IF TG_OP = 'UPDATE' AND NEW.chain = OLD.chain AND NEW.sequence = OLD.sequence + 1 THEN
                        RETURN NEW;
                    END IF;
                    {REFUSAL.format("a ledger head starts at nothing and moves one entry at a time")}
                """,
            ),
            refuse("ledger_head_kept", pgtrigger.Delete, pgtrigger.Row, "a ledger head is never deleted"),
            refuse("ledger_head_whole", pgtrigger.Truncate, pgtrigger.Statement, "a ledger head is never deleted"),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.sequence}"


class LedgerEntry(models.Model):
    """Who did what to what, when by the database's clock. `hash` covers every other field and the entry before."""

    chain = models.CharField(_("chain"), max_length=12)
    sequence = models.PositiveBigIntegerField(_("number"))
    at = models.DateTimeField(_("time"))
    actor = models.CharField(_("who"), max_length=150)
    action = models.CharField(_("action"), max_length=64)
    subject = models.CharField(_("what"), max_length=200)
    detail = models.TextField(_("detail"))
    previous = models.CharField(_("previous hash"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        indexes = [  # what the auditor's screen narrows by, each in the order it lists
            models.Index(fields=["actor", "id"], name="ledger_by_actor"),
            models.Index(fields=["action", "id"], name="ledger_by_action"),
            models.Index(fields=["at"], name="ledger_by_time"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["chain", "sequence"], name="ledger_entry_number_once"),
            models.UniqueConstraint(fields=["chain", "previous"], name="ledger_entry_never_forks"),
            models.CheckConstraint(condition=models.Q(sequence__gte=1), name="ledger_entry_number_from_one"),
            models.CheckConstraint(condition=models.Q(hash__regex=IS_HASH), name="ledger_entry_hash_is_sha256"),
            models.CheckConstraint(condition=models.Q(previous__regex=IS_HASH), name="ledger_entry_previous_is_sha256"),
        ]
        triggers = [
            refuse(
                "ledger_entry_append_only",
                pgtrigger.Update | pgtrigger.Delete,
                pgtrigger.Row,
                "a ledger entry is never changed",
            ),
            refuse("ledger_entry_whole", pgtrigger.Truncate, pgtrigger.Statement, "a ledger entry is never changed"),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.sequence} {self.action} {self.subject}"
