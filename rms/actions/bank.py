"""Where customers pay to: the bank account and the UPI ID that are printed on invoices."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from rms.actions import mails
from rms.actions.companies import lock_company
from rms.crypto.fields import seal
from rms.db.session import db, scope
from rms.domain import contacts
from rms.domain.contacts import Checks
from rms.domain.errors import N_
from rms.domain.errors import sentence as say
from rms.models import Company, User
from rms.queries import bank
from rms.queries.people import full_name


@dataclass(frozen=True, kw_only=True)
class PaymentDraft:
    """Where customers pay to, as typed. A holder of None stays as it is, for set-up, which does not ask."""

    bank_account_name: str | None = None
    bank_name: str | None = None
    bank_account_number: str | None = None
    bank_ifsc: str | None = None
    upi_id: str | None = None


def take_payments(draft: PaymentDraft, *, version: int, now: dt.datetime, is_set_up: bool = False) -> Company:
    """Store the bank account and UPI ID that are printed on invoices, and tell every admin by mail.

    Only the very first ones, given in set-up, are news to nobody. Raises Invalid by field, StaleVersion with
    the stored row.
    """
    company, _ = lock_company(version)
    before = bank.paid_to(company)
    read = _read(draft)
    company.bank_name, company.bank_ifsc, company.upi_id = read.bank_name, read.bank_ifsc, read.upi_id
    if read.bank_account_name is not None:
        company.bank_account_name = read.bank_account_name or None
    _keep_number(company, read.bank_account_number)
    company.version += 1
    db().flush()
    after = bank.paid_to(company)
    if after != before and not (is_set_up and before.is_empty):
        _tell_admins(company, before, after, now)
    return company


def _read(draft: PaymentDraft) -> PaymentDraft:
    checks = Checks()
    holder = draft.bank_account_name
    if holder:
        holder = checks.clean("bank_account_name", contacts.one_line, holder, 255)
    bank_name = checks.clean("bank_name", contacts.one_line, draft.bank_name, 100)
    number = checks.clean("bank_account_number", contacts.account_number, draft.bank_account_number)
    ifsc = checks.clean("bank_ifsc", contacts.ifsc, draft.bank_ifsc)
    upi_id = checks.clean("upi_id", contacts.upi_id, draft.upi_id)
    if number and not ifsc and "bank_ifsc" not in checks.errors:
        checks.refuse("bank_ifsc", say(N_("Enter the IFSC of this account")))
    if ifsc and not number and "bank_account_number" not in checks.errors:
        checks.refuse("bank_account_number", say(N_("Enter the account number that belongs to this IFSC")))
    checks.finish()
    return PaymentDraft(
        bank_account_name=holder,
        bank_name=bank_name,
        bank_account_number=number,
        bank_ifsc=ifsc,
        upi_id=upi_id,
    )


def _keep_number(company: Company, number: str | None) -> None:
    """The same number is not sealed anew: the trail would show a change where there is none."""
    if number != bank.account_number_of(company):
        company.bank_account_number = seal(number, **bank.place_in(company)) if number else None
    company.bank_account_last4 = number[-4:] if number else None


def _tell_admins(company: Company, before: bank.PaidTo, after: bank.PaidTo, now: dt.datetime) -> None:
    """Whoever takes over one admin's session and writes their own account on our invoices is seen by all."""
    admins = db().scalars(select(User).where(User.role == "admin", User.is_active).order_by(User.id)).all()
    by = next((full_name(admin) for admin in admins if admin.id == scope().user_id), "")
    for admin in admins:
        mails.post(
            "bank_changed",
            to_address=admin.email,
            params={
                "first_name": admin.first_name or admin.email,
                "company_name": company.trade_name or company.name,
                "by": by,
                "when": now.isoformat(),
                "device": scope().user_agent,
                "ip": scope().ip,
                "before": before.as_told(),
                "after": after.as_told(),
            },
            about=("companies", company.id),
            now=now,
        )
