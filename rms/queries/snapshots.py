"""Seller and buyer as a document carries them: what is copied onto it when it is issued."""

from rms.models import Company, Customer, GstSetting, Invoice
from rms.queries.bank import COLUMN, account_number_of

_SELLER = (
    "name trade_name address_line1 address_line2 city pin_code state_code contact_email contact_phone "
    "udyam_number bank_name bank_branch bank_account_name bank_account_number bank_ifsc upi_id "
    "signatory_name"
)
_BUYER = (
    "code name contact_person email phone gst_number pan_number gst_treatment state_code address_line1 "
    "address_line2 city pin_code shipping_name shipping_address_line1 shipping_address_line2 shipping_city "
    "shipping_pin_code shipping_state_code"
)


# Where the goods of one document go, when that is not where the customer's usually do.
_SHIPPING = (
    "shipping_name shipping_address_line1 shipping_address_line2 shipping_city shipping_pin_code "
    "shipping_state_code"
)


def snapshot_of_seller(
    company: Company, gst: GstSetting, *, settings: dict | None = None, lut_arn: str | None = None
) -> dict:
    """The account number is in the clear: who stores the copy seals it for its invoice. `lut_arn` is the
    letter of undertaking that the document is made under; `settings` name the picture of the signature."""
    kept = {name: getattr(company, name) for name in _SELLER.split()}
    kept["signature"] = (settings or {}).get("signature")
    kept[COLUMN] = account_number_of(company)
    undertaking = {"lut_arn": lut_arn} if lut_arn else {}
    return {
        **kept,
        **undertaking,
        "gst_number": gst.gst_number,
        "registration_type": gst.registration_type,
    }


def snapshot_of_buyer(customer: Customer, invoice: Invoice | None = None) -> dict:
    kept = {name: getattr(customer, name) for name in _BUYER.split()}
    if invoice is None:
        return kept
    if invoice.shipping_address_line1 or invoice.shipping_state_code:
        kept |= {name: getattr(invoice, name) for name in _SHIPPING.split()}
    return kept | {"country_code": invoice.destination_country or customer.country_code}
