"""Links that a UPI app opens, alone or as a QR code (NPCI, UPI linking specification 1.6)."""

import re
from decimal import Decimal
from urllib.parse import quote

# The specification names no lengths; these are what the strictest apps take.
LONGEST_NAME = 99
LONGEST_NOTE = 50
LONGEST_REFERENCE = 35


def pay_link(upi_id: str, *, name: str, amount: Decimal | None = None, number: str = "") -> str:
    """`upi://pay?...` to this address; with an amount in rupees, and the number of what is paid for.

    Blanks are %20 and never a plus, which apps show as it stands. The reference is letters and digits alone.
    """
    reference = re.sub(r"[^A-Za-z0-9]", "", number)[:LONGEST_REFERENCE]
    parts = {
        "pa": upi_id,
        "pn": name[:LONGEST_NAME],
        "am": f"{amount:.2f}" if amount else "",
        "cu": "INR",
        "tn": number[:LONGEST_NOTE],
        "tr": reference,
    }
    return "upi://pay?" + "&".join(f"{key}={quote(text, safe='@.-')}" for key, text in parts.items() if text)
