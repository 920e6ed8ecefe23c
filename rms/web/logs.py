"""What the processes say of themselves: one event, one line, and nothing of what customers typed.

A line names the request, company and person by id, and the route by its rule: paths carry one-time tokens and
are never written, nor are bodies, cookies or query strings. Whatever slips into a message is masked, and an
exception is told by its type, its place in our code and its first line without what stands in quotes.
"""

import json
import logging
import re
import sys
import time
import traceback
from datetime import UTC, datetime

from flask import Flask, Response, g, has_request_context, request
from sqlalchemy.exc import DBAPIError

access = logging.getLogger("rms.access")

HIDDEN = "***"
LONGEST_TEXT = 500
QUIET = {"static", "health.healthz"}

MASKS = (
    (re.compile(r"(?<=://)[^\s/@]+@"), f"{HIDDEN}@"),  # user and password in a URL
    (re.compile(r"\b([\w%+-])[\w.%+-]{0,64}@((?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24})\b"), rf"\1{HIDDEN}@\2"),
    (
        re.compile(r"(?i)\b(password|passwd|secret|token|cookie|authorization|csrf\w*)(\W{1,4})\S+"),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"(?<=/)(verify|reset|invite|email|undo)/[^\s/?#\"']+"), rf"\1/{HIDDEN}"),
    (re.compile(r"\?[\w.%-]{1,64}=[^\s\"']*"), f"?{HIDDEN}"),  # a query string
    (re.compile(r"\b\d{2}[A-Z]{5}\d{4}[A-Z][A-Z\d]{3}\b", re.IGNORECASE), HIDDEN),  # GSTIN
    (re.compile(r"\b[A-Z]{5}\d{4}[A-Z]\b", re.IGNORECASE), HIDDEN),  # PAN
    (re.compile(r"\b\d{5,14}(\d{4})\b"), rf"{HIDDEN}\1"),  # an account or card number keeps its last four
    (re.compile(r"[\w-]*\.?[\w-]{40,}(?:\.[\w-]+)*"), HIDDEN),  # whatever is as long as a token
)
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def masked(text: str) -> str:
    """The text on one line, without addresses, numbers of accounts and tax, passwords and tokens."""
    text = UNPRINTABLE.sub(" ", text[: LONGEST_TEXT * 4])
    for pattern, instead in MASKS:
        text = pattern.sub(instead, text)
    return text[:LONGEST_TEXT]


class JsonLine(logging.Formatter):
    """One JSON object a line. `extra={"facts": {...}}` adds facts that are safe by themselves."""

    def format(self, record: logging.LogRecord) -> str:
        event = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": masked(record.getMessage()),
            **_of_request(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[1]:
            event["exception"] = told(record.exc_info[1])
        return json.dumps(event, default=str)


class ReadableLine(logging.Formatter):
    """For one's own terminal: the same events, in words, with whole tracebacks."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging calls it so
        facts = getattr(record, "facts", {})
        return " ".join(
            [super().formatMessage(record), *(f"{name}={value}" for name, value in facts.items())]
        )


class Stderr(logging.StreamHandler):
    """Writes to what is standard error at the moment, and not to what it was at the start."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self):
        return sys.stderr


def told(error: BaseException) -> list[str]:
    """The error and what caused it, the innermost first. DETAIL of PostgreSQL would quote whole rows."""
    lines, seen = [], set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(lines) < 8:
        seen.add(id(current))
        lines.insert(0, f"{type(current).__name__}: {_sentence(current)} {_place(current)}".strip())
        current = current.__cause__ or current.__context__
    return lines


def why(error: DBAPIError) -> str:
    """What the database objected to, by name and never by value."""
    diagnosis = getattr(error.orig, "diag", None)
    named = (getattr(diagnosis, part, None) for part in ("sqlstate", "table_name", "constraint_name"))
    return " ".join(filter(None, named)) or type(error.orig).__name__


def _sentence(error: BaseException) -> str:
    if isinstance(error, DBAPIError):
        return why(error)
    if type(error).__module__.startswith("psycopg"):
        return getattr(error, "sqlstate", None) or ""
    return masked(QUOTED.sub("'...'", str(error).partition("\n")[0]))


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    shown = (
        f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in frames
    )
    return f"({' < '.join(reversed([*shown]))})" if frames else ""


def configure(form: str) -> None:
    """Let every logger of this process end in one handler; `form` is "json" or "readable"."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, Stderr)]:
        root.removeHandler(handler)
    handler = Stderr()
    handler.setFormatter(JsonLine() if form == "json" else ReadableLine())
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)


def init_app(app: Flask) -> None:
    """Write one line for each request; to be called before whatever may refuse one."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        is_quiet = request.endpoint in QUIET and response.status_code < 400
        access.log(logging.DEBUG if is_quiet else logging.INFO, "request", extra={"facts": _facts(response)})
        return response


def _facts(response: Response) -> dict:
    return {
        "method": request.method if request.method.isalpha() else "?",
        "route": request.url_rule.rule if request.url_rule else None,
        "endpoint": request.endpoint,
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
        "htmx": "HX-Request" in request.headers,
        "ip": request.remote_addr,
        "agent": masked(request.user_agent.string[:160]),
    }


def _of_request() -> dict:
    """Who and which request it was, from what is known already: a line of the log asks nothing."""
    if not has_request_context():
        return {}
    person, ticket = g.get("_login_user"), g.get("ticket")
    return {
        "request_id": g.get("request_id"),
        "tenant": ticket.tenant_id if ticket else None,
        "user": getattr(person, "user_id", None),
    }
