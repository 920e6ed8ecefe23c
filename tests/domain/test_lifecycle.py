"""States follow from facts; acts are open or not."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from rms.domain import lifecycle
from rms.domain.errors import IllegalMove
from rms.domain.lifecycle import CreditNoteStatus, ReceiptStatus, Status, Verb

TODAY = date(2026, 11, 22)
YESTERDAY, TOMORROW = TODAY - timedelta(1), TODAY + timedelta(1)


@pytest.mark.parametrize(
    ("issued", "cancelled", "total", "settled", "due", "status"),
    [
        (False, False, "100", "0", None, "draft"),
        (False, False, "100", "0", YESTERDAY, "draft"),
        (True, False, "100", "0", TOMORROW, "pending"),
        (True, False, "100", "0", TODAY, "pending"),  # due today is not late
        (True, False, "100", "0", YESTERDAY, "overdue"),
        (True, False, "100", "40", TOMORROW, "partially_paid"),
        (True, False, "100", "99.99", YESTERDAY, "overdue"),  # also when part of it is paid
        (True, False, "100", "100", YESTERDAY, "paid"),
        (True, False, "0", "0", YESTERDAY, "paid"),  # nothing is owed
        (True, True, "100", "0", YESTERDAY, "cancelled"),
        (True, True, "100", "100", TOMORROW, "cancelled"),
    ],
)
def test_the_state_follows_from_the_facts(issued, cancelled, total, settled, due, status):
    assert status == lifecycle.status_of(
        issued=issued,
        cancelled=cancelled,
        total=Decimal(total),
        settled=Decimal(settled),
        due_date=due,
        today=TODAY,
    )


def test_every_state_has_its_word_on_screen():
    assert [lifecycle.WORDS[status] for status in Status] == [
        "Draft",
        "Awaiting payment",
        "Part paid",
        "Overdue",
        "Paid",
        "Cancelled",
    ]
    assert set(lifecycle.RECEIPT_WORDS) == set(ReceiptStatus)
    assert set(lifecycle.CREDIT_NOTE_WORDS) == set(CreditNoteStatus)


OPEN_VERBS = "send share credit debit change_notes cancel record_payment remind"


@pytest.mark.parametrize(
    ("status", "verbs"),
    [
        ("draft", "edit change_notes delete issue"),
        ("pending", OPEN_VERBS),
        ("partially_paid", OPEN_VERBS),
        ("overdue", OPEN_VERBS),
        ("paid", "send share credit debit change_notes cancel"),
        ("cancelled", ""),
    ],
)
def test_what_is_open_in_each_state(status, verbs):
    assert {verb for verb in Verb if lifecycle.can(Status(status), verb)} == set(verbs.split())


@pytest.mark.parametrize(
    ("status", "verb", "after"),
    [
        ("draft", "issue", "pending"),
        ("draft", "edit", "draft"),
        ("pending", "cancel", "cancelled"),
        ("overdue", "cancel", "cancelled"),
        ("paid", "cancel", "cancelled"),
        ("overdue", "remind", "overdue"),
    ],
)
def test_where_a_move_leads(status, verb, after):
    assert lifecycle.move(Status(status), Verb(verb)) == after


@pytest.mark.parametrize(
    ("status", "verb", "says"),
    [
        ("draft", "cancel", "Delete it instead"),
        ("draft", "send", "Issue it before"),
        ("draft", "record_payment", "Issue it before"),
        ("pending", "edit", "Correct it with a credit note"),
        ("paid", "delete", "Cancel it instead"),
        ("pending", "issue", "already issued"),
        ("paid", "record_payment", "on account"),
        ("paid", "remind", "nothing to remind of"),
        ("cancelled", "cancel", "cancelled"),
        ("cancelled", "issue", "cancelled"),
    ],
)
def test_an_illegal_move_says_what_to_do_instead(status, verb, says):
    with pytest.raises(IllegalMove, match=says) as refusal:
        lifecycle.move(Status(status), Verb(verb))
    assert refusal.value.status == 409


INVOICE_VERBS = [verb for verb in Verb if verb not in (Verb.CLEAR, Verb.BOUNCE, Verb.ALLOCATE, Verb.APPLY)]


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("verb", INVOICE_VERBS)
def test_every_act_on_every_state_leads_somewhere_or_is_refused_in_words(status, verb):
    if lifecycle.can(status, verb):
        assert lifecycle.move(status, verb) in Status
    else:
        with pytest.raises(IllegalMove):
            lifecycle.move(status, verb)


def test_only_a_draft_is_editable():
    assert [status for status in Status if lifecycle.is_editable(status)] == [Status.DRAFT]


@pytest.mark.parametrize(
    ("status", "verb", "after"),
    [
        ("pending", "clear", "cleared"),
        ("pending", "bounce", "bounced"),
        ("pending", "cancel", "cancelled"),
        ("pending", "allocate", "pending"),  # a cheque counts from its date
        ("cleared", "bounce", "bounced"),
        ("cleared", "cancel", "cancelled"),
        ("cleared", "clear", None),
        ("bounced", "cancel", None),
        ("bounced", "allocate", None),
        ("cancelled", "clear", None),
    ],
)
def test_receipts_move(status, verb, after):
    if after:
        assert lifecycle.move_receipt(ReceiptStatus(status), Verb(verb)) == after
    else:
        with pytest.raises(IllegalMove):
            lifecycle.move_receipt(ReceiptStatus(status), Verb(verb))


@pytest.mark.parametrize(
    ("status", "verb", "after"),
    [
        ("draft", "issue", "issued"),
        ("issued", "apply", "issued"),
        ("issued", "cancel", "cancelled"),
        ("issued", "edit", None),
        ("applied", "cancel", None),
        ("draft", "apply", None),
        ("cancelled", "issue", None),
    ],
)
def test_credit_notes_move(status, verb, after):
    if after:
        assert lifecycle.move_credit_note(CreditNoteStatus(status), Verb(verb)) == after
    else:
        with pytest.raises(IllegalMove):
            lifecycle.move_credit_note(CreditNoteStatus(status), Verb(verb))


@pytest.mark.parametrize(
    ("issued", "cancelled", "used", "status"),
    [
        (False, False, "0", "draft"),
        (True, False, "0", "issued"),
        (True, False, "99.99", "issued"),
        (True, False, "100", "applied"),
        (True, True, "0", "cancelled"),
    ],
)
def test_the_state_of_a_credit_note_follows_from_what_is_used(issued, cancelled, used, status):
    found = lifecycle.credit_note_status_of(
        issued=issued, cancelled=cancelled, total=Decimal(100), used=Decimal(used)
    )
    assert found == status
