"""Answers from the page of an invoice: kept until somebody has dealt with them, and told by mail at once."""

import datetime as dt
from uuid import UUID

from sqlalchemy import func, select

from rms.actions import mails, visits
from rms.db.locks import lock
from rms.db.session import current_tenant, db, scope
from rms.domain.errors import N_, IllegalMove, NotFound, TooOften
from rms.domain.payer_answers import Answer, AnswerKind, checked
from rms.models import Company, Invoice, PayerAnswer, PublicLink, User
from rms.queries.mails import today_at_home

MOST_A_DAY = 20
A_DAY = dt.timedelta(days=1)


def begin(*, now: dt.datetime) -> None:
    """Before the link is looked at: raises TooOften for who answers too often."""
    visits.begin_answer(now=now)


def answer(link: PublicLink, given: Answer, *, answer_id: UUID, now: dt.datetime) -> PayerAnswer:
    """Keep an answer and tell the company. `answer_id` comes with the form: sent twice, it is kept once.

    Raises Invalid at its fields, IllegalMove when the invoice is paid or cancelled, TooOften beyond twenty
    answers to one invoice in a day.
    """
    invoice = lock(Invoice, link.entity_id)
    known = db().scalars(select(PayerAnswer).where(PayerAnswer.id == answer_id)).first()
    if known is not None:
        return known
    _must_be_open(invoice, given.kind)
    given = checked(given, today=today_at_home(now))
    _refuse_flood(link, now)
    row = PayerAnswer(
        id=answer_id,
        link_id=link.id,
        invoice_id=invoice.id,
        kind=given.kind.value,
        reference=given.reference,
        amount=given.amount,
        on_date=given.on_date,
        note=given.note,
        name=given.name,
        created_at=now,
    )
    db().add(row)
    db().flush()
    _tell(invoice, row, now)
    return row


def settle(answer_id: UUID, *, invoice_id: UUID, now: dt.datetime) -> PayerAnswer:
    """Somebody has dealt with it: it leaves the list of what waits. Raises NotFound."""
    lock(Invoice, invoice_id)
    statement = select(PayerAnswer).where(PayerAnswer.id == answer_id, PayerAnswer.invoice_id == invoice_id)
    row = db().scalars(statement).first()
    if row is None:
        raise NotFound(N_("Nothing here."))
    if row.handled_at is None:
        row.handled_at, row.handled_by = now, scope().user_id
    return row


def _must_be_open(invoice: Invoice, kind: AnswerKind) -> None:
    """A mistake may be told of at any time."""
    if invoice.is_draft:
        raise IllegalMove(N_("This invoice is not issued."))
    if kind is AnswerKind.MISTAKE:
        return
    if invoice.is_cancelled:
        raise IllegalMove(N_("This invoice was cancelled: there is nothing to pay."))
    if invoice.balance <= 0:
        raise IllegalMove(N_("This invoice is paid already. Thank you."))


def _refuse_flood(link: PublicLink, now: dt.datetime) -> None:
    """Under the lock of the invoice, so that of many at once each sees those before it."""
    statement = select(func.count()).where(
        PayerAnswer.link_id == link.id, PayerAnswer.created_at > now - A_DAY
    )
    if (db().scalar(statement) or 0) >= MOST_A_DAY:
        told = N_("There were many answers to this invoice today. Please write or call instead.")
        raise TooOften(told, retry_after=3_600)


def _tell(invoice: Invoice, row: PayerAnswer, now: dt.datetime) -> None:
    for person in _who_hears():
        mails.post(
            "payer_answered",
            to_address=person,
            params={
                "number": invoice.invoice_number,
                "invoice_id": str(invoice.id),
                "customer": invoice.buyer_snapshot["name"],
                "answer": row.kind,
                "reference": row.reference or "",
                "amount": str(row.amount) if row.amount is not None else "",
                "on_date": row.on_date.isoformat() if row.on_date else "",
                "note": row.note or "",
                "name": row.name or "",
            },
            about=("payer_answers", row.id),
            now=now,
        )


def _who_hears() -> list[str]:
    """The company's own address, else that of whoever runs it longest."""
    company = select(Company.contact_email).where(Company.tenant_id == current_tenant())
    address = db().scalar(company.order_by(Company.created_at).limit(1))
    if address:
        return [address]
    admins = select(User.email).where(User.role == "admin", User.is_active, User.deleted_at.is_(None))
    return list(db().scalars(admins.order_by(User.created_at).limit(1)))
