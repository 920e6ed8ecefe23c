"""Ageing: how late what customers owe is, at the end of any day."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from flask import Response, request
from flask_babel import gettext
from flask_login import current_user

from rms.db.audit import audit_event
from rms.documents.accounts import ageing_table
from rms.domain.errors import Invalid
from rms.domain.periods import parse_date
from rms.policy import P
from rms.queries.ageing import BY, aged_of, ageing, open_on
from rms.queries.customers import find_customer
from rms.rooms.reports import room
from rms.web.bars import ageing_bar
from rms.web.clock import today
from rms.web.errors import sentence
from rms.web.fragments import page
from rms.web.guard import requires
from rms.web.listing import PAGE_SIZE, decode, garbled, paged


@dataclass(frozen=True)
class Asked:
    """The day, and from which date lateness is counted; `problem` when it is none, and today is shown."""

    day: dt.date
    by: str
    problem: str = ""

    @property
    def query(self) -> dict[str, str]:
        return {"on": self.day.isoformat(), "by": self.by}


@room.get("/ageing")
@requires(P.COMPANY_READ)
def ageing_report():
    """`?on=&by=due|invoice`, by customer; `?after=` goes on behind the last one seen."""
    asked = _asked()
    report = ageing(asked.day, by=asked.by, after=_after(), limit=PAGE_SIZE + 1)
    return page(
        "reports/ageing.html",
        asked=asked,
        report=report,
        listed=paged(report.rows, key=lambda row: (row.name, row.customer_id)),
        bar=ageing_bar(report.total.buckets),
        is_later="after" in request.args,
    )


@room.get("/ageing/<uuid:customer_id>")
@requires(P.COMPANY_READ)
def ageing_of(customer_id: UUID):
    """The invoices of one customer that were open that day."""
    customer, asked = find_customer(customer_id), _asked()
    return page(
        "reports/ageing_of.html",
        asked=asked,
        customer=customer,
        aged=aged_of(customer_id, asked.day, by=asked.by),
        rows=open_on(customer_id, asked.day, by=asked.by),
    )


@room.get("/ageing.csv")
@requires(P.LIST_EXPORT)
def ageing_csv():
    return _file("csv")


@room.get("/ageing.xlsx")
@requires(P.LIST_EXPORT)
def ageing_xlsx():
    return _file("xlsx")


def _asked() -> Asked:
    by = request.args.get("by", "")
    by = by if by in BY else "due"
    try:
        return Asked(parse_date(request.args.get("on") or "today", today(), field="on"), by)
    except Invalid as error:
        return Asked(today(), by, sentence(error))


def _after() -> tuple[str, UUID] | None:
    values = decode(request.args.get("after"), 2)
    if values is None:
        return None
    try:
        return values[0], UUID(values[1])
    except ValueError:
        raise garbled() from None


def _file(kind: str) -> Response:
    """All customers, however many."""
    asked = _asked()
    report = ageing(asked.day, by=asked.by)
    name, content, media_type = ageing_table(kind, asked.day, report.rows, report.total, translate=gettext)
    audit_event("export", "users", current_user.user_id, {"what": name, "customers": len(report.rows)})
    reply = Response(content, mimetype=media_type)
    reply.headers.set("Content-Disposition", "attachment", filename=name)
    return reply
