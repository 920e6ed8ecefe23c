"""Where a supply takes place, and which taxes follow from it.

Source: IGST Act s.7 (inter-state), s.8 (intra-state), s.10 (goods), s.11 (export), s.12 (services), s.16
(zero-rated); CBIC circular 209/3/2024 for goods delivered to an unregistered person elsewhere.
"""

from dataclasses import dataclass
from enum import StrEnum

from rms.domain import states
from rms.domain.errors import N_, Sentence
from rms.domain.errors import sentence as say


class Registration(StrEnum):
    """How a party stands to GST: the seller's registration type, the customer's GST treatment."""

    REGULAR = "regular"
    COMPOSITION = "composition"
    UNREGISTERED = "unregistered"
    SEZ = "sez"
    DEEMED_EXPORT = "deemed_export"
    OVERSEAS = "overseas"
    UIN = "uin"
    TDS_DEDUCTOR = "tds_deductor"


class SupplyKind(StrEnum):
    GOODS = "goods"
    SERVICE = "service"


class SupplyType(StrEnum):
    INTRA = "INTRA"
    INTER = "INTER"


class TaxMode(StrEnum):
    """Which heads a document charges. UTGST amounts are kept in the SGST columns; the mode names them."""

    CGST_SGST = "CGST_SGST"
    CGST_UTGST = "CGST_UTGST"
    IGST = "IGST"
    IGST_ZERO_RATED_LUT = "IGST_ZERO_RATED_LUT"
    NONE = "NONE"


class ZeroRating(StrEnum):
    """Exports and supplies to an SEZ: with IGST paid (and refunded later), or without, under a LUT or
    bond.
    """

    NO = "no"
    WITH_PAYMENT = "with_payment"
    WITHOUT_PAYMENT = "without_payment"


@dataclass(frozen=True)
class Seller:
    """`state_code` is the state of the registration (GSTIN[:2]), or of the address when unregistered."""

    state_code: str
    registration: Registration = Registration.REGULAR
    is_sez: bool = False


@dataclass(frozen=True)
class Customer:
    """`state_code` is GSTIN[:2] for a registered customer, else the state of the address on record, or None.

    `delivery_state` is where goods go when that is not the billing address.
    """

    state_code: str | None = None
    registration: Registration = Registration.UNREGISTERED
    delivery_state: str | None = None

    @property
    def is_registered(self) -> bool:
        return self.registration not in (Registration.UNREGISTERED, Registration.OVERSEAS)


@dataclass(frozen=True)
class Supply:
    """The decision: `reason` says it in words beside the tax, e.g. "IGST, Karnataka to Tamil Nadu"."""

    place_of_supply: str
    supply_type: SupplyType
    tax_mode: TaxMode
    zero_rating: ZeroRating
    reason: Sentence

    @property
    def charges_tax(self) -> bool:
        return self.tax_mode in (TaxMode.CGST_SGST, TaxMode.CGST_UTGST, TaxMode.IGST)


def decide(
    seller: Seller,
    customer: Customer,
    kind: SupplyKind = SupplyKind.GOODS,
    *,
    chosen_place: str | None = None,
    export_with_payment: bool = False,
) -> Supply:
    """Place of supply, supply type, tax mode and the reason, in one go.

    `chosen_place` is a place the user set by hand and wins over the rule (property, events, goods handed over
    to a foreigner inside India). `export_with_payment` matters only when the supply is zero-rated.
    """
    place = chosen_place or place_of_supply(seller, customer, kind)
    rating = _zero_rating(customer, place, export_with_payment)
    nature = supply_type(seller, customer, place)
    mode = tax_mode(seller, nature, rating)
    return Supply(place, nature, mode, rating, _reason(seller, customer, place, mode, rating))


