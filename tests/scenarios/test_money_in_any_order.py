"""Money in any order: whatever is issued, received, allocated, released, bounced, credited and cancelled,
every invariant holds after each act, and each day's report stays what it was on that day.

A stateful property test on the real database. Acts that the rules refuse are part of it: they must leave
everything as it was. Each example is a company of its own.
"""

import datetime as dt
from collections import Counter
from decimal import Decimal
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from rms.actions import credit_notes, issuing, receipt_life, receipts, refunds, statuses
from rms.actions.credit_notes import Use
from rms.actions.refunds import RefundDraft
from rms.db.session import db
from rms.domain.allocation import Claim
from rms.domain.errors import DomainError
from rms.models import CreditNote, Customer, Invoice, Receipt, Refund
from rms.queries.ageing import ageing
from rms.queries.ledger import account_of, balance_on
from rms.queries.ledger_check import first_differences
from tests import cast, factories
from tests.factories import NOW, TODAY

DAY = dt.timedelta(days=1)
ZERO = Decimal("0.00")
PAISE = st.integers(1, 300_000).map(lambda paise: Decimal(paise) / 100)
ROUND = st.sampled_from([Decimal("100"), Decimal("590"), Decimal("1180"), Decimal("2360"), Decimal("0.01")])
AMOUNTS = ROUND | PAISE
PICK = st.integers(0, 1_000)
METHODS = st.sampled_from(["upi", "cheque", "bank_transfer"])


ACTS: Counter[str] = Counter()


