"""Typed settings, read from the environment once. Every mistake is named at once and refuses the start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from rms.crypto.keys import BadKeys, KeyRing
from rms.policy import AfterTrial

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
LOGS = {"json", "readable"}
ENVIRONMENTS = {"production", "development", "test"}


class BadSettings(SystemExit):
    """The environment cannot be used; the message lists every mistake."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the product needs to know of the place it runs in. `from_environment` documents each variable."""

    environment: str
    database_url: str
    redis_url: str
    public_base_url: str
    keys: str
    database_owner_url: str | None = None
    bootstrap_url: str | None = None
    smtp_url: str = "smtp://127.0.0.1:25"
    mail_from: str = "RMS Billing <no-reply@rmsbilling.example>"
    help_address: str = "help@rmsbilling.example"
    mailbox: Path | None = None
    anchors: Path | None = None
    proxies: int = 0
    pgbouncer: bool = False
    pool_size: int = 5
    bcrypt_cost: int = 12
    session_days: int = 7
    session_idle_hours: int = 8
    remember_days: int = 30
    remember_idle_days: int = 7
    trial_days: int = 14
    after_trial: str = AfterTrial.FREE
    sweep_seconds: int = 30
    log: str = "json"

    @property
    def is_development(self) -> bool:
        return self.environment == "development"

    @property
    def is_plain_loopback(self) -> bool:
        """Whether the site is http on this machine only, where cookies cannot be Secure in every browser."""
        parts = urlsplit(self.public_base_url)
        return parts.scheme == "http" and parts.hostname in LOOPBACK

    @property
    def hosts(self) -> frozenset[str]:
        """What a Host header may say; on this machine each of the names it calls itself by."""
        parts = urlsplit(self.public_base_url)
        if not self.is_plain_loopback:
            return frozenset({parts.netloc.lower(), parts.hostname or ""})
        port = f":{parts.port}" if parts.port else ""
        return frozenset(f"{name}{port}" for name in ("127.0.0.1", "localhost", "[::1]"))


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read RMS_ENV, DATABASE_URL, DATABASE_OWNER_URL, REDIS_URL, PUBLIC_BASE_URL, RMS_KEYS, SMTP_URL,
    MAIL_FROM, RMS_HELP_ADDRESS, RMS_MAILBOX, RMS_ANCHORS, RMS_BOOTSTRAP_URL, RMS_PROXIES, RMS_PGBOUNCER,
    RMS_POOL_SIZE, RMS_BCRYPT_COST, RMS_SESSION_DAYS, RMS_SESSION_IDLE_HOURS, RMS_REMEMBER_DAYS,
    RMS_REMEMBER_IDLE_DAYS, RMS_SWEEP_SECONDS, RMS_LOG, RMS_AFTER_TRIAL.

    Raises BadSettings with every mistake in one message.
    """
    mistakes: list[str] = []

    def needed(name: str) -> str:
        if not environ.get(name):
            mistakes.append(f"{name} is not set")
        return environ.get(name, "")

    def number(name: str, default: int, low: int, high: int) -> int:
        text = environ.get(name, str(default))
        if not text.isdigit() or not low <= int(text) <= high:
            mistakes.append(f"{name} is {text!r}; it must be a whole number from {low} to {high}")
            return default
        return int(text)

    mailbox, anchors = environ.get("RMS_MAILBOX"), environ.get("RMS_ANCHORS")
    settings = Settings(
        environment=environ.get("RMS_ENV", "production"),
        database_url=needed("DATABASE_URL"),
        database_owner_url=environ.get("DATABASE_OWNER_URL") or None,
        bootstrap_url=environ.get("RMS_BOOTSTRAP_URL") or None,
        redis_url=needed("REDIS_URL"),
        public_base_url=needed("PUBLIC_BASE_URL").rstrip("/"),
        keys=needed("RMS_KEYS"),
        smtp_url=environ.get("SMTP_URL", "smtp://127.0.0.1:25"),
        mail_from=environ.get("MAIL_FROM", "RMS Billing <no-reply@rmsbilling.example>"),
        help_address=environ.get("RMS_HELP_ADDRESS", "help@rmsbilling.example"),
        mailbox=Path(mailbox) if mailbox else None,
        anchors=Path(anchors) if anchors else None,
        proxies=number("RMS_PROXIES", 0, 0, 5),
        pgbouncer=environ.get("RMS_PGBOUNCER") == "1",
        pool_size=number("RMS_POOL_SIZE", 5, 1, 100),
        bcrypt_cost=number("RMS_BCRYPT_COST", 12, 4, 16),
        session_days=number("RMS_SESSION_DAYS", 7, 1, 90),
        session_idle_hours=number("RMS_SESSION_IDLE_HOURS", 8, 1, 720),
        remember_days=number("RMS_REMEMBER_DAYS", 30, 1, 365),
        remember_idle_days=number("RMS_REMEMBER_IDLE_DAYS", 7, 1, 365),
        sweep_seconds=number("RMS_SWEEP_SECONDS", 30, 1, 3600),
        log=environ.get("RMS_LOG") or ("readable" if environ.get("RMS_ENV") == "development" else "json"),
        after_trial=environ.get("RMS_AFTER_TRIAL", AfterTrial.FREE),
    )
    mistakes += [*_mistakes_in(settings)]
    if mistakes:
        raise BadSettings("RMS Billing cannot start:\n- " + "\n- ".join(mistakes))
    return settings


def _mistakes_in(settings: Settings):
    if settings.environment not in ENVIRONMENTS:
        yield f"RMS_ENV is {settings.environment!r}; it must be one of {', '.join(sorted(ENVIRONMENTS))}"
    if settings.after_trial not in list(AfterTrial):
        yield f"RMS_AFTER_TRIAL is {settings.after_trial!r}; it must be one of {', '.join(AfterTrial)}"
    if settings.public_base_url and not _is_site(settings.public_base_url):
        yield f"PUBLIC_BASE_URL is {settings.public_base_url!r}; it must be a scheme and a host alone"
    if settings.log not in LOGS:
        yield f"RMS_LOG is {settings.log!r}; it must be json or readable"
    yield from _mistakes_in_keys(settings)
    if settings.environment == "production":
        if not settings.public_base_url.startswith("https://"):
            yield "PUBLIC_BASE_URL must begin with https:// in production"
        if settings.bcrypt_cost < 12:
            yield "RMS_BCRYPT_COST must be at least 12 in production"
        if settings.mailbox:
            yield "RMS_MAILBOX shows mails to anybody; it is for development only"


def _is_site(url: str) -> bool:
    """Like https://billing.example, with a port if need be: addresses are made by putting paths behind it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    own = f"[{host}]" if ":" in host else host
    is_plain = parts.netloc.lower() == (f"{own}:{port}" if port else own)
    return parts.scheme in ("http", "https") and bool(host) and is_plain and url.endswith(parts.netloc)


def _mistakes_in_keys(settings: Settings):
    if not settings.keys:
        return
    try:
        ring = KeyRing(settings.keys)
    except BadKeys as mistake:
        yield str(mistake)
        return
    if settings.environment == "production":
        for kid in ring.typed_kids:
            yield f"key {kid!r} in RMS_KEYS was typed and not drawn at random; see DEPLOY.md"
        for kid in ring.published_kids:
            yield f"key {kid!r} in RMS_KEYS stands in the source, where everybody can read it; see DEPLOY.md"
