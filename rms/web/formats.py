"""How figures, dates and addresses of files are written on a page."""

import datetime as dt
import hashlib
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app, url_for
from flask_babel import gettext

from rms.domain import states
from rms.domain.money import group_indian, rupees, rupees_short
from rms.domain.periods import format_date


def init_app(app: Flask) -> None:
    app.jinja_env.filters |= {
        "money": group_indian,
        "rupees": rupees,
        "rupees_short": rupees_short,
        "date_words": format_date,
        "quantity": quantity,
        "percent": quantity,
        "unit_price": unit_price,
        "days_words": days_words,
        "state_name": states.name_of,
    }
    app.jinja_env.globals["static_url"] = static_url


def quantity(value: Decimal) -> str:
    """A quantity or a rate without trailing zeros, in Indian grouping: 4,200 or 1.5."""
    places = max(0, -value.normalize().as_tuple().exponent)
    return group_indian(value, places=places)


def unit_price(value: Decimal) -> str:
    """A price per unit with two to four decimals: 14,500.00 or 6.125."""
    places = max(2, -value.normalize().as_tuple().exponent)
    return group_indian(value, places=places)


def days_words(due: dt.date, today: dt.date) -> str:
    """'9 days late', 'due today' or 'due in 5 days'."""
    days = (today - due).days
    if days == 0:
        return gettext("due today")
    if days > 0:
        return gettext("1 day late") if days == 1 else gettext("%(days)s days late", days=days)
    return gettext("due tomorrow") if days == -1 else gettext("due in %(days)s days", days=-days)


def static_url(name: str) -> str:
    """The address of a static file with its content's hash, so that browsers may keep it for ever."""
    path = Path(current_app.static_folder) / name
    return url_for("static", filename=name, v=_digest(path, path.stat().st_mtime_ns))


@lru_cache(maxsize=64)
def _digest(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
