"""What set-up knows by now: for the list of steps, and for the invoice that grows at its side."""

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from flask import url_for
from flask_babel import gettext

from rms.actions.pricing import supply_kind
from rms.actions.series import counter_year
from rms.db.numbering import peek
from rms.domain import numbering, periods, typed_line
from rms.domain.errors import NotFound
from rms.domain.invoicing import Priced, PricingContext, price
from rms.domain.money import group_indian, rupees
from rms.domain.tax import rate_label
from rms.models import Company, Customer, GstSetting, Invoice, NumberSeries, ServiceType
from rms.queries.bank import account_number_of
from rms.queries.companies import STEPS, SetUp, address_of, company_with_gst, set_up
from rms.queries.customers import find_customer
from rms.queries.invoices import cells_of_service, find_invoice, lines_of, terms_for
from rms.queries.series import default_series, series_of_sales
from rms.queries.services import find_service
from rms.queries.tax_rows import tax_rows
from rms.web.clock import today


@dataclass(frozen=True)
class Step:
    """One entry of the list at the side; `state` is "done", "current" or "todo"."""

    number: int
    title: str
    hint: str
    url: str
    state: str


@dataclass
class SoFar:
    """Everything set-up has stored, read once for a page."""

    company: Company
    gst: GstSetting
    set_up: SetUp
    day: dt.date = field(default_factory=today)

    @cached_property
    def series(self) -> NumberSeries:
        return default_series(series_of_sales(self.gst.registration_type))

    @cached_property
    def service(self) -> ServiceType | None:
        return _made(self.set_up, "service", find_service)

    @cached_property
    def customer(self) -> Customer | None:
        return _made(self.set_up, "customer", find_customer)

    @cached_property
    def invoice(self) -> Invoice | None:
        return _made(self.set_up, "invoice", find_invoice)

    @cached_property
    def next_number(self) -> str:
        year = numbering.financial_year(self.day)
        value = peek(self.series.id, counter_year(self.series, self.day))
        return numbering.render(self.series.pattern, self.series.prefix, year, value)

    @property
    def due_date(self) -> dt.date:
        return periods.due_date(self.day, self.customer.payment_terms if self.customer else 30)

    def priced(self, quantity: Decimal) -> Priced | None:
        """What the first invoice would come to; nothing before there is a service."""
        if self.service is None:
            return None
        cells = cells_of_service(self.service.id, self.day) | {"quantity": f"{quantity:f}"}
        line = typed_line.read(cells, self.day).draft
        terms = terms_for(self.customer.id if self.customer else None)
        context = PricingContext(
            seller=terms.seller,
            customer=terms.buyer,
            supply_kind=supply_kind([line]),
            round_off=terms.rounds_off,
        )
        return price([line], context)


def so_far() -> SoFar:
    company, gst = company_with_gst()
    return SoFar(company, gst, set_up())


def steps(known: SoFar, current: int) -> list[Step]:
    """The five steps with what each has brought so far."""
    return [
        Step(
            number=number,
            title=title,
            hint=_hint(number, known),
            url=url_for("onboarding.step", n=number),
            state=_state(number, current, known),
        )
        for number, title in zip(sorted(STEPS), _titles(), strict=True)
    ]


def _titles() -> list[str]:
    return [
        gettext("Your business"),
        gettext("Invoice number and payment"),
        gettext("First service"),
        gettext("First customer"),
        gettext("First invoice"),
    ]


def _hint(number: int, known: SoFar) -> str:
    if number not in known.set_up.done:
        return gettext("Left for later") if number in known.set_up.skipped else _promises()[number]
    match number:
        case 1:
            return known.company.gst_number or known.company.name
        case 2:
            return gettext("%(number)s is next", number=known.next_number)
        case 3:
            return known.service.name if known.service else gettext("Done")
        case 4:
            return known.customer.name if known.customer else gettext("Done")
    return gettext("Draft made")


def _promises() -> dict[int, str]:
    return {
        1: gettext("GSTIN and address"),
        2: gettext("Series, bank, UPI"),
        3: gettext("What you sell, SAC, GST"),
        4: gettext("Who you bill"),
        5: gettext("Check it and send it"),
    }


def _state(number: int, current: int, known: SoFar) -> str:
    if number == current:
        return "current"
    return "done" if number in known.set_up.done else "todo"


def _made(progress: SetUp, name: str, find):
    """What a step made, unless it was deleted since."""
    row_id: UUID | None = progress.made.get(name)
    try:
        return find(row_id) if row_id else None
    except NotFound:
        return None


