"""What every management command shares: it acts as the system operator, and says what is wrong in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, ValidationError
from django.core.management.base import CommandError
from django.db import IntegrityError, OperationalError
from django.utils.translation import gettext as _

from branches.models import Region
from tables.reading import TableRefused

OPERATOR = "system operator"
DEADLOCK, LOCK_NOT_AVAILABLE, REFUSED_BY_TRIGGER = "40P01", "55P03", "23000"


@contextmanager
def plain_errors(*refusals: type[Exception]) -> Iterator[None]:
    """Turn refusals of files and services into one message on stderr and exit status 1."""
    try:
        yield
    except TableRefused as refused:
        raise CommandError("\n".join(message.translated(_) for message in refused.messages)) from None
    except ValidationError as invalid:
        raise CommandError("\n".join(invalid_fields(invalid))) from None
    except refusals as refused:
        raise CommandError(str(refused)) from None
    except (OperationalError, IntegrityError) as error:
        raise_in_words(error)


def invalid_fields(invalid: ValidationError) -> list[str]:
    """Its sentences, each with the field it speaks of."""
    if not hasattr(invalid, "error_dict"):
        return invalid.messages
    return [
        message if field == NON_FIELD_ERRORS else f"{field}: {message}"
        for field, messages in invalid.message_dict.items()
        for message in messages
    ]


def raise_in_words(error: Exception) -> NoReturn:
    """What the database refused because of somebody else, as a sentence; anything else as it is."""
    code = getattr(error.__cause__, "pgcode", None)
    if code in (DEADLOCK, LOCK_NOT_AVAILABLE):
        raise CommandError(_("Somebody else is writing the same rows; nothing was kept. Try again.")) from None
    if code == REFUSED_BY_TRIGGER:
        reason = error.__cause__.diag.message_primary
        words = _("The database refused the change, nothing was kept: %(reason)s")
        raise CommandError(words % {"reason": reason}) from None
    raise error


def region_named(code: str) -> Region:
    """The region of that code, or a plain refusal."""
    try:
        return Region.objects.get(code=code)
    except ObjectDoesNotExist:
        raise CommandError(_("There is no region with the code %(code)s.") % {"code": code}) from None
