"""The list of customers: what stands in its columns, and whom its filters show."""

import datetime as dt
from uuid import uuid4

import pytest

from rms.actions import client_types, customers
from rms.actions.client_types import ManagerDraft, TypeDraft
from rms.actions.customers import CustomerDraft
from tests.factories import NOW, TODAY, make_allocation, make_customer, make_invoice, make_receipt


@pytest.fixture
def kinds(nilgiri):
    """Lotus and Old Mill are schools, Lotus is looked after by Meera, Mill and Lakeview by nobody."""
    with nilgiri.scope():
        school = client_types.add_type(TypeDraft(name="School", payment_terms=7)).id
        meera = client_types.add_manager(ManagerDraft(name="Meera", email="meera@example.in")).id
        make_customer("Lotus Valley", client_type_id=school, account_manager_id=meera)
        make_customer("Old Mill", client_type_id=school, is_active=False)
        make_customer("Lakeview")
        return school, meera


def test_a_type_and_an_account_manager_narrow_list_and_tabs(priya, kinds):
    school, meera = kinds
    of_type = priya.get(f"customers?type={school}").text
    assert "Lotus Valley" in of_type and "Lakeview" not in of_type and "Old Mill" not in of_type
    assert "1 customer<" in of_type and "Archived <span>1</span>" in of_type
    assert f'value="{school}" selected' in of_type and f"view=all&amp;type={school}" in of_type
    assert "Old Mill" in priya.get(f"customers?view=archived&type={school}").text
    both = priya.get(f"customers?view=all&type={school}&manager={meera}").text
    assert "Lotus Valley" in both and "Old Mill" not in both
    none = priya.get(f"customers?view=owe&manager={meera}").text
    assert "No customer of this view is of that kind" in none


def test_what_is_no_filter_is_refused_and_a_strangers_one_finds_nobody(priya, rohan, kinds):
    assert priya.get("customers?type=school").status_code == 422
    assert priya.get(f"customers?type={uuid4()}").status_code == 200
    theirs = rohan.get(f"customers?view=all&type={kinds[0]}&manager={kinds[1]}").text
    assert "Lotus" not in theirs and "School" not in theirs and "Meera" not in theirs


def test_an_archived_customer_is_counted_where_a_search_finds_it(priya, kinds):
    found = priya.get("customers?q=old mill").text
    assert "No customer matches" in found and "Archived <span>1</span>" in found


def test_days_to_pay_and_money_on_account_stand_in_the_row(priya, nilgiri):
    """Written 20 days ago, paid today with 1,500.00: 1,180.00 is settled and 320.00 lies on no invoice."""
    with nilgiri.scope():
        day = TODAY - dt.timedelta(days=20)
        customer = make_customer()
        invoice = make_invoice(customer, invoice_date=day, due_date=day)
        make_allocation(make_receipt(customer, "1500.00"), invoice, "1180.00")
        invoice.status = "paid"
    row = priya.get("customers", hx=True).text.split('<tr class="row">')[1].split("</tr>")[0]
    assert ">20</span>" in row and "320.00 on account" in row


def test_pages_of_a_filter_go_on_within_it(priya, nilgiri, kinds):
    with nilgiri.scope():
        for number in range(60):
            draft = CustomerDraft(name=f"School {number:02d}", client_type_id=kinds[0])
            customers.add(draft, created_by=None, now=NOW)
            customers.add(CustomerDraft(name=f"Other {number:02d}"), created_by=None, now=NOW)
    first = priya.get(f"customers?type={kinds[0]}").text
    second = priya.get(first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")).text
    assert "Other " not in first + second and "61 customers" in first
    assert all(f"School {number:02d}<" in first + second for number in range(60))
