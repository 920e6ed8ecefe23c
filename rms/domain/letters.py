"""How letters to customers read: a subject and a text with {placeholders}, one's own or the usual ones."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rms.domain.contacts import Checks, one_line, several_lines
from rms.domain.errors import N_, Invalid
from rms.domain.reminding import Wording as Tone

LONGEST_SUBJECT = 200
LONGEST_BODY = 4_000
# Becomes the address of the document's page when the mail leaves: no stored text holds a working link.
LINK = "{link}"
_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")


class LetterKind(StrEnum):
    INVOICE = "invoice"
    REMINDER = "reminder"
    QUOTE = "quote"
    RECEIPT = "receipt"


@dataclass(frozen=True)
class Wording:
    """Subject and text of one kind of letter."""

    subject: str
    body: str


# A reminder grows firmer step by step, until the company writes one of its own for all steps.
REMINDERS: dict[Tone, str] = {
    Tone.FRIENDLY: N_(
        "Dear {customer},\n\n"
        "a note about invoice {number}: {amount} is open, due on {due date}. "
        "If you have paid it, reply with the UTR and we will match it.\n\n{company}"
    ),
    Tone.FIRM: N_(
        "Dear {customer},\n\n"
        "invoice {number} was due on {due date} and {amount} is still open in our books. Please pay "
        "it now, or tell us what keeps you from it. If you have paid it, reply with the UTR.\n\n{company}"
    ),
    Tone.FINAL: N_(
        "Dear {customer},\n\n"
        "invoice {number} was due on {due date}. We have written about it before, and {amount} is "
        "still open. Please pay it within seven days. To micro and small enterprises payment is owed within "
        "45 days of acceptance at the latest (MSMED Act, section 15).\n\n{company}"
    ),
}
PLACEHOLDERS = ("customer", "number", "amount", "total", "due date", "link", "sender", "company")
USUAL: dict[LetterKind, Wording] = {
    LetterKind.INVOICE: Wording(
        N_("Invoice {number} from {company}"),
        N_(
            "Dear {customer},\n\n"
            "our invoice {number} over {total} is attached. Please pay {amount} by {due date}.\n\n"
            "{sender}\n{company}"
        ),
    ),
    LetterKind.REMINDER: Wording(N_("Reminder: invoice {number} from {company}"), REMINDERS[Tone.FRIENDLY]),
    LetterKind.QUOTE: Wording(
        N_("Quote {number} from {company}"),
        N_(
            "Dear {customer},\n\n"
            "here is our quote {number} over {amount}. It is valid until {due date}. "
            "You can accept or decline it with the button below.\n\n"
            "{sender}\n{company}"
        ),
    ),
    LetterKind.RECEIPT: Wording(
        N_("We received {amount}, thank you"),
        N_(
            "Dear {customer},\n\n"
            "{amount} has reached us, thank you. Our receipt {number} is attached.\n\n"
            "{sender}\n{company}"
        ),
    ),
}
# An invoice on which nothing is left to pay asks for nothing.
PAID = Wording(
    USUAL[LetterKind.INVOICE].subject,
    N_(
        "Dear {customer},\n\n"
        "our invoice {number} over {total} is attached. It is paid: thank you.\n\n"
        "{sender}\n{company}"
    ),
)
# A debit note is an invoice in everything but its name; a company's own words for invoices are not for it.
DEBITED = Wording(
    N_("Debit note {number} from {company}"),
    N_(
        "Dear {customer},\n\n"
        "our debit note {number} over {total} is attached. Please pay {amount} by {due date}.\n\n"
        "{sender}\n{company}"
    ),
)
# A credit note has no wording in settings: it goes out seldom, and each is read before it does.
_CREDIT_NOTE = N_("Credit note {number} from {company}")
CREDITED = Wording(
    _CREDIT_NOTE,
    N_(
        "Dear {customer},\n\n"
        "we have credited {amount} to you. Our credit note {number} is attached.\n\n"
        "{sender}\n{company}"
    ),
)
CREDITED_AGAINST = Wording(
    _CREDIT_NOTE,
    N_(
        "Dear {customer},\n\n"
        "we have credited {amount} of our invoice {invoice} to you. Our credit note {number} is attached.\n\n"
        "{sender}\n{company}"
    ),
)
# Nor has a statement of account.
_STATEMENT = N_("Statement of account from {company}")
STATED = Wording(
    _STATEMENT,
    N_(
        "Dear {customer},\n\n"
        "your statement of account up to {day} is attached. {amount} is to pay. "
        "If you have paid it, reply with the UTR and we will match it.\n\n"
        "{sender}\n{company}"
    ),
)
STATED_EVEN = Wording(
    _STATEMENT,
    N_(
        "Dear {customer},\n\n"
        "your statement of account up to {day} is attached. Nothing is to pay: thank you.\n\n"
        "{sender}\n{company}"
    ),
)
# What a letter of the kind knows nothing of.
_LACKING = {LetterKind.RECEIPT: {"due date", "link", "total"}, LetterKind.QUOTE: {"total"}}


def known_in(kind: LetterKind) -> tuple[str, ...]:
    """The placeholders that a letter of this kind may use, without their braces."""
    return tuple(name for name in PLACEHOLDERS if name not in _LACKING.get(kind, set()))


def checked(kind: LetterKind, wording: Wording) -> Wording:
    """The wording, cleaned. Raises Invalid at `subject` and `body`: missing, too long, or unknown."""
    checks = Checks()
    known = known_in(kind)
    in_subject = tuple(name for name in known if name != "link")
    subject = checks.clean("subject", _part, one_line, wording.subject, LONGEST_SUBJECT, in_subject)
    body = checks.clean("body", _part, several_lines, wording.body, LONGEST_BODY, known)
    checks.finish()
    return Wording(subject, body)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with what is known filled in; what is not stays as it stands, and so does {link}."""
    return _PLACEHOLDER.sub(lambda found: values.get(_name(found[1]), found[0]), text)


def _part(clean, text: str, longest: int, known: tuple[str, ...]) -> str:
    cleaned = clean(text, longest)
    if not cleaned:
        raise Invalid(N_("Write something here"))
    for name in _PLACEHOLDER.findall(cleaned):
        if _name(name) not in known:
            raise _unknown(name, known)
    return cleaned


def _unknown(name: str, known: tuple[str, ...]) -> Invalid:
    listed = ", ".join(f"{{{one}}}" for one in known)
    return Invalid(N_("{%(name)s} is no placeholder here. There are %(known)s"), name=name[:40], known=listed)


def _name(typed: str) -> str:
    return " ".join(typed.lower().replace("_", " ").split())
