"""What the browser says of the entry grid: in the reader's language, as data for its scripts."""

from django.utils.translation import gettext as _

from evaluations.checking import FRACTION


def grid_words() -> dict[str, object]:
    """The words of the entry grid and of the queue of typed values; %(name)s is filled in by the browser."""
    return (
        {
            "unreadable": _("This value could not be sent. Load the page again."),
            "states": state_words(),
            "yes": _("yes"),
            "no": _("no"),
            "na": _("not applicable"),
            "missing": _("to be entered"),
            "complete": _("complete"),
            "lacks": _("%(n)s missing"),
            "last": _("last year %(value)s"),
            "over": _("over the line by %(gap)s"),
            "short": _("%(gap)s short"),
            "overruled": _("You entered %(entered)s; %(rater)s: %(verified)s, which counts."),
            "overruled_empty": _("You entered nothing; %(rater)s: %(verified)s, which counts."),
            "households": _("This branch has %(count)s households."),
            "online": _("Connected; every value saves itself"),
            "offline": _("Offline; keep typing, sent when back"),
            "signed_out": _("Signed out; what you typed is kept here."),
            "copied": _("%(count)s cells copied"),
            "none": _("empty"),
            "points": "%(points)s / %(full)s",
            "submit": _("Check and submit"),
            "submit_lacking": _("Check and submit (%(n)s missing)"),
        }
        | paste_words()
        | act_words()
        | conflict_words()
    )


def state_words() -> dict[str, str]:
    """State of a cell → what a screen reader is told."""
    return {
        "saved": _("saved"),
        "saving": _("saving"),
        "waiting": _("waiting for the network"),
        "refused": _("not saved"),
        "conflict": _("changed by someone else"),
        "locked": _("locked, not saved"),
        "warned": _("must be explained"),
        "prefilled": _("last year's, to be confirmed"),
        "returned": _("returned, to be changed"),
        "overruled": _("another value counts"),
        "missing": _("to be entered"),
        "na": _("not applicable"),
    }


def conflict_words() -> dict[str, str]:
    """The choice between two versions of a value; the question itself comes with the portal's answer."""
    return {
        "keep_theirs": _("Keep theirs: %(value)s"),
        "keep_mine": _("Keep mine: %(value)s"),
        "keep_elsewhere": _("Keep the other window's: %(value)s"),
        "elsewhere": _("changed by you in another window"),
        "other_window": _("Other window"),
        "you_elsewhere": _("you, in another window"),
        "conflict_own": _("In another window you changed it to %(theirs)s; here it is %(mine)s. Keep which?"),
    }


def act_words() -> dict[str, object]:
    """What is done to many cells at once, asked first and undone."""
    return {
        "asks": {"cleared": _("Clear %(count)s cells?"), "filled": _("Fill %(count)s cells from the row above?")},
        "does": {"cleared": _("Clear %(count)s cells"), "filled": _("Fill %(count)s cells")},
        "undo": {
            "cleared": _("Undo clearing (%(count)s)"),
            "filled": _("Undo filling (%(count)s)"),
            "kept": _("Undo keeping (%(count)s)"),
            "pasted": _("Undo pasting (%(count)s)"),
            "typed": _("Undo typing (%(count)s)"),
        },
        "undone": _("%(count)s cells are as before."),
        "undone_some": _("%(count)s cells are as before; %(left)s changed since and stay."),
        "undo_nothing": _("Nothing to undo."),
        "nothing_to_do": _("Nothing to change here."),
    }  # fmt: skip


def paste_words() -> dict[str, str]:
    """What the preview of a pasted block says of each cell."""
    return {
        "preview": _("Preview of what is pasted"),
        "size": _("%(rows)s rows × %(columns)s columns"),
        "write": _("write"),
        "same": _("no change"),
        "skip": _("empty, left as it is"),
        "wrong": _("wrong"),
        "write_all": _("Write %(count)s cells"),
        "write_some": _("Write %(count)s cells, skip the %(wrong)s wrong"),
        "write_none": _("Nothing to write"),
        "outside": _("%(count)s cells lie outside the table and are left out."),
        "wrong_all": _("%(count)s wrong cells, not written:"),
        "wrong_some": _("%(count)s wrong cells, not written; the first %(shown)s:"),
        "shown_cells": _("%(count)s cells, the first %(shown)s shown."),
        "wrong_one": _("%(cell)s: %(why)s"),
        "locked": _("not yours to enter, or closed"),
        "not_number": _("“%(found)s” is not a number (character %(place)s is “%(char)s”)."),
        "not_option": _("“%(found)s” is none of %(options)s."),
        "not_yesno": _("“%(found)s” is neither yes nor no."),
        "not_whole": _("“%(found)s” is not a whole number, 0 or more."),
        "too_low": _("%(found)s is less than %(low)s."),
        "too_high": _("%(found)s is more than %(high)s."),
        "too_many": _("%(found)s is more than the branch's %(high)s households."),
        "fraction": _(FRACTION) % {"found": "%(found)s", "percent": "%(percent)s"},
        "doubted": _("Percentages that look like decimal fractions: %(count)s."),
        "needs_reason": _("Not applicable needs its reason: enter it in the cell."),
        "too_large": _("At most %(most)s cells can be pasted at once."),
    }
