"""Papers as the queries fill them: figures worked out by hand."""

from datetime import date
from decimal import Decimal

from rms.documents.paper import InvoicePaper, PaperLine, PaperParty, PaperTax, PaperTaxGroup

SELLER = PaperParty(
    "Nilgiri Facility Services LLP",
    (
        "2nd floor, 41/2 Residency Cross Road, Bengaluru 560025",
        "Karnataka (29)",
        "accounts@nilgirifs.example, +91 80 5550 1482",
    ),
    "29AAKFN4821C1ZC",
)
SUNDARAM = PaperParty(
    "Sundaram Precision Tools Pvt Ltd",
    ("Plot 18, SIPCOT Phase II, Hosur 635109", "Tamil Nadu (33)"),
    "33AAXCS7340M1ZM",
)
GREENFIELD = PaperParty(
    "Greenfield Owners’ Association",
    ("Greenfield Heights, Sarjapur Road", "Bengaluru 560102, Karnataka (29)"),
    "29AAAAG6618E1ZS",
)
BANK = (
    "Nilgiri Facility Services LLP",
    "A/c 0019 2200 4471, current",
    "Example Bank, Richmond Town",
    "IFSC EXMP0000192",
)
LONG_DETAILS = (
    "Gates 1 and 2, day and night, with relief on Sundays and gazetted holidays; attendance sheet attached. "
    * 6
)


def d(text):
    return Decimal(text)


def igst(rate, amount):
    return (PaperTax("IGST", d(rate), d(amount)),)


def halves(rate, amount):
    return PaperTax("CGST", d(rate), d(amount)), PaperTax("SGST", d(rate), d(amount))


def line(description, details, figures, taxes):
    """`figures` in the order of the columns: code, quantity, unit, rate, discount %, taxable value, total."""
    code, quantity, unit, rate, percent, taxable, total = figures.split()
    return PaperLine(
        description,
        d(quantity),
        d(rate),
        d(taxable),
        d(total),
        details,
        code,
        unit,
        d(percent),
        Decimal(0),
        taxes,
    )


def across_states(**changes):
    """Five services from Karnataka to Tamil Nadu: 2,03,590.00 and IGST 36,646.20 make 2,40,236.20."""
    lines = (
        line(
            "Housekeeping crew, monthly",
            "Plot 18, 6 staff, 1 to 30 Nov 2026",
            "998533 6 person 14500 0 87000 102660",
            igst("18", "15660"),
        ),
        line(
            "Pest control, quarterly visit",
            "Plot 18 canteen and stores",
            "998531 2 visit 4800 5 9120 10761.60",
            igst("18", "1641.60"),
        ),
        line(
            "Deep cleaning, shop floor",
            "After the 14 Nov shutdown",
            "998534 4200 sq-ft 6.50 10 24570 28992.60",
            igst("18", "4422.60"),
        ),
        line(
            "Facade cleaning, rope access",
            "Plot 22, north and west faces",
            "998534 3600 sq-ft 14 0 50400 59472",
            igst("18", "9072"),
        ),
        line(
            "Facility supervisor, monthly",
            "Plot 18 and 22, Nov 2026",
            "998599 1 month 32500 0 32500 38350",
            igst("18", "5850"),
        ),
    )
    paper = {
        "title": "Tax invoice",
        "number": "NFS/26-27/0149",
        "invoice_date": date(2026, 11, 22),
        "due_date": date(2026, 12, 22),
        "references": (("PO reference", "SPT/PO/2291"),),
        "place_of_supply": "Tamil Nadu (33)",
        "reverse_charge": False,
        "seller": SELLER,
        "buyer": SUNDARAM,
        "ship_to": PaperParty("Plots 18 and 22, SIPCOT Phase II", ("Hosur 635109, Tamil Nadu (33)",)),
        "copy_marking": "Original for recipient",
        "lines": lines,
        "totals": (("Taxable value", d("203590")), ("IGST 18%", d("36646.20"))),
        "round_off": d("-0.20"),
        "grand_total": d("240236"),
        "after_total": (("Due by 22 Dec 2026", d("240236")),),
        "amount_in_words": "Rupees Two Lakh Forty Thousand Two Hundred Thirty-Six Only",
        "tax_summary": (
            PaperTaxGroup("998531", d("9120"), igst("18", "1641.60")),
            PaperTaxGroup("998533", d("87000"), igst("18", "15660")),
            PaperTaxGroup("998534", d("74970"), igst("18", "13494.60")),
            PaperTaxGroup("998599", d("32500"), igst("18", "5850")),
        ),
        "bank_details": BANK,
        "upi_id": "nilgirifs@examplebank",
        "signatory": "Priya Nair",
        "footer": "Please quote the invoice number with your payment.",
    }
    return InvoicePaper(**(paper | changes))


