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
from rms.domain.letters import REMINDERS, USUAL, LetterKind, fill
from rms.domain.letters import Wording as Letter
from rms.domain.lifecycle import Status, Verb, can, move
from rms.domain.reminding import Rules
from rms.domain.reminding import Wording as Tone
from rms.models import Company, EmailMessage, Invoice, Reminder, ReminderStop, Tenant
from rms.queries.contacts import addresses_for
from rms.queries.customers import find_customer
from rms.queries.mail_templates import template_of
from rms.queries.mails import find_mail
from rms.queries.reminders import (
    KEY,
    customer_is_stopped,
    is_stopped,
    kept_as,
    reminder_rules,
    rules_in,
    steps_of,
)


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
    move(Status(invoice.status), Verb.REMIND, kind=invoice.kind)
    if is_stopped(invoice):
        raise IllegalMove(N_("Reminders are off for this invoice or this customer. Switch them on first."))
    wording = Tone.FIRM if (today - invoice.due_date).days >= 7 else Tone.FRIENDLY
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


def letter_of(invoice: Invoice, tone: Tone, *, translate: Callable[[str], str] = str) -> Letter:
    """The company's own words, else the usual ones in that tone; with the balance as it is now."""
    own = template_of(LetterKind.REMINDER)
    usual = USUAL[LetterKind.REMINDER]
    subject, body = (own.subject, own.body) if own else map(translate, (usual.subject, REMINDERS[tone]))
    values = sending.values_of(invoice, sender=sending.company_name(invoice))
    return Letter(fill(subject, values), fill(body, values))


def send_again(
    mail_id: UUID,
    *,
    invoice: Invoice,
    now: dt.datetime,
    today: dt.date,
    translate: Callable[[str], str] = str,
) -> EmailMessage:
    """Post a reminder that failed once more, with what is open now; its step stays the one it is.

    Raises NotFound, and IllegalMove for what has not failed, was written again, or is not to be reminded of.
    """
    invoice = lock(Invoice, invoice.id)
    failed = find_mail(mail_id, about=("invoices", invoice.id))
    if failed.state != "failed" or failed.kind != "reminder":
        raise IllegalMove(N_("This mail has not failed."))
    sending.refuse_if_written_since(failed)
    move(Status(invoice.status), Verb.REMIND)
    if is_stopped(invoice):
        raise IllegalMove(N_("Reminders are off for this invoice or this customer. Switch them on first."))
    tone = Tone(failed.params.get("tone", Tone.FRIENDLY))
    return _post(invoice, tone, to_address=failed.to_address, now=now, today=today, translate=translate)


def _may_be_reminded(invoice: Invoice, rules: Rules) -> bool:
    return (
        can(Status(invoice.status), Verb.REMIND, kind=invoice.kind)
        and invoice.balance > 0
        and invoice.balance >= rules.least
        and bool(find_customer(invoice.customer_id).email)
        and not is_stopped(invoice)
    )


def _send(
    invoice: Invoice,
    key: str,
    tone: Tone,
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
    mail = _post(invoice, tone, to_address=address, now=now, today=today, translate=translate)
    db().flush()
    _claim(invoice.id, key, mail_id=mail.id, created_at=now)
    return mail


def _post(
    invoice: Invoice,
    tone: Tone,
    *,
    to_address: str,
    now: dt.datetime,
    today: dt.date,
    translate: Callable[[str], str],
) -> EmailMessage:
    link, _ = public_links.create("invoices", invoice.id, expires_on=None, now=now)
    letter = letter_of(invoice, tone, translate=translate)
    return mails.post(
        "reminder",
        to_address=to_address,
        cc=", ".join(addresses_for(invoice.customer_id, "reminders")),
        subject=letter.subject,
        params={
            "number": invoice.invoice_number,
            "amount": str(invoice.balance),
            "due_date": invoice.due_date.isoformat(),
            "days": (today - invoice.due_date).days,
            "company_name": sending.company_name(invoice),
            "message": letter.body,
            "tone": tone.value,
            "link": str(link.id),
        },
        about=("invoices", invoice.id),
        reply_to=_answers_to(),
        now=now,
    )


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
