"""Demo data: a believable small firm, made through the same actions as the screens, always the same.

About 20 customers, 16 services and 70 invoices over six months in every state, among them an export and those
of two schedules; reminders that went, links that were opened. Its mails are born sent: they are history, and
nobody waits for them.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from uuid import UUID

from flask import current_app
from sqlalchemy import select, update

from rms.actions import (
    bank,
    branding,
    companies,
    customers,
    invoices,
    issuing,
    receipts,
    sending,
    services,
    sign_up,
    statuses,
    verification,
)
from rms.crypto import links, passwords
from rms.db.session import act_as, db, public_scope, tenant_scope
from rms.demo import firm, offers, reminding, repeating, visits, zero_rated
from rms.demo.buyers import draft_of, gstin_of
from rms.demo.story import HOME, Story, act, cells_of
from rms.domain.allocation import Claim
from rms.domain.branding import Branding, Layout, branding_in
from rms.domain.periods import add_months
from rms.models import Customer, EmailMessage, Invoice, ServiceType
from rms.queries.sign_in import candidates
from rms.queries.tax_rates import tax_rates_on

INVOICES = 60
MONTHS = 6
LOOK = Branding(
    template=Layout.LETTERHEAD,
    accent="leaf",
    foot_note="Work is guaranteed for seven days. Tell us within them what we should do again.",
)
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


def _found(tenant_id: UUID, hashed: str, now: dt.datetime) -> None:
    """Everything in one transaction: a half-made demo firm helps nobody."""
    account = sign_up.NewAccount(firm.COMPANY, firm.PERSON, firm.EMAIL, hashed)
    joined = now - dt.timedelta(days=3)
    user = act(sign_up.sign_up, account, now=joined)
    act_as(user.id, reason="demo data")
    _confirm(tenant_id, joined)
    dice = random.Random(2026)  # nosec B311 # the demo is the same every time
    story = Story(user.id, now, now.astimezone(HOME).date(), dice)
    _set_up(joined)
    sold = _add_services(story.today)
    buyers = [
        act(customers.add, draft_of(number, buyer), created_by=user.id, now=joined)
        for number, buyer in enumerate(firm.BUYERS, 1)
    ]
    issued = _bill(story, buyers, sold, joined)
    reminding.collect(story, issued, _payments(story, issued))
    for days_ago in (13, 5, 1):
        _draft(story, buyers, sold[: firm.AUDIT], story.today - dt.timedelta(days=days_ago))
    act(statuses.sweep_overdue, today=story.today)
    visits.look(story, issued)
    offers.write(buyers, sold, by=user.id, sender=firm.PERSON, now=now)
    _mails_are_history()


def _confirm(tenant_id: UUID, now: dt.datetime) -> None:
    db().flush()
    proof = db().scalars(select(EmailMessage).where(EmailMessage.kind == "verify_email")).one()
    link = links.make(verification.PURPOSE, tenant_id, proof.entity_id)
    act(verification.confirm, link, trial_days=current_app.config["RMS"].trial_days, now=now)


def _set_up(now: dt.datetime) -> None:
    draft = companies.BusinessDraft(
        registration="regular", gst_number=gstin_of(firm.STATE, firm.PAN), name=firm.COMPANY, **firm.ADDRESS
    )
    company = act(companies.describe, draft, version=1)
    payments = bank.PaymentDraft(**firm.BANK)
    act(bank.take_payments, payments, version=company.version, now=now, is_set_up=True)
    act(branding.dress, LOOK, seen=branding_in(None).mark)
    for step in range(1, 6):
        act(companies.finish_step, step)


def _add_services(today: dt.date) -> list[ServiceType]:
    by_rate = {rate.rate: rate.category for rate in tax_rates_on(today)}
    return [
        act(
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


def _bill(
    story: Story, buyers: list[Customer], sold: list[ServiceType], joined: dt.datetime
) -> list[Invoice]:
    """From the oldest day to today, so that numbers follow dates, whatever makes the invoice of a day."""
    days = [
        *_by_hand(story, buyers, sold[: firm.AUDIT]),
        *zero_rated.bills(story, sold, joined=joined),
        *repeating.runs(story, buyers, sold),
    ]
    made = [make() for _, make in sorted(days, key=lambda one: one[0])]
    issued = [invoice for invoice in made if invoice]
    wrong = issued[len(issued) // 3]
    act(issuing.cancel, wrong.id, reason="Billed to the wrong branch", now=story.now, today=story.today)
    return issued


def _by_hand(
    story: Story, buyers: list[Customer], sold: list[ServiceType]
) -> Iterator[tuple[dt.date, Callable[[], Invoice]]]:
    """Every fourth invoice is not mailed."""
    starts = add_months(story.today, -MONTHS)
    offsets = sorted(story.dice.randrange((story.today - starts).days + 1) for _ in range(INVOICES))
    for count, offset in enumerate(offsets):
        day = starts + dt.timedelta(days=offset)
        yield day, partial(_issue, story, buyers, sold, day, is_mailed=bool(count % 4))


def _issue(
    story: Story, buyers: list[Customer], sold: list[ServiceType], day: dt.date, *, is_mailed: bool
) -> Invoice:
    draft = _draft(story, buyers, sold, day)
    at = story.morning_of(day)
    invoice = act(issuing.issue, draft.id, now=at, today=story.today)
    if is_mailed:
        act(sending.send, invoice, to_address=None, now=at, sender=firm.PERSON)
    return invoice


def _draft(story: Story, buyers: list[Customer], sold: list[ServiceType], day: dt.date) -> Invoice:
    buyer = story.dice.choice(buyers)
    chosen = story.dice.sample(sold, story.dice.randint(1, 4))
    return act(
        invoices.create_draft,
        customer_id=buyer.id,
        today=day,
        created_by=story.user_id,
        lines=[_cells(service, story.dice) for service in chosen],
    )


def _cells(service: ServiceType, dice: random.Random) -> dict[str, str | UUID]:
    is_by_area = service.default_rate < 100
    quantity = dice.randint(4, 40) * 100 if is_by_area else dice.choice((1, 1, 2, 3, 6))
    return cells_of(service, quantity=str(quantity), discount=dice.choice(("", "", "", "5", "10")))


def _payments(story: Story, issued: list[Invoice]) -> Iterator[reminding.Payment]:
    """Most old invoices are paid, some in part; one customer pays more than was owed."""
    for count, invoice in enumerate(issued):
        is_recent = (story.today - invoice.invoice_date).days < 20
        if invoice.is_cancelled or count % 7 == 6 or (is_recent and count % 4):
            continue
        share = Decimal("0.5") if is_recent or count % 11 == 3 else Decimal(1)
        amount = (invoice.balance * share).quantize(Decimal(1))
        extra = Decimal(12_400 if count == 4 else 0)
        yield _payment(story, invoice, amount + extra), Claim(invoice.id, amount)


def _payment(story: Story, invoice: Invoice, amount: Decimal) -> receipts.ReceiptDraft:
    """What would come in after today came in during the last days instead."""
    day = invoice.invoice_date + dt.timedelta(days=story.dice.randint(8, 55))
    if day > story.today:
        age = (story.today - invoice.invoice_date).days
        day = story.today - dt.timedelta(days=story.dice.randint(0, min(age, 18)))
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
