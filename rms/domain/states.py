"""State codes: the first two digits of a GSTIN, and places of supply.

Source: the code list of the GST portal; union territories without a legislature from CGST Act s.2(114).
"""

OTHER_COUNTRY = "96"  # a place of supply only, never the start of a GSTIN
OTHER_TERRITORY = "97"
CENTRE = "99"  # the start of a GSTIN only, never a place of supply

STATES: dict[str, str] = {
    "01": "Jammu and Kashmir",
    "02": "Himachal Pradesh",
    "03": "Punjab",
    "04": "Chandigarh",
    "05": "Uttarakhand",
    "06": "Haryana",
    "07": "Delhi",
    "08": "Rajasthan",
    "09": "Uttar Pradesh",
    "10": "Bihar",
    "11": "Sikkim",
    "12": "Arunachal Pradesh",
    "13": "Nagaland",
    "14": "Manipur",
    "15": "Mizoram",
    "16": "Tripura",
    "17": "Meghalaya",
    "18": "Assam",
    "19": "West Bengal",
    "20": "Jharkhand",
    "21": "Odisha",
    "22": "Chhattisgarh",
    "23": "Madhya Pradesh",
    "24": "Gujarat",
    "25": "Daman and Diu",
    "26": "Dadra and Nagar Haveli and Daman and Diu",
    "27": "Maharashtra",
    "28": "Andhra Pradesh (old)",
    "29": "Karnataka",
    "30": "Goa",
    "31": "Lakshadweep",
    "32": "Kerala",
    "33": "Tamil Nadu",
    "34": "Puducherry",
    "35": "Andaman and Nicobar Islands",
    "36": "Telangana",
    "37": "Andhra Pradesh",
    "38": "Ladakh",
    OTHER_COUNTRY: "Other Country",
    OTHER_TERRITORY: "Other Territory",
    CENTRE: "Centre",
}

# 25 was merged into 26 on 26 January 2020, 28 became 37: old parties keep them, new ones are not offered
# them.
LEGACY = frozenset({"25", "28"})
# Delhi, Puducherry and Jammu and Kashmir have legislatures, so they charge SGST.
WITHOUT_LEGISLATURE = frozenset({"04", "25", "26", "31", "35", "38", OTHER_TERRITORY})
GSTIN_PREFIXES = frozenset(STATES) - {OTHER_COUNTRY}
PLACES_OF_SUPPLY = frozenset(STATES) - {CENTRE}


def name_of(code: str | None) -> str:
    """The state's name, or "" for a code that does not exist (old imports hold such codes)."""
    return STATES.get(code or "", "")


def charges_utgst(code: str | None) -> bool:
    """Whether the second half of the tax inside this state is UTGST and not SGST."""
    return code in WITHOUT_LEGISLATURE


def selectable() -> list[tuple[str, str]]:
    """(code, name) of what a new address may choose, by name."""
    return _by_name(set(STATES) - LEGACY - {OTHER_COUNTRY, CENTRE})


def places_of_supply() -> list[tuple[str, str]]:
    """(code, name) of what a document's place of supply may be, by name; Other Country included."""
    return _by_name(PLACES_OF_SUPPLY - LEGACY)


def code_of(name: str) -> str | None:
    """The code for a name as people and spreadsheets write it, or None. Knows the older spellings."""
    key = _key(name)
    return _CODES.get(key)


def _by_name(codes: set[str] | frozenset[str]) -> list[tuple[str, str]]:
    return sorted(((code, STATES[code]) for code in codes), key=lambda pair: pair[1])


def _key(name: str) -> str:
    return "".join(character for character in name.casefold().replace("&", "and") if character.isalpha())


_CODES = {_key(name): code for code, name in STATES.items() if code not in LEGACY} | {
    "pondicherry": "34",
    "orissa": "21",
    "uttaranchal": "05",
    "newdelhi": "07",
    "nctofdelhi": "07",
    "damananddiu": "26",
    "dadraandnagarhaveli": "26",
    "andamanandnicobar": "35",
    "jandk": "01",
}
