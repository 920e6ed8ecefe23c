"""What the free tier holds, also when many add the last one at once; what a closed plan refuses."""

import datetime as dt

import pytest
from sqlalchemy import func, select, update

from rms.actions import customers, invitations, issuing, limits, people, sending
from rms.actions.customers import CustomerDraft
from rms.crypto import links
from rms.db.session import db, tenant_scope
from rms.domain.errors import Forbidden, PaymentRequired
from rms.models import Customer, EmailMessage, Invoice, Tenant, User
from rms.policy import Standing, Use
from tests import factories
from tests.actions.test_issuing_at_once import issuing_of, make_drafts
from tests.actions.test_receipts_at_once import all_at_once
from tests.factories import NOW, TODAY

NEXT_MONTH = dt.datetime(2026, 12, 1, 0, 0, tzinfo=dt.UTC)


def become(company, status: str = "expired") -> None:
    with company.scope():
        db().execute(update(Tenant).values(subscription_status=status))


def count_of(company, column) -> int:
    with company.scope():
        return db().scalar(select(column).where(Tenant.id == company.tenant_id))


@pytest.fixture
def locking(connected):
    """An installation where nothing follows a trial."""
    limits.configure("lock", connected.help_address)
    yield
    limits.configure(connected.after_trial, connected.help_address)


def test_of_twenty_who_issue_the_fifth_invoice_one_gets_through(nilgiri):
    become(nilgiri)
    drafts = make_drafts(nilgiri, 24)
    for draft in drafts[:4]:
        issuing_of(nilgiri, draft)()
    results = all_at_once([issuing_of(nilgiri, draft) for draft in drafts[4:]])
    assert sum(isinstance(one, str) for one in results) == 1, results
    assert sum(isinstance(one, PaymentRequired) for one in results) == 19, results
    assert count_of(nilgiri, Tenant.current_invoice_count) == 5
    with nilgiri.scope():
        kept = db().scalars(select(Invoice).where(Invoice.status == "draft")).all()
        assert len(kept) == 19 and not any(one.invoice_number for one in kept)
        numbers = sorted(db().scalars(select(Invoice.invoice_number).where(Invoice.status != "draft")))
        assert [int(one.rpartition("/")[2]) for one in numbers] == [1, 2, 3, 4, 5]


def test_the_sentence_says_limit_plan_and_what_still_works(nilgiri):
    become(nilgiri)
    drafts = make_drafts(nilgiri, 6)
    for draft in drafts[:5]:
        issuing_of(nilgiri, draft)()
    with pytest.raises(PaymentRequired) as caught:
        issuing_of(nilgiri, drafts[5])()
    told = str(caught.value)
    for said in ("free plan", "5 invoices", "draft is kept", "help@"):
        assert said in told


def test_a_new_month_begins_before_the_nightly_job(nilgiri):
    """The stored count is still that of November; what December has seen is counted when it matters."""
    become(nilgiri)
    drafts = make_drafts(nilgiri, 7)
    for draft in drafts[:5]:
        issuing_of(nilgiri, draft)()
    for draft in drafts[5:]:
        with nilgiri.scope():
            issuing.issue(draft, now=NEXT_MONTH, today=NEXT_MONTH.date())
    assert count_of(nilgiri, Tenant.current_invoice_count) == 2


def test_a_trial_has_no_limit_and_a_trial_that_is_over_has(nilgiri):
    drafts = make_drafts(nilgiri, 7)
    for draft in drafts[:6]:
        issuing_of(nilgiri, draft)()
    with nilgiri.scope():
        db().execute(update(Tenant).values(trial_end_date=NOW))
    with pytest.raises(PaymentRequired):
        issuing_of(nilgiri, drafts[6])()


def test_what_was_cancelled_counts_as_issued(nilgiri):
    become(nilgiri)
    drafts = make_drafts(nilgiri, 6)
    for draft in drafts[:5]:
        issuing_of(nilgiri, draft)()
    with nilgiri.scope():
        issuing.cancel(drafts[0], reason="Wrong address", now=NOW, today=TODAY)
    with pytest.raises(PaymentRequired):
        issuing_of(nilgiri, drafts[5])()


def adding(company, number: int):
    def add():
        with tenant_scope(company.tenant_id):
            return customers.add(CustomerDraft(name=f"Customer {number}"), created_by=None, now=NOW)

    return add


def test_of_twenty_who_add_the_tenth_customer_one_gets_through(nilgiri):
    become(nilgiri)
    for number in range(9):
        adding(nilgiri, number)()
    results = all_at_once([adding(nilgiri, number) for number in range(9, 29)])
    assert sum(isinstance(one, Customer) for one in results) == 1, results
    assert sum(isinstance(one, PaymentRequired) for one in results) == 19, results
    assert count_of(nilgiri, Tenant.current_customer_count) == 10


