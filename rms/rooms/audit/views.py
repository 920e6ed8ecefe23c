"""The list of entries with its filters, one entry, and the check of the chain."""

import datetime as dt
from itertools import groupby
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext, ngettext

from rms.domain.errors import DomainError, NotFound
from rms.domain.periods import format_date, parse_date
from rms.policy import P
from rms.queries import audit as queries
from rms.queries.audit import Filters
from rms.rooms.audit import room
from rms.rooms.audit.entries import differences, shown
from rms.rooms.audit.words import THINGS
from rms.web.clock import at_home, today, zone
from rms.web.forms import strip
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.listing import PAGE_SIZE, decode, garbled, paged

ROOT = "/c/<slug>/audit"


@room.get(ROOT)
@requires(P.AUDIT_READ)
def index():
    filters = filters_asked_for()
    rows = queries.list_entries(filters, after=_cursor(), limit=PAGE_SIZE + 1, zone=zone())
    listed = paged(rows, key=lambda row: (row.created_at.isoformat(), row.id))
    sealed = queries.head()
    entries = shown(list(listed.rows), sealed)
    return page(
        "audit/index.html",
        piece="audit/_list.html",
        listed=listed,
        days=[
            (format_date(day), list(of_day))
            for day, of_day in groupby(entries, key=lambda one: one.at.date())
        ],
        filters=filters,
        sealed=sealed,
        sealed_at=at_home(sealed.sealed_at) if sealed else None,
        since=format_date(at_home(sealed.since).date()) if sealed else "",
        people=queries.actors(),
        kinds=sorted(((kind, str(words)) for kind, words in THINGS.items()), key=lambda pair: pair[1]),
    )


@room.get(f"{ROOT}/<uuid:entry_id>")
@requires(P.AUDIT_READ)
def show(entry_id: UUID):
    row = queries.find_entry(entry_id)
    if row is None:
        raise NotFound
    [entry] = shown([row], queries.head())
    return page(
        "audit/show.html",
        piece="audit/_entry.html",
        entry=entry,
        differences=differences(row),
        invoice_id=queries.invoice_behind(row),
    )


@room.post(f"{ROOT}/check")
@requires(P.AUDIT_READ)
def check():
    """Recompute the newest seals of this company; all of them is `flask audit verify`."""
    entries, difference = queries.check_newest()
    if difference:
        number = difference.sequence
        flash(
            gettext(
                "The trail was changed: seal %(number)s does not hold. Tell whoever runs this", number=number
            )
        )
    else:
        flash(
            ngettext(
                "Checked: %(num)s entry is as it was sealed",
                "Checked: %(num)s entries are as they were sealed",
                entries,
            )
        )
    return go(url_for("audit.index"))


def filters_asked_for() -> Filters:
    """From the address; what cannot be read filters nothing."""
    kind = request.args.get("kind")
    return Filters(
        who=_uuid(request.args.get("who", "")),
        kind=kind if kind in THINGS else None,
        search=strip(request.args.get("q", ""))[: queries.LONGEST_SEARCH],
        first=_day(request.args.get("from", "")),
        last=_day(request.args.get("to", "")),
    )


def _cursor() -> tuple | None:
    parts = decode(request.args.get("after"), 2)
    if parts is None:
        return None
    try:
        return dt.datetime.fromisoformat(parts[0]), UUID(parts[1])
    except ValueError:
        raise garbled() from None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> dt.date | None:
    try:
        return parse_date(text, today()) if text else None
    except DomainError:
        return None
