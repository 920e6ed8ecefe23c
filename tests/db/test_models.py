"""The models as they are used: keys, relationships, rules that the database keeps, and the async engine."""

import asyncio
import datetime as dt
from uuid import UUID

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from rms.db import session
from rms.db.base import Base
from rms.db.session import db, sqlalchemy_url
from rms.models import (
    Customer,
    GstSetting,
    Invoice,
    InvoiceLineItem,
    NumberSeries,
    Subscription,
    Tenant,
    UserSession,
)
from tests import factories
from tests.factories import NOW, TODAY


def test_rows_get_a_random_uuid_and_their_tenant_by_themselves(nilgiri):
    with nilgiri.scope():
        customer = factories.make_customer()
    assert customer.tenant_id == nilgiri.tenant_id
    assert isinstance(customer.id, UUID) and customer.id.version == 4


def test_fifty_new_lines_are_one_statement(nilgiri):
    """A server default would cost one INSERT per row; the sentinel on `id` avoids it."""
    statements = []

    def note(connection, cursor, statement, parameters, context, executemany):
        statements.append(statement)

    with nilgiri.scope():
        invoice = factories.make_draft()
        event.listen(session.engine(), "before_cursor_execute", note)
        try:
            db().add_all([InvoiceLineItem(invoice_id=invoice.id, position=n) for n in range(50)])
            db().flush()
        finally:
            event.remove(session.engine(), "before_cursor_execute", note)
    assert len([sql for sql in statements if sql.startswith("INSERT INTO invoice_line_items")]) == 1


def test_children_take_the_key_of_their_parent(nilgiri):
    with nilgiri.scope():
        invoice = Invoice(invoice_date=TODAY, due_date=TODAY, lines=[InvoiceLineItem(name="a")])
        db().add(invoice)
        db().flush()
        line = invoice.lines[0]
        assert (line.tenant_id, line.invoice_id) == (nilgiri.tenant_id, invoice.id)
        invoice.lines.remove(line)
        db().flush()
        assert db().scalars(select(InvoiceLineItem)).all() == []


def test_setting_a_relationship_to_none_keeps_the_tenant(nilgiri):
    with nilgiri.scope():
        draft = factories.make_draft(factories.make_customer())
        assert draft.customer is not None
        draft.customer = None
        db().flush()
        assert (draft.tenant_id, draft.customer_id) == (nilgiri.tenant_id, None)


def test_a_loaded_parent_is_not_read_again(nilgiri):
    with nilgiri.scope():
        customer = factories.make_customer()
        draft = factories.make_draft(customer)
        statements = []

        def note(connection, cursor, statement, parameters, context, executemany):
            statements.append(statement)

        event.listen(session.engine(), "before_cursor_execute", note)
        try:
            assert draft.customer is customer
        finally:
            event.remove(session.engine(), "before_cursor_execute", note)
        assert statements == []


def test_every_relationship_joins_inside_the_tenant():
    """Also when it is joined, where row-level security would only hide the mistake."""
    relationships = [each for mapper in Base.registry.mappers for each in mapper.relationships]
    assert len(relationships) >= 17
    for each in relationships:
        assert "tenant_id" in {column.name for column, _ in each.local_remote_pairs}, each
        assert "tenant_id" not in {column.name for _, column in each.synchronize_pairs}, each


def test_lines_stand_in_order_and_deleted_ones_are_not_live(nilgiri):
    with nilgiri.scope():
        draft = factories.make_draft()
        for name, position, gone in (("third", 3, None), ("first", 1, None), ("second", 2, NOW)):
            factories.make_line(draft, name=name, position=position, deleted_at=gone)
        db().expire(draft)
        assert [line.name for line in draft.lines] == ["first", "second", "third"]
        assert [line.name for line in draft.live_lines] == ["first", "third"]


def test_a_deleted_draft_takes_its_lines_along(nilgiri):
    with nilgiri.scope():
        draft = factories.make_draft()
        factories.make_line(draft)
        db().execute(text("DELETE FROM invoices WHERE id = :id"), {"id": draft.id})
        assert db().execute(text("SELECT count(*) FROM invoice_line_items")).scalar_one() == 0


def test_a_customer_with_invoices_cannot_be_deleted(nilgiri):
    with pytest.raises(IntegrityError, match="fk_invoices_tenant_id_customer_id"), nilgiri.scope():
        customer = factories.make_customer()
        factories.make_invoice(customer)
        db().delete(customer)


def draft_with(**columns):
    return lambda: factories.make_draft(**columns)


def line_with(**columns):
    return lambda: factories.make_line(factories.make_draft(), **columns)


