"""What mails look up when they are sent, and which of them are due."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text

from rms.db.session import current_tenant, db
from rms.domain.contacts import Address
from rms.domain.errors import N_, NotFound
from rms.models import EmailMessage, EmailVerification, Invoice, InvoiceLineItem, Tenant, UserInvitation
from rms.queries.bank import seller_of
from rms.queries.invoices import lines_of
from rms.queries.tax_rows import tax_rows

DEFAULT_ZONE = "Asia/Kolkata"
MOST_LINES = 12
MOST_LETTERS = 100

_DUE = text("SELECT tenant_id, id FROM due_mails(:limit, make_interval(secs => :grace))")
_TENANTS = text("SELECT * FROM tenant_ids()")


@dataclass(frozen=True)
class LetterOfInvoice:
    """What the letter repeats of the paper: its first lines, how many more follow, taxes, total, seller.

    `seller` is the snapshot that the paper prints, so that letter and paper name the same bank account.
    """

    lines: list[InvoiceLineItem]
    more_lines: int
    taxes: list[tuple[str, Decimal]]
    round_off: Decimal
    total: Decimal
    seller: dict
    address: str
    is_debit_note: bool = False


def due(limit: int, grace_seconds: float) -> list[tuple[UUID, UUID]]:
    """(tenant, mail) of mails of all tenants that should have left `grace_seconds` ago, the oldest first."""
    rows = db().execute(_DUE, {"limit": limit, "grace": grace_seconds})
    return [(tenant_id, mail_id) for tenant_id, mail_id in rows]


def tenant_ids() -> list[UUID]:
    """Every tenant there is; for the scheduler."""
    return list(db().scalars(_TENANTS))


def find_due_mail(mail_id: UUID) -> EmailMessage | None:
    """The mail, locked until the transaction ends; None when it is not waiting or another worker holds it."""
    statement = (
        select(EmailMessage)
        .where(EmailMessage.id == mail_id, EmailMessage.state == "queued")
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return db().scalars(statement).first()


def find_mail(mail_id: UUID, *, about: tuple[str, UUID]) -> EmailMessage:
    """A mail about this row. Raises NotFound."""
    statement = select(EmailMessage).where(
        EmailMessage.id == mail_id,
        EmailMessage.entity_type == about[0],
        EmailMessage.entity_id == about[1],
    )
    mail = db().scalars(statement).first()
    if mail is None:
        raise NotFound(N_("Nothing here."))
    return mail


def letters_about(entity_type: str, entity_id: UUID) -> list[EmailMessage]:
    """The mails about one row, the oldest first; the newest hundred of them."""
    statement = (
        select(EmailMessage)
        .where(EmailMessage.entity_type == entity_type, EmailMessage.entity_id == entity_id)
        .order_by(EmailMessage.created_at.desc(), EmailMessage.id)
        .limit(MOST_LETTERS)
    )
    return list(db().scalars(statement))[::-1]


def sent_before(entity_type: str, entity_id: UUID) -> dt.datetime | None:
    """When a letter about this row last left; mails to ourselves are about other rows."""
    statement = select(func.max(EmailMessage.sent_at)).where(
        EmailMessage.entity_type == entity_type, EmailMessage.entity_id == entity_id
    )
    return db().scalar(statement)


def home_zone() -> ZoneInfo:
    """The time zone of the running tenant, in which its days begin and end."""
    settings = db().scalar(select(Tenant.settings).where(Tenant.id == current_tenant())) or {}
    return ZoneInfo(settings.get("time_zone") or DEFAULT_ZONE)


def own_slug() -> str:
    """The running tenant as it stands in addresses."""
    return db().scalars(select(Tenant.slug).where(Tenant.id == current_tenant())).one()


def today_at_home(now: dt.datetime) -> dt.date:
    return now.astimezone(home_zone()).date()


def verification_of(verification_id: UUID) -> EmailVerification | None:
    return db().scalars(select(EmailVerification).where(EmailVerification.id == verification_id)).first()


def invitation_of(invitation_id: UUID) -> UserInvitation | None:
    return db().scalars(select(UserInvitation).where(UserInvitation.id == invitation_id)).first()


def letter_of_invoice(invoice_id: UUID) -> LetterOfInvoice | None:
    """None for a draft, a cancelled invoice, and one that is not there."""
    invoice = db().scalars(select(Invoice).where(Invoice.id == invoice_id)).first()
    if invoice is None or invoice.is_draft or invoice.is_cancelled:
        return None
    lines = lines_of(invoice_id)
    return LetterOfInvoice(
        lines=lines[:MOST_LINES],
        more_lines=max(0, len(lines) - MOST_LINES),
        taxes=_taxes_of(invoice, lines),
        round_off=invoice.round_off,
        total=invoice.total,
        seller=seller_of(invoice),
        address=_address_in(invoice.seller_snapshot),
        is_debit_note=invoice.kind == "debit_note",
    )


def _address_in(seller: dict) -> str:
    """ "14 Residency Road, Bengaluru 560001"."""
    parts = (seller.get(name) for name in ("address_line1", "address_line2", "city", "pin_code"))
    return ", ".join(Address(*parts).lines)


def _taxes_of(invoice: Invoice, lines: list[InvoiceLineItem]) -> list[tuple[str, Decimal]]:
    cess = [("Cess", invoice.cess_total)] if invoice.cess_total else []
    return [*((row.label, row.amount) for row in tax_rows(invoice, lines)), *cess]
