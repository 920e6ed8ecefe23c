"""Amounts at the edge of what a column holds: a sentence, never an error of the database."""

from decimal import Decimal

import pytest

from rms.actions import invoices
from rms.domain.errors import Invalid
from tests import factories
from tests.factories import TODAY

MOST = Decimal("9999999999999.99")
FULL = {"rate": "99999999999.9999", "quantity": "100"}  # comes to MOST


def draft_with(nilgiri, *lines):
    """A draft with these lines added one after the other, each saved as the editor saves it."""
    with nilgiri.scope(nilgiri.admin):
        customer = factories.make_customer()
        invoice = invoices.create_draft(customer_id=customer.id, today=TODAY, created_by=nilgiri.admin.id)
        for cells in lines:
            invoices.add_line(invoice.id, cells={"name": "Tea", "hsn_sac": "998533", **cells})
        return invoice


@pytest.mark.parametrize(
    "lines",
    [
        [{**FULL, "tax": "18"}],
        [{**FULL, "tax": "nil"}],
        [{**FULL, "tax": "nil"}] * 2,
        [{**FULL, "tax": "18", "discount": "100"}] * 2,
        [{**FULL, "tax": "nil", "discount": "50"}] * 2,
        [{"rate": "99999999999.9999", "quantity": "999999999.999", "tax": "18"}],
    ],
    ids=str,
)
def test_what_no_invoice_can_hold_is_refused_in_a_sentence(nilgiri, lines):
    try:
        invoice = draft_with(nilgiri, *lines)
    except Invalid as error:
        assert "fits" in str(error) or error.errors
    else:
        assert invoice.total <= MOST