class Books(RuleBasedStateMachine):
    """Two customers of one company, and a calendar that only goes on."""

    @initialize()
    def open_company(self):
        self.company = cast.nilgiri()
        self.today = TODAY
        self.reports: dict[dt.date, tuple] = {}
        with self.company.scope():
            self.customers = [factories.make_customer(name).id for name in ("Lotus", "Patel")]
        self.acts: Counter[str] = Counter()
        for place in (0, 1, 0):
            self.issue(place, Decimal("1000"), place)
            self.receive(place, Decimal("1180"), "cheque", [], ZERO)

    # What people do ------------------------------------------------------------------------------

    @rule(customer=PICK, amount=ROUND, days=st.integers(0, 3))
    def issue(self, customer, amount, days):
        with self.company.scope():
            who = db().get(Customer, (self.company.tenant_id, self.customers[customer % 2]))
            invoice = factories.make_invoice(
                who,
                str(amount),
                invoice_date=self.today,
                due_date=self.today + days * DAY,
                issued_at=self.moment(),
            )
            invoice.restate(self.today)

    @rule(customer=PICK, amount=AMOUNTS, method=METHODS, picks=st.lists(PICK, max_size=3), part=AMOUNTS)
    def receive(self, customer, amount, method, picks, part):
        who = self.customers[customer % 2]
        claims = self.claims(picks, part)
        draft = receipts.ReceiptDraft(who, amount, self.today, method)
        self.attempt(
            lambda: receipts.record(draft, claims, now=self.moment(), today=self.today, created_by=None)
        )

    @rule(receipt=PICK, picks=st.lists(PICK, min_size=1, max_size=3), amount=AMOUNTS, tds=st.booleans())
    def allocate(self, receipt, picks, amount, tds):
        receipt_id = self.one(Receipt, receipt)
        claims = self.claims(picks, amount, tds=Decimal("1.00") if tds else ZERO)
        if receipt_id and claims:
            self.attempt(lambda: receipts.allocate(receipt_id, claims, today=self.today))

    @rule(receipt=PICK, invoice=PICK)
    def release(self, receipt, invoice):
        receipt_id, invoice_id = self.one(Receipt, receipt), self.one(Invoice, invoice)
        if receipt_id and invoice_id:
            self.attempt(lambda: receipt_life.release(receipt_id, invoice_id, today=self.today))

    @rule(receipt=PICK, end=st.sampled_from(["clear", "bounce", "cancel"]))
    def end_receipt(self, receipt, end):
        receipt_id = self.one(Receipt, receipt)
        if not receipt_id:
            return
        why = {} if end == "clear" else {"reason": "as it happens"}
        act = getattr(receipt_life, end)
        self.attempt(lambda: act(receipt_id, on=self.today, now=self.moment(), today=self.today, **why))

    @rule(invoice=PICK)
    def credit(self, invoice):
        """The whole of what may still be credited of it."""
        invoice_id = self.one(Invoice, invoice)
        if invoice_id:
            self.attempt(lambda: self.credit_whole(invoice_id))

    @rule(note=PICK, invoice=PICK, amount=AMOUNTS)
    def apply(self, note, invoice, amount):
        note_id, invoice_id = self.one(CreditNote, note), self.one(Invoice, invoice)
        if note_id and invoice_id:
            self.attempt(lambda: credit_notes.apply(note_id, [Use(invoice_id, amount)], today=self.today))

    @rule(note=PICK, invoice=PICK)
    def release_credit(self, note, invoice):
        note_id, invoice_id = self.one(CreditNote, note), self.one(Invoice, invoice)
        if note_id and invoice_id:
            self.attempt(lambda: credit_notes.release(note_id, invoice_id, today=self.today))

    @rule(note=PICK)
    def cancel_credit(self, note):
        note_id = self.one(CreditNote, note)
        if note_id:
            self.attempt(lambda: credit_notes.cancel(note_id, reason="wrong", today=self.today))

    @rule(invoice=PICK)
    def cancel_invoice(self, invoice):
        invoice_id = self.one(Invoice, invoice)
        if invoice_id:
            self.attempt(
                lambda: issuing.cancel(invoice_id, reason="wrong", now=self.moment(), today=self.today)
            )

    @rule(receipt=PICK, amount=AMOUNTS)
    def pay_back(self, receipt, amount):
        receipt_id = self.one(Receipt, receipt)
        draft = RefundDraft(amount, self.today, "upi", None, None)
        if receipt_id:
            self.attempt(
                lambda: refunds.pay_back_receipt(receipt_id, draft, today=self.today, created_by=None)
            )

    @rule(refund=PICK)
    def cancel_refund(self, refund):
        refund_id = self.one(Refund, refund)
        if refund_id:
            self.attempt(lambda: refunds.cancel(refund_id, on=self.today, reason="wrong", today=self.today))

    @precondition(lambda self: len(self.reports) < 6)
    @rule(days=st.integers(1, 3))
    def sleep(self, days):
        """The day ends with its report; the next one begins with the sweep."""
        self.reports[self.today] = self.report_of(self.today)
        self.today += days * DAY
        with self.company.scope():
            statuses.sweep_overdue(today=self.today)

    # What must hold ------------------------------------------------------------------------------

    @invariant()
    def books_agree(self):
        with self.company.scope():
            assert first_differences(self.today) == []

    @invariant()
    def reports_agree_with_the_rows(self):
        """As of today: what is open less what is on account is what the customer owes, by two ways."""
        with self.company.scope():
            open_now = db().scalar(
                select(func.coalesce(func.sum(Invoice.balance), ZERO)).where(
                    Invoice.issued_at.is_not(None), Invoice.cancelled_at.is_(None)
                )
            )
            left = db().scalar(
                select(func.coalesce(func.sum(Receipt.unallocated_amount), ZERO)).where(
                    Receipt.reversed_on.is_(None)
                )
            )
            credit = db().scalar(
                select(func.coalesce(func.sum(CreditNote.unapplied_amount), ZERO)).where(
                    CreditNote.issued_at.is_not(None), CreditNote.cancelled_on.is_(None)
                )
            )
            owed = sum((balance_on(one, self.today) for one in self.customers), ZERO)
        assert owed == open_now - left - credit

    def teardown(self):
        ACTS.update(getattr(self, "acts", {}))
        for day, told in getattr(self, "reports", {}).items():
            assert self.report_of(day) == told, day

    # Tools ---------------------------------------------------------------------------------------

    def report_of(self, day: dt.date) -> tuple:
        """Both ways to a balance must agree: by what moved it, and by what is open and what is left."""
        with self.company.scope():
            owed = {one: balance_on(one, day) for one in self.customers}
            aged = {row.customer_id: row for row in ageing(day).rows}
            accounts = [account_of(one, TODAY, day) for one in self.customers]
        for one, account in zip(self.customers, accounts, strict=True):
            assert account.closing == owed[one] == (aged[one].balance if one in aged else ZERO)
        return tuple(owed.values()), tuple(map(str, aged.values())), tuple(map(str, accounts))

    def attempt(self, act) -> None:
        """In a transaction of its own; what is refused changes nothing."""
        try:
            with self.company.scope():
                act()
        except DomainError:
            self.acts["refused"] += 1
        else:
            self.acts["taken"] += 1

    def credit_whole(self, invoice_id: UUID) -> None:
        note = credit_notes.create_from_invoice(invoice_id, today=self.today, created_by=None)
        credit_notes.issue(note.id, now=self.moment(), today=self.today)

    def claims(self, picks: list[int], amount: Decimal, *, tds: Decimal = ZERO) -> list[Claim]:
        chosen = {self.one(Invoice, pick) for pick in picks} - {None}
        return [Claim(one, amount, tds_amount=tds) for one in sorted(chosen)]

    def one(self, model: type, pick: int) -> UUID | None:
        with self.company.scope():
            ids = sorted(db().scalars(select(model.id)))
        return ids[pick % len(ids)] if ids else None

    def moment(self) -> dt.datetime:
        return NOW + (self.today - TODAY)


def test_money_in_any_order(connected):
    """Also that most acts were taken: a walk that is refused everywhere would prove nothing."""
    ACTS.clear()
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            # A smaller example is worth less than the minutes it takes to find.
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert ACTS["taken"] > 80 and ACTS["taken"] > ACTS["refused"] / 3, ACTS
