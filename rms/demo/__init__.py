"""Demo data: a believable small firm, made through the same actions as the screens, always the same.

About 20 customers, 15 services and 60 invoices over six months in every state. Its mails are born sent: they
are history, and nobody waits for them.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select, update

from rms.actions import (
    bank,
    companies,
    customers,
    invoices,
    issuing,
    receipts,
    sending,
    services,
    sign_up,
    verification,
)
from rms.crypto import links, passwords
from rms.db.locks import begin_another_act
from rms.db.session import act_as, db, public_scope, tenant_scope
from rms.demo import firm, offers
from rms.domain import gstin
from rms.domain.allocation import Claim
from rms.domain.periods import add_months
from rms.models import Customer, EmailMessage, Invoice, ServiceType
from rms.queries.sign_in import candidates
from rms.queries.tax_rates import tax_rates_on

HOME = ZoneInfo("Asia/Kolkata")
INVOICES = 60
MONTHS = 6
SIGN_IN = [f"Sign in as {firm.EMAIL}", f"with the password: {firm.PASSWORD}"]


def load(now: dt.datetime) -> list[str]:
    """Make the demo firm unless it is there; gives the lines that say how to sign in."""
    tenant_id = sign_up.tenant_id_of("demo", firm.EMAIL)
    with public_scope():
        is_there = any(candidate.tenant_id == tenant_id for candidate in candidates(firm.EMAIL))
    if not is_there:
        hashed = passwords.make(firm.PASSWORD, cost=current_app.config["RMS"].bcrypt_cost)
        with tenant_scope(tenant_id, reason="demo data"):
            _found(tenant_id, hashed, now)
    return SIGN_IN


@dataclass(frozen=True)
class _Story:
    """Who tells it, when, and the dice, which fall the same way on every machine."""

    user_id: UUID
    now: dt.datetime
    today: dt.date
    dice: random.Random

    def morning_of(self, day: dt.date) -> dt.datetime:
        """Ten in the morning of that day, but never later than now."""
        return min(self.now, dt.datetime.combine(day, dt.time(10), HOME))


def _act(work: Callable, *arguments, **named):
    """One act of the story: the company is founded in this transaction, so its locks meet nobody's."""
    begin_another_act()
    return work(*arguments, **named)


def _found(tenant_id: UUID, hashed: str, now: dt.datetime) -> None:
    """Everything in one transaction: a half-made demo firm helps nobody."""
    account = sign_up.NewAccount(firm.COMPANY, firm.PERSON, firm.EMAIL, hashed)
    joined = now - dt.timedelta(days=3)
    user = _act(sign_up.sign_up, account, now=joined)
    act_as(user.id, reason="demo data")
    _confirm(tenant_id, joined)
    dice = random.Random(2026)  # nosec B311 # the demo is the same every time
    story = _Story(user.id, now, now.astimezone(HOME).date(), dice)
    _set_up(joined)
    sold = _add_services(story.today)
    buyers = [
        _act(customers.add, _customer(number, buyer), created_by=user.id, now=joined)
        for number, buyer in enumerate(firm.BUYERS, 1)
    ]
    issued = _bill(story, buyers, sold)
    _collect(story, issued)
    for days_ago in (13, 5, 1):
        _draft(story, buyers, sold, story.today - dt.timedelta(days=days_ago))
    offers.write(buyers, sold, by=user.id, sender=firm.PERSON, now=now)
    _mails_are_history()


def _confirm(tenant_id: UUID, now: dt.datetime) -> None:
    db().flush()
    proof = db().scalars(select(EmailMessage).where(EmailMessage.kind == "verify_email")).one()
    link = links.make(verification.PURPOSE, tenant_id, proof.entity_id)
    _act(verification.confirm, link, trial_days=current_app.config["RMS"].trial_days, now=now)


def _set_up(now: dt.datetime) -> None:
    draft = companies.BusinessDraft(
        registration="regular", gst_number=_gstin(firm.STATE, firm.PAN), name=firm.COMPANY, **firm.ADDRESS
    )
    company = _act(companies.describe, draft, version=1)
    payments = bank.PaymentDraft(**firm.BANK)
    _act(bank.take_payments, payments, version=company.version, now=now, is_set_up=True)
    for step in range(1, 6):
        _act(companies.finish_step, step)


def _add_services(today: dt.date) -> list[ServiceType]:
    by_rate = {rate.rate: rate.category for rate in tax_rates_on(today)}
    return [
        _act(
            services.add,
            services.ServiceDraft(
                name=name,
                description=what,
                hsn_sac=sac,
                unit=unit,
                default_rate=Decimal(rate),
                tax=by_rate[Decimal(gst)],
            ),
            today=today,
        )
        for name, what, sac, unit, rate, gst in firm.SERVICES
    ]


