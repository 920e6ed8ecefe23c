"""Unit quantity codes of GSTR-1, and how people write them.

Source: the list of UQC on the common portal, which the HSN summary of GSTR-1 must use. A service has none:
it is reported as "NA" with quantity 0.
"""

from rms.domain.errors import N_

OF_SERVICES = "NA"

UNIT_CODES = {
    "BAG": N_("Bags"),
    "BAL": N_("Bale"),
    "BDL": N_("Bundles"),
    "BKL": N_("Buckles"),
    "BOU": N_("Billions of units"),
    "BOX": N_("Box"),
    "BTL": N_("Bottles"),
    "BUN": N_("Bunches"),
    "CAN": N_("Cans"),
    "CBM": N_("Cubic meters"),
    "CCM": N_("Cubic centimeters"),
    "CMS": N_("Centimeters"),
    "CTN": N_("Cartons"),
    "DOZ": N_("Dozens"),
    "DRM": N_("Drums"),
    "GGK": N_("Great gross"),
    "GMS": N_("Grammes"),
    "GRS": N_("Gross"),
    "GYD": N_("Gross yards"),
    "KGS": N_("Kilograms"),
    "KLR": N_("Kilolitre"),
    "KME": N_("Kilometre"),
    "LTR": N_("Litres"),
    "MLT": N_("Millilitre"),
    "MTR": N_("Meters"),
    "MTS": N_("Metric ton"),
    "NOS": N_("Numbers"),
    "OTH": N_("Others"),
    "PAC": N_("Packs"),
    "PCS": N_("Pieces"),
    "PRS": N_("Pairs"),
    "QTL": N_("Quintal"),
    "ROL": N_("Rolls"),
    "SET": N_("Sets"),
    "SQF": N_("Square feet"),
    "SQM": N_("Square meters"),
    "SQY": N_("Square yards"),
    "TBS": N_("Tablets"),
    "TGM": N_("Ten gross"),
    "THD": N_("Thousands"),
    "TON": N_("Tonnes"),
    "TUB": N_("Tubes"),
    "UGS": N_("US gallons"),
    "UNT": N_("Units"),
    "YDS": N_("Yards"),
    OF_SERVICES: N_("Not applicable, for services"),
}

_ALSO = {
    "DOZ": "dozen dz",
    "GMS": "g gm gram grams",
    "KGS": "kg kilo kilos kilogram",
    "KLR": "kl",
    "KME": "km",
    "LTR": "l lt ltr litre liter liters",
    "MLT": "ml",
    "MTR": "m mtr meter metre metres",
    "MTS": "mt",
    "NOS": "no nos number each ea",
    "PAC": "pack packet packets pkt",
    "PCS": "pc piece",
    "PRS": "pair",
    "QTL": "quintals",
    "SQF": "sqft sft squarefoot",
    "SQM": "sqm sqmt squaremetre squaremetres",
    "TON": "ton tonne",
    "UNT": "unit",
    "BTL": "bottle",
    "BDL": "bundle",
    "CTN": "carton",
    "ROL": "roll",
}


def _folded(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


_BY_WORD = {
    **{_folded(word): code for code, words in _ALSO.items() for word in words.split()},
    **{_folded(name): code for code, name in UNIT_CODES.items()},
    **{_folded(code): code for code in UNIT_CODES},
}


def unit_code(unit: str | None, *, is_service: bool) -> str:
    """The code a line's unit is reported under: kg as KGS, what nobody listed as OTH, any service as NA."""
    if is_service:
        return OF_SERVICES
    return _BY_WORD.get(_folded(unit or ""), "OTH")
