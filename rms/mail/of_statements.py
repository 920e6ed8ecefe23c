"""The mail that brings a customer the statement of account."""

import datetime as dt

from rms.config import Settings
from rms.domain.contacts import Address
from rms.domain.errors import N_, NotFound
from rms.mail.kind import Attachment, Contents, Kind, Unsendable
from rms.models import EmailMessage
from rms.queries.ageing import aged_of
from rms.queries.customers import find_customer
from rms.queries.invoices import terms_for
from rms.queries.ledger import account_of


def _statement(mail: EmailMessage, settings: Settings, now: dt.datetime) -> Contents:
    """Drawn as the books stand when the mail leaves, for the days that were asked for."""
    # Beside the other imports this would load the PDF engine into processes that never send a mail.
    from rms.documents import of_statement

    try:
        customer = find_customer(mail.entity_id)
    except NotFound:
        raise Unsendable("the customer is gone") from None
    since = dt.date.fromisoformat(mail.params["since"]) if mail.params["since"] else None
    until = dt.date.fromisoformat(mail.params["until"])
    account, aged = account_of(customer.id, since, until), aged_of(customer.id, until)
    paper = of_statement.paper_of(customer.id, account, aged)
    company, gst = (terms := terms_for(customer.id)).company, terms.gst
    address = Address(company.address_line1, company.address_line2, company.city, company.pin_code)
    names = {
        "account": account,
        "aged": aged,
        "seller": {
            "name": company.name,
            "address": ", ".join(address.lines),
            "gst_number": gst.gst_number,
        },
    }
    return Contents(names, (Attachment(of_statement.filename_of(paper), of_statement.pdf_of(paper)),))


STATEMENT_KINDS: dict[str, Kind] = {
    "statement": Kind(
        subject=N_("Statement of account from %(company_name)s"),
        needs=frozenset({"since", "until", "amount", "company_name", "message"}),
        look_up=_statement,
        in_the_name_of="company_name",
        to_customers=True,
    ),
}
