"""The wording of letters: changed, and put back to the usual one."""

from rms.db.session import db
from rms.domain.errors import N_, StaleVersion
from rms.domain.letters import LetterKind, Wording, checked
from rms.models import MailTemplate
from rms.queries.mail_templates import template_of


def save(kind: LetterKind, wording: Wording, *, version: int) -> MailTemplate:
    """`version` is 0 where there was no wording of one's own yet. Raises Invalid, or StaleVersion."""
    wording = checked(kind, wording)
    row = _current(kind, version)
    if row is None:
        row = MailTemplate(kind=kind.value, subject=wording.subject, body=wording.body)
        db().add(row)
    elif (row.subject, row.body) != (wording.subject, wording.body):
        row.subject, row.body, row.version = wording.subject, wording.body, row.version + 1
    db().flush()
    return row


def restore(kind: LetterKind) -> None:
    """The usual words again."""
    if row := template_of(kind):
        db().delete(row)
        db().flush()


def _current(kind: LetterKind, version: int) -> MailTemplate | None:
    row = template_of(kind)
    if (row.version if row else 0) != version:
        told = N_("Somebody else changed this wording in the meantime. Yours is not stored yet.")
        raise StaleVersion(told, theirs=row)
    return row
