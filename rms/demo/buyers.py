"""The customers of the demo firm, as somebody types them in."""

from rms.actions.customers import CustomerDraft
from rms.demo import firm
from rms.domain import gstin
from rms.domain.contacts import INDIA


def draft_of(number: int, buyer: firm.Buyer) -> CustomerDraft:
    return CustomerDraft(
        name=buyer.name,
        gst_treatment=_treatment(buyer),
        gst_number=gstin_of(buyer.state, buyer.pan) if buyer.pan else None,
        state_code=buyer.state,
        country_code=buyer.country,
        address_line1=buyer.street or f"{number * 7}, Main Road",
        city=buyer.city,
        pin_code=buyer.pin_code,
        contact_person=buyer.contact,
        email=f"accounts{number}@customers.example",
        payment_terms=buyer.terms,
    )


def gstin_of(state: str, pan: str) -> str:
    first14 = f"{state}{pan}1Z"
    return first14 + gstin.check_character(first14)


def _treatment(buyer: firm.Buyer) -> str:
    if buyer.country != INDIA:
        return "overseas"
    if buyer.is_in_zone:
        return "sez"
    return "regular" if buyer.pan else "unregistered"
