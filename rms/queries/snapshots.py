"""Seller and buyer as a document carries them: what is copied onto it when it is issued."""

from rms.models import Company, Customer, GstSetting
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


def snapshot_of_seller(company: Company, gst: GstSetting) -> dict:
    """The account number is in the clear: who stores the copy seals it for its invoice."""
    kept = {name: getattr(company, name) for name in _SELLER.split()}
    kept[COLUMN] = account_number_of(company)
    return {**kept, "gst_number": gst.gst_number, "registration_type": gst.registration_type}


def snapshot_of_buyer(customer: Customer) -> dict:
    return {name: getattr(customer, name) for name in _BUYER.split()}