RULES = {
    "ck_invoices_issued_invoices_have_number_and_customer": draft_with(status="pending"),
    "ck_invoices_drafts_have_no_number": draft_with(invoice_number="X/1"),
    "ck_invoices_status_is_known": lambda: invoice_with(status="sent"),
    "ck_invoices_kind_is_known": draft_with(kind="proforma"),
    "ck_invoices_total_adds_up": draft_with(subtotal=100, total=99),
    "ck_invoices_tax_total_adds_up": draft_with(tax_total=1, total=1),
    "ck_invoices_due_date_is_not_before_invoice_date": draft_with(due_date=TODAY - dt.timedelta(days=1)),
    "ck_invoices_place_of_supply_has_two_digits": draft_with(place_of_supply="KA"),
    "ck_invoices_discount_is_percent_or_amount": draft_with(discount_percent=5, discount_amount=5),
    "ck_invoices_cancelled_invoices_say_when": draft_with(cancelled_at=NOW),
    "ck_invoice_line_items_quantity_is_not_negative": line_with(quantity=-1),
    "ck_invoice_line_items_rate_is_not_negative": line_with(rate="-1"),
    "ck_invoice_line_items_tax_rate_is_a_percentage": line_with(tax_rate=101),
    "ck_invoice_line_items_tax_amount_adds_up": line_with(tax_amount=1),
    "ck_invoice_line_items_total_adds_up": line_with(total=1),
    "ck_invoice_line_items_tax_treatment_is_known": line_with(tax_treatment="maybe"),
    "ck_invoice_line_items_invalid_lines_keep_what_was_typed": line_with(is_valid=False),
    "ck_customers_registered_customers_have_a_gstin": lambda: factories.make_customer(gst_number=None),
    "ck_customers_gst_treatment_is_known": lambda: factories.make_customer(gst_treatment="friend"),
    "ck_users_role_is_known": lambda: factories.make_user("X", "owner"),
    "ck_receipts_status_is_known": lambda: receipt_with(status="draft"),
    "ck_receipts_payment_method_is_known": lambda: receipt_with(payment_method="barter"),
    "ck_receipts_payments_have_an_amount": lambda: receipt_with(amount=0),
    "ck_receipts_bank_charges_are_part_of_the_amount": lambda: receipt_with(bank_charges=2000),
    "ck_service_types_hsn_sac_is_four_to_eight_digits": lambda: factories.make_service(hsn_sac="99"),
    "uq_users_tenant_id_email_norm": lambda: [
        factories.make_user("A", email=email) for email in ("same@example.in", "Same@Example.in")
    ],
    "uq_customers_tenant_id_code": lambda: [factories.make_customer(code="C1") for _ in range(2)],
    "uq_number_series_one_default_per_kind": lambda: add(
        NumberSeries(kind="invoice", name="Second", prefix="Z", pattern="{PREFIX}/{NNNN}", is_default=True)
    ),
    "uq_gst_settings_tenant_id": lambda: add(GstSetting()),
    "ck_subscriptions_paid_plan_says_how_it_is_paid": lambda: add(
        Subscription(plan_type="paid", is_trial=False)
    ),
    "uq_invoices_tenant_id_invoice_number": lambda: [invoice_with(invoice_number="SAME/1") for _ in range(2)],
}


def invoice_with(**columns):
    """An issued invoice with these columns, of which those that may still change are written afterwards."""
    number = {name: columns.pop(name) for name in ("invoice_number",) if name in columns}
    invoice = factories.make_invoice(factories.make_customer(), **number)
    for name, value in columns.items():
        setattr(invoice, name, value)
    db().flush()


def receipt_with(**columns):
    return factories.make_receipt(factories.make_customer(), **columns)


def add(row):
    db().add(row)
    db().flush()


@pytest.mark.parametrize("rule", RULES)
def test_the_database_keeps_the_rule(nilgiri, rule):
    with pytest.raises(IntegrityError) as refused, nilgiri.scope():
        RULES[rule]()
    assert refused.value.orig.diag.constraint_name == rule


def test_a_number_that_does_not_fit_is_refused_and_not_cut(nilgiri):
    with pytest.raises(DataError, match="numeric field overflow"), nilgiri.scope():
        factories.make_line(factories.make_draft(), quantity="1e9")


def test_the_same_code_and_number_may_be_used_by_another_company(nilgiri, sahyadri):
    for company in (nilgiri, sahyadri):
        with company.scope():
            factories.make_customer(code="C0001")
            invoice_with(invoice_number="A/1")


def test_a_token_is_unique_in_the_world(nilgiri, sahyadri):
    def session_of(company):
        return UserSession(
            user_id=company.admin.id, refresh_token="same", expires_at=NOW, idle_expires_at=NOW
        )

    with nilgiri.scope():
        db().add(session_of(nilgiri))
    with pytest.raises(IntegrityError, match="uq_sessions_refresh_token"), sahyadri.scope():
        db().add(session_of(sahyadri))


def test_a_slug_is_unique_in_the_world(nilgiri):
    with pytest.raises(IntegrityError, match="uq_tenants_slug"):
        factories.make_tenant("Copycat", slug=nilgiri.slug)


def test_the_async_engine_works_on_the_same_models(connected, nilgiri):
    """The schema promises async support: the models and the tenant setting work there as well."""
    with nilgiri.scope():
        factories.make_customer("Seen by asyncio")

    async def names() -> list[str]:
        engine = create_async_engine(sqlalchemy_url(connected.database_url))
        try:
            async with async_sessionmaker(engine)() as opened, opened.begin():
                setting = {"tenant": str(nilgiri.tenant_id)}
                await opened.execute(text("SELECT set_config('app.tenant_id', :tenant, true)"), setting)
                return list(await opened.scalars(select(Customer.name)))
        finally:
            await engine.dispose()

    assert asyncio.run(names()) == ["Seen by asyncio"]


def test_a_person_without_a_name_is_called_by_their_address(nilgiri):
    with nilgiri.scope():
        assert factories.make_user("Meera", last_name="Nair").full_name == "Meera Nair"
        assert factories.make_user("", email="no-name@example.in").full_name == "no-name@example.in"


def test_settings_of_a_company_are_kept_as_json(nilgiri):
    with nilgiri.scope():
        db().get(Tenant, nilgiri.tenant_id).settings = {
            "time_zone": "Asia/Kolkata",
            "reminder_steps": [-3, 7],
        }
    with nilgiri.scope():
        assert db().get(Tenant, nilgiri.tenant_id).settings["reminder_steps"] == [-3, 7]