# The invoice that grows at the side


@dataclass(frozen=True)
class Line:
    name: str
    details: str
    amount: str


@dataclass(frozen=True)
class Paper:
    """What the small invoice shows; empty parts are drawn as grey bars."""

    stage: int
    seller: dict
    number: str = ""
    date: str = ""
    customer: dict | None = None
    lines: tuple[Line, ...] = ()
    totals: tuple[tuple[str, str], ...] = ()
    total: str = ""
    pay: tuple[str, ...] = ()


def paper(known: SoFar, stage: int, quantity: Decimal = Decimal(1)) -> Paper:
    sheet = Paper(stage, seller_of(known.company), pay=_pay(known.company))
    if stage >= 2:
        sheet = replace(sheet, number=known.next_number, date=periods.format_date(known.day))
    if known.customer:
        sheet = replace(sheet, customer=_buyer(known.customer))
    if stage < 5 or known.service is None:
        return replace(sheet, lines=(_offer(known.service),)) if known.service else sheet
    priced = known.priced(quantity)
    return replace(
        sheet,
        lines=(_line(known.service, quantity, priced),),
        totals=tuple(totals_of(priced)),
        total=rupees(priced.totals.total),
    )


def paper_of_draft(known: SoFar) -> Paper:
    """The first invoice as it is stored by now, whatever was changed in the editor since."""
    invoice, lines = known.invoice, lines_of(known.invoice.id)
    sheet = paper(known, 4)
    return replace(
        sheet,
        stage=6,
        number=invoice.invoice_number or known.next_number,
        date=periods.format_date(invoice.invoice_date),
        customer=_buyer(invoice.customer) if invoice.customer else None,
        lines=tuple(
            Line(line.name or "", line.hsn_sac or "", group_indian(line.taxable_amount)) for line in lines
        ),
        totals=(
            (gettext("Taxable value"), group_indian(invoice.subtotal)),
            *((row.label, group_indian(row.amount)) for row in tax_rows(invoice, lines)),
        ),
        total=rupees(invoice.total),
    )


def seller_of(row) -> dict:
    """Name and address as they will be printed; `row` has the fields of a company."""
    lines = address_of(row).lines
    if row.gst_number:
        lines = [*lines, gettext("GSTIN %(gstin)s", gstin=row.gst_number)]
    return {"name": row.trade_name or row.name, "lines": lines}


def totals_of(priced: Priced) -> list[tuple[str, str]]:
    """Taxable value and each tax that is charged, in words and figures."""
    rows = [(gettext("Taxable value"), group_indian(priced.totals.subtotal))]
    state_tax = "UTGST" if priced.tax_mode == "CGST_UTGST" else "SGST"
    for row in priced.rate_summary:
        halves, whole = rate_label(row.rate / 2), rate_label(row.rate)
        taxes = (
            (f"CGST {halves}%", row.charged.cgst),
            (f"{state_tax} {halves}%", row.charged.sgst),
            (f"IGST {whole}%", row.charged.igst),
        )
        rows += [(words, group_indian(amount)) for words, amount in taxes if amount]
    if priced.totals.round_off:
        rows.append((gettext("Round off"), group_indian(priced.totals.round_off)))
    return rows


def _buyer(customer: Customer) -> dict:
    lines = address_of(customer).lines
    if customer.gst_number:
        lines = [*lines, gettext("GSTIN %(gstin)s", gstin=customer.gst_number)]
    return {"name": customer.name, "lines": lines}


def _offer(service: ServiceType) -> Line:
    """The service at its own price, before anybody said how many."""
    rate = group_indian(service.default_rate)
    each = gettext("%(rate)s per %(unit)s", rate=rate, unit=service.unit) if service.unit else rate
    return Line(service.name, _details(service, each), rate)


def _line(service: ServiceType, quantity: Decimal, priced: Priced) -> Line:
    each = gettext(
        "%(quantity)s at %(rate)s",
        quantity=f"{quantity.normalize():f}",
        rate=group_indian(service.default_rate),
    )
    return Line(service.name, _details(service, each), group_indian(priced.lines[0].amount))


def _details(service: ServiceType, each: str) -> str:
    return ", ".join(part for part in (service.hsn_sac, each) if part)


def _pay(company: Company) -> tuple[str, ...]:
    account = account_number_of(company)
    lines = (
        company.upi_id,
        account and gettext("A/c %(number)s", number=account),
        company.bank_ifsc and gettext("IFSC %(code)s", code=company.bank_ifsc),
    )
    return tuple(line for line in lines if line)
