"""How the company's letters read."""

from collections.abc import Callable

from sqlalchemy import select

from rms.db.session import db
from rms.domain.letters import USUAL, LetterKind, Wording
from rms.models import MailTemplate


def template_of(kind: LetterKind) -> MailTemplate | None:
    """The company's own wording, as it is stored."""
    return db().scalars(select(MailTemplate).where(MailTemplate.kind == kind.value)).first()


def wording_of(kind: LetterKind, *, translate: Callable[[str], str] = str) -> Wording:
    """The company's own wording, else the usual one."""
    own = template_of(kind)
    return Wording(own.subject, own.body) if own else usual(kind, translate=translate)


def usual(kind: LetterKind, *, translate: Callable[[str], str] = str) -> Wording:
    return Wording(translate(USUAL[kind].subject), translate(USUAL[kind].body))


def own_wordings() -> dict[str, MailTemplate]:
    """Those that the company has changed, by kind."""
    return {row.kind: row for row in db().scalars(select(MailTemplate))}