def within_state(count=15, **changes):
    """As many equal lines as wanted, 9% and 9%, one in three with a discount shown under its rate."""
    lines = tuple(_guard(ordinal) for ordinal in range(1, count + 1))
    taxable, half = d("167200") * count, d("15048") * count
    paper = {
        "title": "Tax invoice",
        "number": "NFS/26-27/0150",
        "invoice_date": date(2026, 11, 30),
        "due_date": date(2026, 12, 7),
        "place_of_supply": "Karnataka (29)",
        "reverse_charge": False,
        "seller": SELLER,
        "buyer": GREENFIELD,
        "copy_marking": "Original for recipient",
        "lines": lines,
        "totals": (("Taxable value", taxable), ("CGST 9%", half), ("SGST 9%", half)),
        "grand_total": taxable + 2 * half,
        "amount_in_words": "Rupees as many as the lines make",
        "bank_details": BANK,
        "signatory": "Priya Nair",
    }
    return InvoicePaper(**(paper | changes))


def _guard(ordinal):
    if ordinal % 3:
        return line(
            f"Security guard, gate {ordinal}",
            "Day and night",
            "998525 8 person 20900 0 167200 197296",
            halves("9", "15048"),
        )
    return line(
        f"Security guard, gate {ordinal}",
        "Gates 1 and 2, day and night, with relief on Sundays",
        "998525 8 person 22000 5 167200 197296",
        halves("9", "15048"),
    )


def of_largest_amounts(**changes):
    """Every column of figures at its widest: three heads of tax on 99,99,99,999.99."""
    most = "999999999.99"
    taxes = (*halves("14", "139999999.99"), PaperTax("Cess", d("12"), d("119999999.99")))
    lines = tuple(
        line(
            f"Generator set, {n} MVA",
            "With commissioning",
            f"85021300 1234.125 NOS {most} 2.5 {most} {most}",
            taxes,
        )
        for n in range(1, 4)
    )
    totals = (("Taxable value", d(most)), ("CGST 14%", d("139999999.99")), ("SGST 14%", d("139999999.99")))
    return within_state(**({"lines": lines, "totals": totals, "grand_total": d(most)} | changes))


def in_indian_scripts(**changes):
    names = (
        ("श्री लक्ष्मी ट्रेडर्स, क्षेत्रीय कार्यालय", "कर्मचारियों की मासिक सेवा (नवंबर)"),
        ("શ્રી કૃષ્ણ એન્ટરપ્રાઇઝ", "ઑફિસની સફાઈ, અઠવાડિયામાં ત્રણ વાર"),
        ("ஸ்ரீ முருகன் கட்டுமான நிறுவனம்", "மாதாந்திர பராமரிப்பு"),
        ("শ্রী দুর্গা ট্রেডিং কোম্পানি", "মাসিক পরিষ্কার পরিচ্ছন্নতা পরিষেবা"),
        ("ಶ್ರೀ ವೆಂಕಟೇಶ್ವರ ಎಂಟರ್‌ಪ್ರೈಸಸ್", "ಮಾಸಿಕ ಸೇವೆ"),
        ("శ్రీ వెంకటేశ్వర ట్రేడర్స్", "నెలవారీ సేవ"),
        ("ശ്രീ പത്മനാഭ സർവീസസ്", "പ്രതിമാസ സേവനം"),
        ("ਸ੍ਰੀ ਗੁਰੂ ਟਰੇਡਿੰਗ ਕੰਪਨੀ", "ਮਹੀਨਾਵਾਰ ਸੇਵਾ"),
        ("ଶ୍ରୀ ଜଗନ୍ନାଥ ଏଣ୍ଟରପ୍ରାଇଜ", "ମାସିକ ସେବା"),
        ("نور ٹریڈرز", "ماہانہ خدمت"),
    )
    lines = tuple(
        line(name, details, "998533 1 month 1000 0 1000 1180", igst("18", "180")) for name, details in names
    )
    buyer = PaperParty(
        "श्री सिद्धिविनायक ट्रेडिंग कंपनी प्राइवेट लिमिटेड", ("१२, महात्मा गांधी मार्ग, पुणे ४११००१", "Maharashtra (27)")
    )
    totals = (("Taxable value", d("10000")), ("IGST 18%", d("1800")))
    return across_states(
        **(
            {
                "buyer": buyer,
                "lines": lines,
                "totals": totals,
                "round_off": d("0"),
                "grand_total": d("11800"),
                "after_total": (),
                "amount_in_words": "Rupees Eleven Thousand Eight Hundred Only",
                "tax_summary": (),
            }
            | changes
        )
    )
