"""The mail that thanks a customer for money, with the receipt voucher."""

import datetime as dt

from rms.config import Settings
from rms.domain.contacts import Address
from rms.domain.errors import N_, NotFound
from rms.mail.kind import Attachment, Contents, Kind, Unsendable
from rms.models import EmailMessage
from rms.queries.invoices import terms_for
from rms.queries.receipts import allocations_of, find_receipt


def _receipt(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    """What it settles is told as it stands when the mail leaves, as in the paper that goes along."""
    # Beside the other imports this would load the PDF engine into processes that never send a mail.
    from rms.documents.of_receipt import METHODS, pdf_of

    try:
        receipt = find_receipt(mail.entity_id)
    except NotFound:
        raise Unsendable("the receipt is gone") from None
    if receipt.reversed_on is not None:
        raise Unsendable("the receipt bounced or was cancelled")
    company, gst = (terms := terms_for(receipt.customer_id)).company, terms.gst
    address = Address(company.address_line1, company.address_line2, company.city, company.pin_code)
    names = {
        "receipt": receipt,
        "method": METHODS.get(receipt.payment_method, ""),
        "laid": [row for row in allocations_of(receipt.id) if row.released_on is None],
        "seller": {
            "name": company.name,
            "address": ", ".join(address.lines),
            "gst_number": gst.gst_number,
        },
    }
    return Contents(names, (Attachment(*pdf_of(receipt.id)),))


RECEIPT_KINDS: dict[str, Kind] = {
    "receipt": Kind(
        subject=N_("Receipt %(number)s from %(company_name)s"),
        needs=frozenset({"number", "amount", "company_name", "message"}),
        look_up=_receipt,
        in_the_name_of="company_name",
        to_customers=True,
    ),
}
