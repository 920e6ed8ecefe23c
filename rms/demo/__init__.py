"""Demo data: a believable small firm, made through the same actions as the screens, always the same.

40 customers, 25 services and 300 invoices over fourteen months in every state, among them an export and
those of two schedules; money with TDS, cheques that bounced, advances, credit notes; reminders that went,
links that were opened. Its mails are born sent: they are history, and nobody waits for them.
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
    invoices,
    issuing,
    sending,
    services,
    sign_up,
    statuses,
    verification,
)
from rms.crypto import links, passwords
from rms.db.session import act_as, db, public_scope, tenant_scope
from rms.demo import buyers, corrections, firm, money, offers, reminding, repeating, visits, zero_rated
from rms.demo.story import HOME, Story, act, cells_of
from rms.domain.branding import Branding, Layout, branding_in
from rms.domain.periods import add_months
from rms.models import Customer, EmailMessage, Invoice, ServiceType
from rms.queries.sign_in import candidates
from rms.queries.tax_rates import tax_rates_on

INVOICES = 293
MONTHS = 14
MAILED_SINCE = dt.timedelta(days=120)  # what is older was sent on paper
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
    customers = buyers.add_all(story, joined)
    issued = _bill(story, customers, sold, joined)
    open_ = [one for count, one in enumerate(issued) if money.stays_open(story, count, one)]
    still_open = [one for one in open_ if not one.is_cancelled]
    reminding.tell(
        story,
        issued,
        [
            *money.comes_in(story, issued, customers, buyers.deducting(customers)),
            *corrections.write(story, still_open, customers, sold),
        ],
    )
    for days_ago in (13, 5, 1):
        _draft(story, customers, sold[: firm.AUDIT], story.today - dt.timedelta(days=days_ago))
    act(statuses.sweep_overdue, today=story.today)
    visits.look(story, issued)
    offers.write(customers, sold, by=user.id, sender=firm.PERSON, now=now)
    _mails_are_history()


def _confirm(tenant_id: UUID, now: dt.datetime) -> None:
    db().flush()
    proof = db().scalars(select(EmailMessage).where(EmailMessage.kind == "verify_email")).one()
    link = links.make(verification.PURPOSE, tenant_id, proof.entity_id)
    act(verification.confirm, link, trial_days=current_app.config["RMS"].trial_days, now=now)


def _set_up(now: dt.datetime) -> None:
    draft = companies.BusinessDraft(
        registration="regular",
        gst_number=buyers.gstin_of(firm.STATE, firm.PAN),
        name=firm.COMPANY,
        **firm.ADDRESS,
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
    """Every fourth invoice is not mailed, and none of the old ones."""
    starts = add_months(story.today, -MONTHS)
    offsets = sorted(story.dice.randrange((story.today - starts).days + 1) for _ in range(INVOICES))
    for count, offset in enumerate(offsets):
        day = starts + dt.timedelta(days=offset)
        is_mailed = bool(count % 4) and story.today - day < MAILED_SINCE
        yield day, partial(_issue, story, buyers, sold, day, is_mailed=is_mailed)


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


def _mails_are_history() -> None:
    """In the transaction that posts them, so no worker ever sees them waiting."""
    db().flush()
    waiting = update(EmailMessage).where(EmailMessage.state == "queued")
    db().execute(waiting.values(state="sent", sent_at=EmailMessage.next_attempt_at))
    db().info["after_commit"].clear()
