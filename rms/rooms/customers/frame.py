"""What stands around every tab of a customer's page: name, figures, ageing bar, and the tabs themselves."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from flask import current_app, url_for
from flask_babel import gettext

from rms.domain import tds
from rms.models import Customer
from rms.queries.customer_figures import Figures, bounds_of_ages, figures_of, pace_of
from rms.queries.customers import find_customer
from rms.queries.tds import habit_of
from rms.web.bars import ageing_bar
from rms.web.clock import today
from rms.web.errors import sentence
from rms.web.fragments import page

TABS = ("activity", "invoices", "receipts", "statement", "details")


@dataclass(frozen=True)
class Tab:
    """One tab of the strip; `count` is None where there is nothing to count."""

    words: str
    url: str
    is_current: bool
    count: int | None = None


@dataclass(frozen=True)
class Age:
    """A part of the ageing bar with the list of invoices that adds up to it."""

    words: str
    amount: Decimal
    url: str


def tab_page(customer_id: UUID, tab: str, **context):
    """The whole page with this tab, or the tab alone when htmx asked; templates/customers/_<tab>.html.

    Raises NotFound. The template finds `customer`, `figures` and what is handed in.
    """
    customer = find_customer(customer_id)
    figures, habit = figures_of(customer_id, today()), habit_of(customer_id)
    return page(
        "customers/show.html",
        piece="customers/_tab.html",
        customer=customer,
        into=find_customer(customer.merged_into_id) if customer.merged_into_id else None,
        figures=figures,
        pace=pace_of([customer_id], today()).get(customer_id),
        habit=habit,
        habit_words=sentence(tds.words(habit.section)) if habit and habit.section else "",
        ages=_ages(customer, figures),
        bar=ageing_bar(figures.ages),
        tabs=_tabs(customer, figures, tab),
        tab=tab,
        **context,
    )


def address_of(customer_id: UUID, tab: str, **more) -> str:
    """Of one tab; the first one has none of its own, and the statement a page with days in its address."""
    if tab == "statement":
        return url_for("customers.statement", customer_id=customer_id, **more)
    return url_for("customers.show", customer_id=customer_id, tab=None if tab == TABS[0] else tab, **more)


def _tabs(customer: Customer, figures: Figures, current: str) -> list[Tab]:
    words = {
        "activity": gettext("Activity"),
        "invoices": gettext("Invoices"),
        "receipts": gettext("Receipts"),
        "statement": gettext("Statement"),
        "details": gettext("Details"),
    }
    counts = {"invoices": figures.invoices, "receipts": figures.papers}
    return [
        Tab(words[tab], address_of(customer.id, tab), tab == current, counts.get(tab))
        for tab in TABS
        if tab != "statement" or "customers.statement" in current_app.view_functions
    ]


def _ages(customer: Customer, figures: Figures) -> list[Age]:
    words = (
        gettext("Not due"),
        gettext("1 to 30 days"),
        gettext("31 to 60"),
        gettext("61 to 90"),
        gettext("91 to 180"),
        gettext("Over 180"),
    )
    return [
        Age(
            word,
            amount,
            url_for(
                "invoices.index", view="open", customer=customer.id, due_from=first, due_to=last, sort="due"
            ),
        )
        for word, amount, (first, last) in zip(words, figures.ages, bounds_of_ages(today()), strict=True)
    ]
