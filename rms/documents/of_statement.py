"""A customer's statement of account as a paper: entries with their balance, and how old what is open is."""

import re
from uuid import UUID

from rms.documents.invoice_pdf import render_sheet
from rms.documents.paper import look_of
from rms.documents.parts import Translate, buyer_party, seller_party
from rms.documents.vouchers import Cell, VoucherPaper, sheet_of
from rms.domain.errors import N_
from rms.domain.ledger import BUCKET_WORDS, WORDS, Account, Aged, Entry, Kind
from rms.domain.money import group_indian, rupees
from rms.domain.periods import format_date
from rms.domain.words import in_words
from rms.queries.branding import branding, pictures
from rms.queries.invoices import terms_for
from rms.queries.snapshots import snapshot_of_buyer, snapshot_of_seller

WITHOUT_CASH = (Kind.TDS, Kind.TDS_REVERSED, Kind.WRITE_OFF, Kind.WRITE_OFF_REVERSED)
EMPTY: Cell = ("", "")


def paper_of(customer_id: UUID, account: Account, aged: Aged, *, translate: Translate = str) -> VoucherPaper:
    """What is printed. The closing balance stands large; one below 0 is theirs, and says so."""
    terms = terms_for(customer_id)
    chosen = branding()
    seller = snapshot_of_seller(terms.company, terms.gst)
    logo, signature = pictures(chosen.logo, chosen.signature)
    is_theirs = account.closing < 0
    closing = abs(account.closing)
    return VoucherPaper(
        title=translate(N_("Statement of account")),
        number=terms.customer.code,
        day=account.until,
        seller=seller_party(seller, translate),
        party_words=translate(N_("Account of")),
        party=buyer_party(snapshot_of_buyer(terms.customer)),
        facts=_facts(account, translate),
        columns=(
            (translate(N_("Date")), "code"),
            (translate(N_("Entry")), "description"),
            (translate(N_("Billed ₹")), "figure"),
            (translate(N_("Received ₹")), "figure"),
            (translate(N_("Balance ₹")), "figure"),
        ),
        rows=tuple(_rows(account, translate)),
        totals=(
            (translate(N_("Billed in these days")), group_indian(account.debits)),
            (translate(N_("Received in these days")), group_indian(account.credits)),
        ),
        grand=(translate(N_("In your favour") if is_theirs else N_("To pay")), rupees(closing)),
        words_heading=translate(N_("Amount in words")),
        words=in_words(closing),
        summary=_ages(aged, translate),
        signatory=seller.get("signatory_name") or "",
        look=look_of(chosen, logo=logo, signature=signature),
    )


def pdf_of(paper: VoucherPaper, *, translate: Translate = str) -> bytes:
    return render_sheet(sheet_of(paper, translate), paper.day)


def filename_of(paper: VoucherPaper) -> str:
    code = re.sub(r"[^A-Za-z0-9._-]+", "-", paper.number).strip("-.") or "customer"
    return f"statement-{code}-{paper.day:%Y%m%d}.pdf"


def name_of(one: Entry, translate: Translate) -> str:
    """ "Invoice NFS/26-27/0112"; of TDS and write-offs the invoice is what matters."""
    return f"{translate(WORDS[one.kind])} {one.about if one.kind in WITHOUT_CASH else one.number}"


def _facts(account: Account, translate: Translate) -> tuple[tuple[str, str], ...]:
    until = (translate(N_("Up to")), format_date(account.until))
    if account.since is None:
        return (until,)
    return ((translate(N_("From")), format_date(account.since)), until)


def _rows(account: Account, translate: Translate):
    if account.since:
        opening = translate(N_("Opening balance"))
        day = format_date(account.since)
        yield ((day, ""), (opening, ""), EMPTY, EMPTY, (group_indian(account.opening), ""))
    for one in account.entries:
        under = "" if one.kind in WITHOUT_CASH else one.about
        yield (
            (format_date(one.day), ""),
            (name_of(one, translate), under),
            (group_indian(one.debit), "") if one.debit else EMPTY,
            (group_indian(one.credit), "") if one.credit else EMPTY,
            (group_indian(one.balance), ""),
        )


def _ages(aged: Aged, translate: Translate):
    """How old what is open is, with what lies on no invoice apart; not printed when there is neither."""
    if not aged.open and not aged.advances:
        return None
    columns = [(translate(words), "figure") for words in BUCKET_WORDS]
    columns.append((translate(N_("On no invoice")), "figure"))
    row = (*(group_indian(amount) for amount in aged.buckets), group_indian(-aged.advances))
    heading = translate(N_("What is open, by days since it was due"))
    return heading, tuple(columns), (row,)
