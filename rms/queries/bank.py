"""The seller's account number: sealed for the company's row, and for each invoice that carries a copy.

In the clear stand only the last four digits, which tell a person which account is meant.
"""

from dataclasses import dataclass

from rms.crypto.fields import open_sealed
from rms.models import Company, Invoice

COLUMN = "bank_account_number"
SNAPSHOT = "seller_snapshot"
SNAPSHOT_COLUMN = f"{SNAPSHOT}.{COLUMN}"


@dataclass(frozen=True)
class PaidTo:
    """Where customers pay to, for telling two states apart."""

    holder: str
    number: str
    ifsc: str
    bank: str
    upi_id: str

    @property
    def is_empty(self) -> bool:
        return not (self.number or self.upi_id)

    def as_told(self) -> dict[str, str]:
        """For a letter: of the account number only its end."""
        return {"account": self.number[-4:], "ifsc": self.ifsc, "upi_id": self.upi_id}


def paid_to(company: Company) -> PaidTo:
    return PaidTo(
        company.bank_account_name or "",
        account_number_of(company) or "",
        company.bank_ifsc or "",
        company.bank_name or "",
        company.upi_id or "",
    )


def place_in(company: Company) -> dict:
    """What the number of a company is sealed for."""
    return {
        "tenant_id": company.tenant_id,
        "table": "companies",
        "column": COLUMN,
        "row_id": company.id,
    }


def place_on(invoice: Invoice) -> dict:
    """What the copy on an invoice is sealed for."""
    return {
        "tenant_id": invoice.tenant_id,
        "table": "invoices",
        "column": SNAPSHOT_COLUMN,
        "row_id": invoice.id,
    }


def account_number_of(company: Company) -> str | None:
    """Where customers pay to, in the clear."""
    sealed = company.bank_account_number
    return open_sealed(sealed, **place_in(company)) if sealed else None


def seller_of(invoice: Invoice) -> dict:
    """The seller as the issued invoice names it, the account number in the clear."""
    kept = invoice.seller_snapshot
    sealed = kept.get(COLUMN)
    return {**kept, COLUMN: open_sealed(sealed, **place_on(invoice))} if sealed else kept
