"""Unit quantity codes of GSTR-1, and how people write them.

Source: the list of UQC on the common portal, which the HSN summary of GSTR-1 must use. A service has none:
it is reported as "NA" with quantity 0.
"""

OF_SERVICES = "NA"

UNIT_CODES = {
    "BAG": "Bags",
    "BAL": "Bale",
    "BDL": "Bundles",
    "BKL": "Buckles",
    "BOU": "Billions of units",
    "BOX": "Box",
    "BTL": "Bottles",
    "BUN": "Bunches",
    "CAN": "Cans",
    "CBM": "Cubic meters",
    "CCM": "Cubic centimeters",
    "CMS": "Centimeters",
    "CTN": "Cartons",
    "DOZ": "Dozens",
    "DRM": "Drums",
    "GGK": "Great gross",
    "GMS": "Grammes",
    "GRS": "Gross",
    "GYD": "Gross yards",
    "KGS": "Kilograms",
    "KLR": "Kilolitre",
    "KME": "Kilometre",
    "LTR": "Litres",
    "MLT": "Millilitre",
    "MTR": "Meters",
    "MTS": "Metric ton",
    "NOS": "Numbers",
    "OTH": "Others",
    "PAC": "Packs",
    "PCS": "Pieces",
    "PRS": "Pairs",
    "QTL": "Quintal",
    "ROL": "Rolls",
    "SET": "Sets",
    "SQF": "Square feet",
    "SQM": "Square meters",
    "SQY": "Square yards",
    "TBS": "Tablets",
    "TGM": "Ten gross",
    "THD": "Thousands",
    "TON": "Tonnes",
    "TUB": "Tubes",
    "UGS": "US gallons",
    "UNT": "Units",
    "YDS": "Yards",
    OF_SERVICES: "Not applicable, for services",
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
