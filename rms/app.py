"""The application: a table of contents of what it is made of."""

from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

import rms.db.tenancy  # noqa: F401 - registers the tenant filter
from rms import api, cli, config, mail, queue
from rms.actions import limits, sessions
from rms.crypto import keys
from rms.db import session as database
from rms.db.bootstrap import MigrateAdapter
from rms.extensions import babel, csrf, htmx, login, migrate
from rms.queries.invoice_lists import count_overdue
from rms.queries.people import helpers, person_of_session
from rms.rooms import (
    account,
    audit,
    credit_notes,
    customers,
    home,
    identity,
    invoices,
    mailbox,
    onboarding,
    people,
    public,
    quotes,
    receipts,
    recurring,
    refunds,
    reports,
    search,
    services,
)
from rms.rooms import (
    settings as settings_room,
)
from rms.rooms.identity.step_up import prove
from rms.web import context, credentials, errors, formats, guard, headers, health, lifecycle, logs, step_up

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: config.Settings | None = None) -> Flask:
    """The application: settings, extensions, the lifecycle of a request, then one room after the other."""
    settings = settings or config.from_environment()
    app = lifecycle.Rms(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        static_url_path="/static",
    )
    _configure(app, settings)
    database.configure(settings.database_url, pool_size=settings.pool_size, pgbouncer=settings.pgbouncer)
    queue.configure(settings.redis_url)
    mail.configure(settings)
    limits.configure(settings.after_trial, settings.help_address)
    logs.init_app(app)
    lifecycle.init_app(
        app,
        is_our_host=headers.is_our_host,
        is_same_site=headers.is_same_site,
        refresh_session=sessions.refresh,
        touch_session=sessions.touch,
    )
    _init_extensions(app)
    for part in (guard, headers, credentials, errors, formats):
        part.init_app(app)
    context.init_app(app, count_overdue=count_overdue)
    errors.tell_who_can_with(app, helpers)
    step_up.init_app(app, prove=prove)
    guard.fill_in_slug(app)
    _open_rooms(app, settings)
    _add_commands(app)
    return app


def _configure(app: Flask, settings: config.Settings) -> None:
    ring = keys.configure(settings.keys)
    plain = settings.is_plain_loopback
    port = settings.public_base_url.rpartition(":")[2] if plain else ""
    app.config.update(
        RMS=settings,
        SECRET_KEY=ring.key("csrf"),
        SECRET_KEY_FALLBACKS=[],
        PUBLIC_BASE_URL=settings.public_base_url,
        RMS_ACCESS_COOKIE=f"rms-at-{port}" if plain else "__Host-rms_at",
        RMS_REFRESH_COOKIE=f"rms-rt-{port}" if plain else "__Host-rms_rt",
        RMS_DEVICE_COOKIE=f"rms-device-{port}" if plain else "__Host-rms-device",
        SESSION_COOKIE_NAME=f"rms-form-{port}" if plain else "__Host-rms-form",
        SESSION_COOKIE_SECURE=not plain,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_NAME="rms-unused",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_PARTS=20_000,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SEND_FILE_MAX_AGE_DEFAULT=86_400,
        BABEL_DEFAULT_LOCALE="en_IN",
        TESTING=settings.environment == "test",
        PROPAGATE_EXCEPTIONS=False,
    )
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)
    if settings.environment != "test":
        logs.configure(settings.log)


def _init_extensions(app: Flask) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    babel.init_app(app)
    htmx.init_app(app)
    csrf.init_app(app)
    login.init_app(app)
    context.load_people_with(login, person_of_session)
    migrate.init_app(app, MigrateAdapter(), directory=str(ROOT / "migrations"), render_as_batch=False)


def _open_rooms(app: Flask, settings: config.Settings) -> None:
    app.register_blueprint(health.health)
    rooms = (
        identity,
        onboarding,
        home,
        customers,
        services,
        invoices,
        quotes,
        recurring,
        receipts,
        refunds,
        credit_notes,
        reports,
        people,
        account,
        settings_room,
        audit,
        search,
        public,
    )
    for room in rooms:
        app.register_blueprint(room.room)
    app.register_blueprint(api.room)
    # Nothing the API does follows from a cookie, so there is nothing to forge (web/credentials.py).
    csrf.exempt(api.room)
    # These pages have no session: a ticket of the page takes the token's place (crypto/public_links.py).
    csrf.exempt(public.room)
    if settings.mailbox and settings.environment != "production":
        app.register_blueprint(mailbox.room)


def _add_commands(app: Flask) -> None:
    cli.init_app(app)