def place_of_supply(seller: Seller, customer: Customer, kind: SupplyKind = SupplyKind.GOODS) -> str:
    """The state code, "96" for an export.

    Registered: their state, also when the goods are shipped elsewhere on their word (s.10(1)(b), 12(2)(a)).
    Unregistered: goods where they are delivered, else the state recorded on the invoice (s.10(1)(ca));
    services the address on record; nothing recorded: the seller's state (s.12(2)(b)).
    """
    if customer.registration is Registration.OVERSEAS:
        return states.OTHER_COUNTRY
    if customer.is_registered or kind is SupplyKind.SERVICE:
        return customer.state_code or seller.state_code
    return customer.delivery_state or customer.state_code or seller.state_code


def supply_type(seller: Seller, customer: Customer, place: str) -> SupplyType:
    """Inter-state when the place is another state, and always with an SEZ on either side (s.7(5)(b))."""
    if seller.is_sez or customer.registration is Registration.SEZ:
        return SupplyType.INTER
    return SupplyType.INTRA if place == seller.state_code else SupplyType.INTER


def tax_mode(seller: Seller, nature: SupplyType, rating: ZeroRating = ZeroRating.NO) -> TaxMode:
    """The heads this seller charges on taxable lines; a document without any such line charges none."""
    if seller.registration in (Registration.COMPOSITION, Registration.UNREGISTERED):
        return TaxMode.NONE
    if rating is ZeroRating.WITHOUT_PAYMENT:
        return TaxMode.IGST_ZERO_RATED_LUT
    if nature is SupplyType.INTER:
        return TaxMode.IGST
    return TaxMode.CGST_UTGST if states.charges_utgst(seller.state_code) else TaxMode.CGST_SGST


def obstacle(seller: Seller, supply: Supply, kind: SupplyKind = SupplyKind.GOODS) -> Sentence | None:
    """Why this seller may not make this supply at all, or None (CGST Act s.10(2)(c), (d))."""
    is_inter = supply.supply_type is SupplyType.INTER
    if seller.registration is Registration.COMPOSITION and is_inter and kind is SupplyKind.GOODS:
        return say(N_("A business under the composition scheme cannot sell goods to another state"))
    return None


def _zero_rating(customer: Customer, place: str, export_with_payment: bool) -> ZeroRating:
    """A foreign customer supplied inside India is taxed like anybody else; only place 96 makes an export."""
    is_export = customer.registration is Registration.OVERSEAS and place == states.OTHER_COUNTRY
    if not (is_export or customer.registration is Registration.SEZ):
        return ZeroRating.NO
    return ZeroRating.WITH_PAYMENT if export_with_payment else ZeroRating.WITHOUT_PAYMENT


def _reason(seller: Seller, customer: Customer, place: str, mode: TaxMode, rating: ZeroRating) -> Sentence:
    if mode is TaxMode.NONE:
        return _reason_for_no_tax(seller)
    if rating is not ZeroRating.NO:
        return _reason_for_zero_rating(customer, rating)
    there, here = states.name_of(place), states.name_of(seller.state_code)
    match mode:
        case TaxMode.CGST_SGST:
            return say(N_("CGST and SGST, within %(state)s"), state=here)
        case TaxMode.CGST_UTGST:
            return say(N_("CGST and UTGST, within %(state)s"), state=here)
    if place == seller.state_code:
        return say(N_("IGST, because a supply from an SEZ is always inter-state"))
    return say(N_("IGST, %(here)s to %(there)s"), here=here, there=there)


def _reason_for_no_tax(seller: Seller) -> Sentence:
    if seller.registration is Registration.COMPOSITION:
        return say(N_("No tax, because a business under the composition scheme may not collect it"))
    return say(N_("No tax, because you are not registered for GST"))


def _reason_for_zero_rating(customer: Customer, rating: ZeroRating) -> Sentence:
    pays = rating is ZeroRating.WITH_PAYMENT
    if customer.registration is Registration.SEZ:
        return (
            say(N_("IGST, because a supply to an SEZ is always inter-state"))
            if pays
            else say(N_("No tax, a supply to an SEZ under a letter of undertaking"))
        )
    return (
        say(N_("IGST, an export with payment of tax"))
        if pays
        else say(N_("No tax, an export under a letter of undertaking"))
    )
