"""Reminding customers of what is due: by the company's steps, by hand, and not at all where somebody said so.

A reminder and its mail are one transaction under the lock of the invoice, and a step is unique for it:
whoever comes second finds it. What is asked for is the balance at that moment; a payment ends it.
"""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from rms.actions import mails, public_links, sending
from rms.db.locks import lock
from rms.db.session import current_tenant, db, scope
from rms.domain import reminding
from rms.domain.errors import N_, IllegalMove, Invalid, StaleVersion
from rms.domain.lifecycle import Status, Verb, can, move
from rms.domain.money import rupees
from rms.domain.periods import format_date
from rms.domain.reminding import Rules, Wording
from rms.models import Company, EmailMessage, Invoice, Reminder, ReminderStop, Tenant
from rms.queries.customers import find_customer
from rms.queries.reminders import (
    KEY,
    customer_is_stopped,
    is_stopped,
    kept_as,
    reminder_rules,
    rules_in,
    steps_of,
)

WORDS = {
    Wording.FRIENDLY: N_(
        "Dear %(customer)s,\n\n"
        "a note about invoice %(number)s of %(invoice_date)s: %(balance)s is open, due on %(due_date)s. "
        "If you have paid it, reply with the UTR and we will match it.\n\n%(company)s"
    ),
    Wording.FIRM: N_(
        "Dear %(customer)s,\n\n"
        "invoice %(number)s was due on %(due_date)s and %(balance)s is still open in our books. Please pay "
        "it now, or tell us what keeps you from it. If you have paid it, reply with the UTR.\n\n%(company)s"
    ),
    Wording.FINAL: N_(
        "Dear %(customer)s,\n\n"
        "invoice %(number)s was due on %(due_date)s. We have written about it before, and %(balance)s is "
        "still open. Please pay it within seven days. To micro and small enterprises payment is owed within "
        "45 days of acceptance at the latest (MSMED Act, section 15).\n\n%(company)s"
    ),
}


def set_rules(rules: Rules, *, seen: Rules, today: dt.date) -> Rules:
    """Store them; switching on begins with today, so that nothing old goes out. Raises StaleVersion."""
    reminding.check_rules(rules)
    tenant = lock(Tenant, current_tenant())
    stored = rules_in(tenant.settings)
    if kept_as(stored) != kept_as(seen):
        raise StaleVersion(N_("These rules were changed in the meantime."), theirs=stored)
    since = (stored.since if stored.is_on else today) if rules.is_on else None
    new = Rules(is_on=rules.is_on, steps=rules.steps, hour=rules.hour, least=rules.least, since=since)
    tenant.settings = {**(tenant.settings or {}), KEY: kept_as(new)}
    db().flush()
    return new


def remind_if_due(
    invoice_id: UUID, *, now: dt.datetime, today: dt.date, zone: dt.tzinfo
) -> EmailMessage | None:
    """Send the step that is open today, unless it was sent, the invoice is settled or reminding is off."""
    invoice = lock(Invoice, invoice_id)
    rules = reminder_rules()
    if not (rules.is_on and reminding.is_working_day(today) and _may_be_reminded(invoice, rules)):
        return None
    issued_on = invoice.issued_at.astimezone(zone).date()
    sent = steps_of(invoice_id)
    if by_hand_key(today) in sent:
        return None
    step = reminding.step_on(rules, due=invoice.due_date, issued_on=issued_on, sent=sent, today=today)
    return _send(invoice, step.key, step.wording, now=now, today=today) if step else None


def remind_now(
    invoice_id: UUID, *, now: dt.datetime, today: dt.date, translate: Callable[[str], str] = str
) -> EmailMessage:
    """By hand, once a day; the wording follows how late it is. Also where reminders by themselves are off.

    Raises IllegalMove for what is not open, was reminded of today, or is not to be reminded of.
    """
    invoice = lock(Invoice, invoice_id)
    move(Status(invoice.status), Verb.REMIND)
    if is_stopped(invoice):
        raise IllegalMove(N_("Reminders are off for this invoice or this customer. Switch them on first."))
    wording = Wording.FIRM if (today - invoice.due_date).days >= 7 else Wording.FRIENDLY
    mail = _send(invoice, by_hand_key(today), wording, now=now, today=today, translate=translate)
    if mail is None:
        raise IllegalMove(N_("A reminder went out today already. The next one can go tomorrow."))
    return mail


