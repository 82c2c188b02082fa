"""The states of a value in words and glyphs: the same on the page as it comes and in the browser afterwards."""

from __future__ import annotations

from django.utils.translation import gettext as _

GLYPHS = {
    "saved": "bi-check-lg",
    "saving": "bi-arrow-repeat",
    "waiting": "bi-cloud-slash",
    "refused": "bi-x-octagon-fill",
    "conflict": "bi-people-fill",
    "locked": "bi-lock-fill",
    "warned": "bi-exclamation-triangle-fill",
    "prefilled": "bi-arrow-counterclockwise",
    "missing": "bi-circle",
    "na": "bi-slash-circle",
    "reason": "bi-pencil",
}


def state_words() -> dict[str, str]:
    """State → what is said of it beside the input."""
    return {
        "saved": _("Saved"),
        "saving": _("Saving"),
        "waiting": _("Waiting for the network"),
        "refused": _("Not saved"),
        "conflict": _("Changed by someone else"),
        "locked": _("Locked"),
        "warned": _("Saved; needs a note:"),
        "prefilled": _("Last year's, to be confirmed"),
        "missing": _("To be entered"),
        "na": _("Not applicable; saved"),
        "reason": _("Write the reason why it is not applicable; nothing is saved before."),
    }


def waiting_words() -> dict[str, str]:
    """What entry_waiting.js says of values that this browser still holds."""
    return {
        "unsent": _("Kept in this browser and not taken yet: %(count)s. The branch can't be submitted before:"),
        "branches": _("This browser still holds values that were not taken: %(count)s branches."),
        "sent": _("Values kept in this browser were sent just now."),
    }


def page_words() -> dict[str, object]:
    """What entry_form.js says, in the reader's language."""
    return {
        "states": state_words(),
        "glyphs": GLYPHS,
        "unreadable": _("The portal could not read this. Load the page again; what you typed is kept here."),
        "empty": _("empty"),
        "notApplicable": _("not applicable"),
        "theirsTaken": _("Theirs stands; saved"),
        "offline": _("Offline; keep typing, sent when back."),
        "signedOut": _("Signed out; what you typed is kept here."),
        "signIn": _("Sign in"),
        "allSaved": _("All typed values are saved."),
        "saving": _("Saving %(count)s"),
        "waiting": _("%(count)s waiting for the network"),
        "refused": _("%(count)s not saved"),
        "conflict": _("%(count)s changed by someone else"),
        "keepAll": _("Keep last year's (%(count)s)"),
        "otherWindow": _("In another window you changed it to %(theirs)s; here it is %(mine)s. Keep which?"),
        "you": _("you, in another window"),
        "keepMine": _("Keep mine: %(value)s"),
        "keepTheirs": _("Keep theirs: %(value)s"),
        "keepOther": _("Keep the other window's: %(value)s"),
        "elsewhere": _("%(count)s more in %(branch)s"),
        "held": _("%(value)s: not taken. %(why)s"),
        "resend": _("Send again"),
        "discard": _("Discard"),
    }