def test_an_archived_customer_makes_room_and_comes_back_only_into_room(nilgiri):
    become(nilgiri)
    added = [adding(nilgiri, number)() for number in range(10)]
    with nilgiri.scope():
        customers.deactivate(added[0].id)
    adding(nilgiri, 10)()
    with pytest.raises(PaymentRequired, match="10 active customers"), nilgiri.scope():
        customers.activate(added[0].id, now=NOW)
    assert count_of(nilgiri, Tenant.current_customer_count) == 10


def test_who_has_more_than_the_free_tier_holds_keeps_them_and_adds_none(nilgiri):
    for number in range(12):
        adding(nilgiri, number)()
    become(nilgiri)
    with pytest.raises(PaymentRequired):
        adding(nilgiri, 12)()
    with nilgiri.scope():
        assert db().scalar(select(func.count()).select_from(Customer).where(Customer.is_active)) == 12
        first = db().scalars(select(Customer).limit(1)).one()
        draft = CustomerDraft(name="Another name")
        assert customers.change(first.id, draft, version=first.version).name == "Another name"


def test_nobody_is_invited_switched_on_or_joins_beyond_the_free_tier(nilgiri):
    """Three people are in: they stay, and nobody is added."""
    admin = nilgiri.admin.id
    with nilgiri.scope(nilgiri.admin):
        invitation = invitations.invite("ravi@example.in", "user", by=admin, now=NOW)
    with nilgiri.scope(nilgiri.admin):
        asha = db().scalars(select(User).where(User.role == "user")).one().id
        people.deactivate(asha, by=admin, now=NOW)
    become(nilgiri)
    with pytest.raises(PaymentRequired, match="1 person"), nilgiri.scope(nilgiri.admin):
        people.activate(asha, by=admin, now=NOW)
    with pytest.raises(PaymentRequired, match="1 person"), nilgiri.scope(nilgiri.admin):
        invitations.invite("meena@example.in", "user", by=admin, now=NOW)
    joining = invitations.Joining("Ravi Kumar", factories.password_hash())
    link = links.make(invitations.PURPOSE, nilgiri.tenant_id, invitation.id, round=invitation.round)
    with pytest.raises(PaymentRequired, match="1 person"), nilgiri.scope():
        invitations.accept(link, joining, now=NOW)
    with nilgiri.scope():
        active = select(func.count()).select_from(User).where(User.is_active, User.deleted_at.is_(None))
        assert db().scalar(active) == count_of(nilgiri, Tenant.current_user_count) == 2


MAIL = {
    "trial": None,
    "active": None,
    "expired": None,
    "cancelled": PaymentRequired,
    "suspended": Forbidden,
}


@pytest.mark.parametrize("status", MAIL)
def test_letters_to_customers_follow_the_gate(nilgiri, status):
    [draft] = make_drafts(nilgiri, 1)
    issuing_of(nilgiri, draft)()
    become(nilgiri, status)
    refused = MAIL[status]

    def send():
        with nilgiri.scope(nilgiri.admin):
            invoice = db().scalars(select(Invoice)).one()
            return sending.send(invoice, to_address="a@example.in", now=NOW, sender="Priya")

    if refused is None:
        assert send().state == "queued"
        return
    with pytest.raises(refused, match="help@"):
        send()
    with nilgiri.scope():
        assert not db().scalars(select(EmailMessage).where(EmailMessage.kind == "invoice")).all()


def test_letters_to_customers_stop_where_a_trial_ends_in_a_lock(nilgiri, locking):
    [draft] = make_drafts(nilgiri, 1)
    issuing_of(nilgiri, draft)()
    become(nilgiri)
    with nilgiri.scope():
        assert limits.standing(now=NOW) is Standing.LOCKED
    with pytest.raises(PaymentRequired), nilgiri.scope(nilgiri.admin):
        invoice = db().scalars(select(Invoice)).one()
        sending.send(invoice, to_address="a@example.in", now=NOW, sender="Priya")


GATED = {Use.CUSTOMER_MAIL: "yes yes yes no no", Use.RECURRING: "yes yes no no no"} | {
    Use.PUBLIC_LINK: "yes yes yes yes no"
}


@pytest.mark.parametrize("use", GATED)
def test_jobs_and_public_links_ask_the_same_gate(nilgiri, use):
    words = dict(
        zip(("trial", "active", "expired", "cancelled", "suspended"), GATED[use].split(), strict=True)
    )
    for status, word in words.items():
        become(nilgiri, status)
        with nilgiri.scope():
            if word == "yes":
                limits.require(use, now=NOW)
                continue
            with pytest.raises(Forbidden if status == "suspended" else PaymentRequired):
                limits.require(use, now=NOW)
