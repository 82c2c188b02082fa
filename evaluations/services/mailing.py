"""One mail a day with what somebody has not read yet; only where a mail server is configured, and never in the way.

A digest holds the unread items of before nine o'clock that were in no mail yet. They are marked in the transaction that
sends it: where the server refuses or is away the mark is undone, and the next run tries again; items already mailed
never are again. A kill between the server's word and the commit sends one mail twice, never none.
"""

from __future__ import annotations

import logging
from datetime import datetime, time, timedelta
from email.errors import MessageError
from email.utils import formataddr
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models.functions import Now
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import gettext, ngettext, override

from accounts.models import User
from evaluations.models import InboxItem
from evaluations.reading.inbox import lines_of, told_still

log = logging.getLogger(__name__)
HOUR = time(9, 0)  # the day's reminders are told half an hour before
MOST = 100  # sentences of one mail


def mail_digests(now: datetime) -> int:
    """Mail everybody what is due to be mailed; return how many mails went out. Nothing without a mail server."""
    if not settings.EMAIL_HOST:
        return 0
    before = last_digest(now)
    waiting = InboxItem.objects.filter(read_at=None, mailed_at=None, created_at__lt=before)
    people = User.objects.filter(pk__in=waiting.values("user"), is_active=True).exclude(email="").order_by("pk")
    return sum(mailed(person, before) for person in people)


def last_digest(now: datetime) -> datetime:
    """The last nine o'clock on the county's clock."""
    here = localtime(now)
    at = datetime.combine(here.date(), HOUR, get_current_timezone())
    return at if at <= here else at - timedelta(days=1)


def mailed(person: User, before: datetime) -> bool:
    """Send one person's digest, or leave it for the next run: nobody's address stands in the way of the others."""
    try:
        with transaction.atomic():
            rows = InboxItem.objects.select_for_update(skip_locked=True).filter(
                user=person, read_at=None, mailed_at=None, created_at__lt=before
            )
            items = list(rows.filter(pk__in=told_still(person).values("pk")).order_by("-pk"))
            if not items:
                return False
            InboxItem.objects.filter(pk__in=[one.pk for one in items]).update(mailed_at=Now())
            digest_of(person, items).send()
    except (SMTPException, OSError, ValueError, MessageError) as refused:  # the last two: an address that is none
        log.warning("the digest of %s waits: %s", person.pk, type(refused).__name__)
        return False
    return True


def digest_of(person: User, items: list[InboxItem]) -> EmailMessage:
    """The mail: how many, each in a sentence, where to read on. In the portal's first language."""
    with override(settings.LANGUAGE_CODE):
        subject = ngettext("%(n)s unread in the five-star portal", "%(n)s unread in the five-star portal", len(items))
        words = [f"- {line.words}" for line in lines_of(items[:MOST])]
        if settings.PORTAL_URL:
            words += ["", gettext("Read on: %(url)s") % {"url": f"{settings.PORTAL_URL.rstrip('/')}/inbox/"}]
        sender = formataddr((gettext("Five-star branches"), settings.DEFAULT_FROM_EMAIL))
        connection = get_connection(timeout=settings.EMAIL_TIMEOUT)
        return EmailMessage(
            subject % {"n": len(items)}, "\n".join(words), sender, [person.email], connection=connection
        )
