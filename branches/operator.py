"""What every management command shares: it acts as the system operator, and says what is wrong in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from branches.models import Region
from tables.reading import TableRefused

OPERATOR = "system operator"


@contextmanager
def plain_errors(*refusals: type[Exception]) -> Iterator[None]:
    """Turn refusals of files and services into one message on stderr and exit status 1."""
    try:
        yield
    except TableRefused as refused:
        raise CommandError("\n".join(message.translated(_) for message in refused.messages)) from None
    except ValidationError as invalid:
        raise CommandError("\n".join(invalid.messages)) from None
    except refusals as refused:
        raise CommandError(str(refused)) from None


def region_named(code: str) -> Region:
    """The region of that code, or a plain refusal."""
    try:
        return Region.objects.get(code=code)
    except ObjectDoesNotExist:
        raise CommandError(_("There is no region with the code %(code)s.") % {"code": code}) from None