def _customer(number: int, buyer: firm.Buyer) -> customers.CustomerDraft:
    return customers.CustomerDraft(
        name=buyer.name,
        gst_treatment="regular" if buyer.pan else "unregistered",
        gst_number=_gstin(buyer.state, buyer.pan) if buyer.pan else None,
        state_code=buyer.state,
        address_line1=f"{number * 7}, Main Road",
        city=buyer.city,
        pin_code=buyer.pin_code,
        contact_person=buyer.contact,
        email=f"accounts{number}@customers.example",
        payment_terms=buyer.terms,
    )


def _gstin(state: str, pan: str) -> str:
    first14 = f"{state}{pan}1Z"
    return first14 + gstin.check_character(first14)


def _bill(story: _Story, buyers: list[Customer], sold: list[ServiceType]) -> list[Invoice]:
    """From the oldest day to today, so that numbers follow dates; every fourth invoice is not mailed."""
    starts = add_months(story.today, -MONTHS)
    offsets = sorted(story.dice.randrange((story.today - starts).days + 1) for _ in range(INVOICES))
    issued = []
    for count, offset in enumerate(offsets):
        day = starts + dt.timedelta(days=offset)
        draft = _draft(story, buyers, sold, day)
        at = story.morning_of(day)
        invoice = _act(issuing.issue, draft.id, now=at, today=story.today)
        if count % 4:
            _act(sending.send, invoice, to_address=None, now=at, sender=firm.PERSON)
        issued.append(invoice)
    wrong = issued[INVOICES // 3]
    _act(issuing.cancel, wrong.id, reason="Billed to the wrong branch", now=story.now, today=story.today)
    return issued


def _draft(story: _Story, buyers: list[Customer], sold: list[ServiceType], day: dt.date) -> Invoice:
    buyer = story.dice.choice(buyers)
    chosen = story.dice.sample(sold, story.dice.randint(1, 4))
    return _act(
        invoices.create_draft,
        customer_id=buyer.id,
        today=day,
        created_by=story.user_id,
        lines=[_cells(service, story.dice) for service in chosen],
    )


def _cells(service: ServiceType, dice: random.Random) -> dict[str, str | UUID]:
    """As the row of the editor sends them when its service was picked."""
    is_by_area = service.default_rate < 100
    quantity = dice.randint(4, 40) * 100 if is_by_area else dice.choice((1, 1, 2, 3, 6))
    return {
        "service": service.id,
        "name": service.name,
        "description": service.description or "",
        "hsn_sac": service.hsn_sac or "",
        "quantity": str(quantity),
        "unit": service.unit or "",
        "rate": f"{service.default_rate.normalize():f}",
        "discount": dice.choice(("", "", "", "5", "10")),
        "tax": f"{service.tax_rate.normalize():f}",
    }


def _collect(story: _Story, issued: list[Invoice]) -> None:
    """In the order in which the money arrives, so that numbers follow dates."""
    for draft, claim in sorted(_payments(story, issued), key=lambda payment: payment[0].receipt_date):
        at = story.morning_of(draft.receipt_date)
        _act(receipts.record, draft, [claim], now=at, today=story.today, created_by=story.user_id)


def _payments(story: _Story, issued: list[Invoice]) -> Iterator[tuple[receipts.ReceiptDraft, Claim]]:
    """Most old invoices are paid, some in part; one customer pays more than was owed."""
    for count, invoice in enumerate(issued):
        is_recent = (story.today - invoice.invoice_date).days < 20
        if invoice.is_cancelled or count % 7 == 6 or (is_recent and count % 4):
            continue
        share = Decimal("0.5") if is_recent or count % 11 == 3 else Decimal(1)
        amount = (invoice.balance * share).quantize(Decimal(1))
        extra = Decimal(12_400 if count == 4 else 0)
        yield _payment(story, invoice, amount + extra), Claim(invoice.id, amount)


def _payment(story: _Story, invoice: Invoice, amount: Decimal) -> receipts.ReceiptDraft:
    day = min(story.today, invoice.invoice_date + dt.timedelta(days=story.dice.randint(8, 55)))
    return receipts.ReceiptDraft(
        customer_id=invoice.customer_id,
        amount=amount,
        receipt_date=day,
        payment_method=story.dice.choice(("bank_transfer", "bank_transfer", "upi", "cheque")),
        reference=f"EXMPN{day:%y%j}{story.dice.randrange(1000, 9999)}",
    )


def _mails_are_history() -> None:
    """In the transaction that posts them, so no worker ever sees them waiting."""
    db().flush()
    waiting = update(EmailMessage).where(EmailMessage.state == "queued")
    db().execute(waiting.values(state="sent", sent_at=EmailMessage.next_attempt_at))
    db().info["after_commit"].clear()
