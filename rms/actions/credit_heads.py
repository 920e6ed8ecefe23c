"""What a credit note says above its lines, and what is wrong with it."""

import datetime as dt
from dataclasses import dataclass

from rms.domain.contacts import Checks, one_line, several_lines
from rms.domain.crediting import Reason
from rms.domain.errors import N_
from rms.domain.errors import sentence as say
from rms.domain.periods import EARLIEST

LONGEST_REASON = 255
LONGEST_NOTE = 2_000


@dataclass(frozen=True)
class Head:
    """What a credit note says above its lines. `reason` is in the words of who gives it, beside the code."""

    credit_note_date: dt.date
    reason_code: str = Reason.OTHER.value
    reason: str | None = None
    is_financial: bool = False
    notes: str | None = None


def checked(head: Head) -> Head:
    """With texts without control characters; Invalid with everything that is wrong."""
    checks = Checks()
    if head.credit_note_date < EARLIEST:
        checks.refuse("credit_note_date", say(N_("A credit note cannot be older than 1 Jul 2017")))
    if head.reason_code not in set(Reason):
        checks.refuse("reason_code", say(N_("Choose why this is credited")))
    reason = checks.clean("reason", one_line, head.reason, LONGEST_REASON)
    notes = checks.clean("notes", several_lines, head.notes, LONGEST_NOTE)
    checks.finish()
    return Head(head.credit_note_date, head.reason_code, reason or None, head.is_financial, notes or None)


def checked_reason(reason: str) -> str:
    checks = Checks()
    told = checks.clean("reason", one_line, reason, LONGEST_REASON)
    if not told:
        checks.refuse("reason", say(N_("Say why, for the books.")))
    checks.finish()
    return told
