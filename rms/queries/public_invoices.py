"""An invoice as its customer may see it: the paper's own figures, what was received, where to pay."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from rms.db.session import db
from rms.domain.errors import N_, NotFound
from rms.domain.upi import pay_link
from rms.models import Invoice, PayerAnswer, ReceiptAllocation
from rms.queries.bank import seller_of

MOST_SHOWN = 3


@dataclass(frozen=True)
class PublicInvoice:
    """`seller` is the snapshot with the account number in the clear, as on the paper; `received` the live
    allocations, the oldest first; `answers` what was answered here last, the newest first."""

    invoice: Invoice
    seller: dict
    received: list[Any]
    answers: list[PayerAnswer]

    @property
    def name(self) -> str:
        return self.seller.get("trade_name") or self.seller["name"]

    @property
    def to_pay(self) -> Decimal:
        return Decimal(0) if self.invoice.is_cancelled else self.invoice.balance

    @property
    def upi(self) -> str:
        """The link that opens a UPI app with the balance filled in; empty when there is nothing to pay."""
        upi_id = self.seller.get("upi_id")
        if not upi_id or self.to_pay <= 0:
            return ""
        return pay_link(upi_id, name=self.name, amount=self.to_pay, number=self.invoice.invoice_number or "")

    @property
    def last_received(self) -> dt.date | None:
        return self.received[-1].allocated_on if self.received else None


def find_public_invoice(invoice_id: UUID) -> PublicInvoice:
    """Raises NotFound for a draft: nothing was given out yet."""
    invoice = db().scalars(select(Invoice).where(Invoice.id == invoice_id)).first()
    if invoice is None or invoice.is_draft:
        raise NotFound(N_("Nothing here."))
    return PublicInvoice(invoice, seller_of(invoice), _received(invoice_id), _answers(invoice_id))


def _received(invoice_id: UUID) -> list[Any]:
    allocation = ReceiptAllocation
    settled = (
        allocation.allocated_amount
        + allocation.tds_amount
        + allocation.gst_tds_amount
        + allocation.write_off_amount
    )
    statement = (
        select(allocation.allocated_on, settled.label("settled"))
        .where(allocation.invoice_id == invoice_id, allocation.released_on.is_(None))
        .order_by(allocation.allocated_on, allocation.created_at)
    )
    return list(db().execute(statement))


def _answers(invoice_id: UUID) -> list[PayerAnswer]:
    statement = (
        select(PayerAnswer)
        .where(PayerAnswer.invoice_id == invoice_id)
        .order_by(PayerAnswer.created_at.desc())
        .limit(MOST_SHOWN)
    )
    return list(db().scalars(statement))
