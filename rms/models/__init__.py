"""The schema at a glance: one module per aggregate. Importing this package maps every table."""

from sqlalchemy import Numeric

from rms.db.base import Base
from rms.models.accounts import (
    EmailChange,
    LoginAttempt,
    PasswordReset,
    RecoveryCode,
    SecondFactor,
    UserInvitation,
)
from rms.models.audit import AuditLog, AuditSeal
from rms.models.bank_lines import BankLine, ImportBatch
from rms.models.columns import rule
from rms.models.companies import Company
from rms.models.credit_notes import CreditNote, CreditNoteApplication, CreditNoteLineItem
from rms.models.customers import AccountManager, ClientType, Customer, CustomerContact
from rms.models.deleted_drafts import DeletedDraft
from rms.models.files import File, FileChunk
from rms.models.idempotency import IdempotencyKey
from rms.models.invoices import Invoice, InvoiceLineItem
from rms.models.lists import BulkJob
from rms.models.mail_settings import MailServer, MailTemplate
from rms.models.mails import EmailMessage
from rms.models.numbering import NumberCounter, NumberSeries
from rms.models.quotes import Quote, QuoteInvoice, QuoteLine
from rms.models.receipts import Receipt, ReceiptAllocation, ReceiptDraft
from rms.models.recurring import RecurringInvoice, RecurringRun, RecurringSchedule, Reminder, ReminderStop
from rms.models.refunds import Refund
from rms.models.services import ServiceType
from rms.models.sharing import DocumentView, PayerAnswer, PublicLink
from rms.models.tax import GstSetting, LutDeclaration, TaxRate, TdsRate
from rms.models.tenants import Subscription, Tenant, TrialLedger
from rms.models.users import EmailVerification, User, UserSession

__all__ = [
    "AccountManager",
    "AuditLog",
    "AuditSeal",
    "BankLine",
    "ClientType",
    "BulkJob",
    "DeletedDraft",
    "Company",
    "CreditNote",
    "CreditNoteApplication",
    "CreditNoteLineItem",
    "Customer",
    "CustomerContact",
    "DocumentView",
    "EmailChange",
    "EmailMessage",
    "EmailVerification",
    "File",
    "FileChunk",
    "GstSetting",
    "IdempotencyKey",
    "ImportBatch",
    "Invoice",
    "InvoiceLineItem",
    "LoginAttempt",
    "LutDeclaration",
    "MailServer",
    "MailTemplate",
    "NumberCounter",
    "NumberSeries",
    "PasswordReset",
    "PayerAnswer",
    "PublicLink",
    "Quote",
    "QuoteInvoice",
    "QuoteLine",
    "Receipt",
    "ReceiptAllocation",
    "ReceiptDraft",
    "RecoveryCode",
    "RecurringInvoice",
    "RecurringRun",
    "RecurringSchedule",
    "Refund",
    "Reminder",
    "ReminderStop",
    "SecondFactor",
    "ServiceType",
    "Subscription",
    "TaxRate",
    "TdsRate",
    "Tenant",
    "TrialLedger",
    "User",
    "UserInvitation",
    "UserSession",
]


def _keep_numbers() -> None:
    """A rule for every table: none of its numbers is NaN, which passes any other as the largest of all."""
    for table in Base.metadata.tables.values():
        numbers = [
            column.name
            for column in table.columns
            if isinstance(column.type, Numeric) and column.computed is None
        ]
        if numbers:
            table.append_constraint(rule("numbers_are_numbers", f"'NaN' NOT IN ({', '.join(numbers)})"))


_keep_numbers()