def by_hand_key(today: dt.date) -> str:
    return f"by hand {today:%Y%m%d}"


def skip(invoice_id: UUID, step: str, *, today: dt.date) -> None:
    """Leave one step out; skipping it twice changes nothing. Raises Invalid for a step that is none."""
    lock(Invoice, invoice_id)
    if step not in {one.key for one in reminder_rules().steps}:
        raise Invalid(N_("This reminder is not planned any more."))
    if step not in steps_of(invoice_id):
        _claim(invoice_id, step, mail_id=None)


def stop_invoice(invoice_id: UUID) -> None:
    """Nobody is reminded of this invoice by itself any more."""
    invoice = lock(Invoice, invoice_id)
    move(Status(invoice.status), Verb.REMIND)
    _stop(invoice_id=invoice_id)


def resume_invoice(invoice_id: UUID) -> None:
    lock(Invoice, invoice_id)
    db().execute(delete(ReminderStop).where(ReminderStop.invoice_id == invoice_id))


def set_customer(customer_id: UUID, *, is_on: bool) -> None:
    """Whether this customer is reminded at all."""
    find_customer(customer_id)
    if is_on:
        db().execute(delete(ReminderStop).where(ReminderStop.customer_id == customer_id))
    elif not customer_is_stopped(customer_id):
        _stop(customer_id=customer_id)


def usual_words(invoice: Invoice, wording: Wording, *, translate: Callable[[str], str] = str) -> str:
    """The letter, with the balance as it is now."""
    return translate(WORDS[wording]) % {
        "customer": invoice.buyer_snapshot.get("contact_person") or invoice.buyer_snapshot["name"],
        "number": invoice.invoice_number,
        "invoice_date": format_date(invoice.invoice_date),
        "due_date": format_date(invoice.due_date),
        "balance": rupees(invoice.balance),
        "company": sending.company_name(invoice),
    }


def _may_be_reminded(invoice: Invoice, rules: Rules) -> bool:
    return (
        can(Status(invoice.status), Verb.REMIND)
        and invoice.balance > 0
        and invoice.balance >= rules.least
        and bool(find_customer(invoice.customer_id).email)
        and not is_stopped(invoice)
    )


def _send(
    invoice: Invoice,
    key: str,
    wording: Wording,
    *,
    now: dt.datetime,
    today: dt.date,
    translate: Callable[[str], str] = str,
) -> EmailMessage | None:
    """Post the letter and note the step; None when the step is there already."""
    if key in steps_of(invoice.id):
        return None
    address = find_customer(invoice.customer_id).email
    if not address:
        raise Invalid(N_("This customer has no e-mail address. Add one first."))
    link, _ = public_links.create("invoices", invoice.id, expires_on=None, now=now)
    mail = mails.post(
        "reminder",
        to_address=address,
        params={
            "number": invoice.invoice_number,
            "amount": str(invoice.balance),
            "due_date": invoice.due_date.isoformat(),
            "days": (today - invoice.due_date).days,
            "company_name": sending.company_name(invoice),
            "message": usual_words(invoice, wording, translate=translate),
            "link": str(link.id),
        },
        about=("invoices", invoice.id),
        reply_to=_answers_to(),
        now=now,
    )
    db().flush()
    _claim(invoice.id, key, mail_id=mail.id, created_at=now)
    return mail


def _answers_to() -> str | None:
    return db().scalar(select(Company.contact_email).order_by(Company.created_at).limit(1))


def _claim(invoice_id: UUID, step: str, *, mail_id: UUID | None, **when: dt.datetime) -> None:
    """One row for each step, under the lock of the invoice."""
    row = Reminder(
        invoice_id=invoice_id,
        step=step,
        is_skipped=mail_id is None,
        mail_id=mail_id,
        created_by=scope().user_id,
        **when,
    )
    db().add(row)
    db().flush()


def _stop(**what: UUID) -> None:
    """Under no lock of its own: of two that stop at once, one finds the row there."""
    row = {**what, "created_by": scope().user_id, "tenant_id": current_tenant()}
    db().execute(insert(ReminderStop).values(**row).on_conflict_do_nothing())
