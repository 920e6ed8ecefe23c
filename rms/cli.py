"""Commands of `flask`: the two long-running ones, and what a deployment does once or by hand."""

import datetime as dt
import logging
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click
from flask import Flask, current_app

from rms.config import Settings

if TYPE_CHECKING:
    from rms.queries.keys import Held

SCHEMA = Path(__file__).resolve().parent.parent / "migrations" / "schema.sql"


def init_app(app: Flask) -> None:
    for command in COMMANDS:
        app.cli.add_command(command)


def _settings() -> Settings:
    return current_app.config["RMS"]


def _refuse_privileged_role() -> None:
    from rms.db.bootstrap import refuse_privileged_role
    from rms.db.session import engine

    refuse_privileged_role(engine())


def _warn_without_anchors() -> None:
    if _settings().environment == "production" and _settings().anchors is None:
        message = "RMS_ANCHORS is not set: nobody would notice when the end of the audit trail is cut off"
        logging.getLogger(__name__).warning(message)


# A command loads its modules itself: RQ's worker, migrations and demo data have no place in the web server.


@click.command()
def worker() -> None:
    """Do what is queued until SIGTERM; the running job is finished first."""
    from rms.jobs import seals
    from rms.jobs.worker import run

    _refuse_privileged_role()
    seals.configure(_settings().anchors)
    _warn_without_anchors()
    run(_settings())


@click.command()
def scheduler() -> None:
    """Queue what is due: waiting mails, and each company's new day. Several may run; one leads."""
    from rms.jobs.schedule import run

    _refuse_privileged_role()
    run(_settings())


@click.command("db-bootstrap")
def db_bootstrap() -> None:
    """Create database, roles and grants with the privileged role of RMS_BOOTSTRAP_URL; may be repeated."""
    from rms.db.bootstrap import bootstrap

    settings = _settings()
    if not settings.bootstrap_url or not settings.database_owner_url:
        raise click.UsageError("db-bootstrap needs RMS_BOOTSTRAP_URL and DATABASE_OWNER_URL")
    bootstrap(settings.bootstrap_url, settings.database_url, settings.database_owner_url)
    click.echo("The database and its roles are ready; next: flask db upgrade")


@click.command("schema-dump")
def schema_dump() -> None:
    """Write migrations/schema.sql anew from the database, for reading and for review."""
    from rms.db.catalogue import dump_schema
    from rms.db.session import engine

    SCHEMA.write_text(dump_schema(engine()))
    click.echo(f"Written: {SCHEMA}")


@click.command("demo-data")
def demo_data() -> None:
    """Fill an empty database with a small firm's year, and say how to sign in to it."""
    from rms import demo

    for line in demo.load(dt.datetime.now(dt.UTC)):
        click.echo(line)


@click.command("maintenance-page")
@click.option("--begins", type=click.DateTime(["%Y-%m-%d %H:%M"]), required=True, help="In --zone.")
@click.option("--ends", type=click.DateTime(["%Y-%m-%d %H:%M"]), required=True, help="In --zone.")
@click.option("--zone", default="Asia/Kolkata", show_default=True)
def maintenance_page(begins: dt.datetime, ends: dt.datetime, zone: str) -> None:
    """Print the page that the proxy shows with status 503 while planned work is done."""
    from flask import render_template

    if ends <= begins:
        raise click.UsageError("the work must end after it begins")
    home = ZoneInfo(zone)
    moments = {"begins": begins.replace(tzinfo=home), "ends": ends.replace(tzinfo=home)}
    with current_app.test_request_context():
        click.echo(render_template("errors/maintenance.html", help=_settings().help_address, **moments))


@click.group()
def audit() -> None:
    """The seals over the audit trail."""


@audit.command()
@click.option("--tenant", help="The slug of one company; every company without it.")
def verify(tenant: str | None) -> None:
    """Recompute every seal from the entries and compare; ends with 1 when anything differs."""
    from rms.jobs.verify import verify_all

    report = verify_all(_settings().anchors, slug=tenant, now=dt.datetime.now(dt.UTC), say=click.echo)
    if not report.is_right:
        raise SystemExit(1)


@audit.command("new-epoch")
@click.option("--reason", required=True, help="Why, such as the restore it follows.")
def new_epoch(reason: str) -> None:
    """After a logical restore and before anybody works: order new entries after all that were restored."""
    from sqlalchemy import create_engine

    from rms.actions.seals import begin_epoch
    from rms.db.session import sqlalchemy_url

    owner = _settings().database_owner_url
    if not owner:
        raise click.UsageError("audit new-epoch needs DATABASE_OWNER_URL")
    if not reason.strip():
        raise click.UsageError("a new epoch needs a reason")
    click.echo(f"Epoch {begin_epoch(create_engine(sqlalchemy_url(owner)), reason=reason)} has begun.")


@click.group()
def ledger() -> None:
    """The books: money, and what is made of it."""


@ledger.command()
@click.option("--tenant", help="The slug of one company; every company without it.")
def check(tenant: str | None) -> None:
    """Work out every sum, limit and status again from the rows; ends with 1 when anything differs."""
    from rms.jobs.ledger import check_all

    report = check_all(slug=tenant, now=dt.datetime.now(dt.UTC), say=click.echo)
    if not report.is_right:
        raise SystemExit(1)


@click.group()
def keys() -> None:
    """The keys of RMS_KEYS: what each of them still holds, and going over to the newest."""


@keys.command()
def rotate() -> None:
    """Seal every encrypted field with the newest key; may be interrupted and repeated."""
    from rms.actions.keys import rotate as rotate_all

    done = rotate_all()
    for place, count in sorted(done.changed.items()):
        click.echo(f"{place}: {count} sealed anew")
    _say_what_is_held()
    for trouble in done.broken:
        click.echo(trouble, err=True)
    if done.broken:
        raise SystemExit(1)


@keys.command()
def status() -> None:
    """What is under which key, and which keys may be taken off RMS_KEYS."""
    _say_what_is_held()


def _say_what_is_held() -> None:
    from rms.crypto.keys import ring
    from rms.queries.keys import held

    found = held(dt.datetime.now(dt.UTC))
    for (place, kid), count in sorted(found.fields.items()):
        click.echo(f"{place}: {count} with key {kid}" if kid else f"{place}: {count} not sealed yet")
    for kid, count in sorted(found.passwords.items()):
        click.echo(f"users.password_hash: {count} with key {kid}")
    _say_what_names_no_key(found)
    click.echo(f"Key {ring().newest} is the newest and makes everything new: it stays.")
    for kid in ring().kids[1:]:
        click.echo(_verdict(found, kid))
    for kid in sorted(found.kids - set(ring().kids)):
        click.echo(f"Key {kid} is not in RMS_KEYS: {_share(found, kid)} nobody can use without it.")


def _say_what_names_no_key(found: "Held") -> None:
    for what, until in (("Links in mails", found.links_until), ("Sessions", found.sessions_until)):
        told = f"those open now end by {until:%Y-%m-%d %H:%M} UTC" if until else "none is open"
        click.echo(f"{what} do not name their key: {told}.")
    click.echo(f"Recovery codes do not name theirs: {found.recovery_codes} are unused.")


def _verdict(found: "Held", kid: str) -> str:
    """Whether this key may go, and what to do first."""
    sealed, hashed = found.sealed_with(kid), found.passwords[kid]
    if sealed:
        told = f"Key {kid} must stay: it still holds {_share(found, kid)}. Run flask keys rotate."
    elif hashed:
        told = f"Key {kid} still holds {_share(found, kid)}; they go over when their owners sign in. "
        told += "Without it they choose a new one by mail."
    else:
        told = f"Key {kid} may be taken off the list: no sealed field and no password needs it."
    if not sealed and (until := found.unnamed_until):
        told += f" Links and sessions that it made end with it, or by {until:%Y-%m-%d %H:%M} UTC."
    if not sealed and found.recovery_codes:
        told += " Recovery codes drawn with it stop working; codes of the app go on."
    return told


def _share(found: "Held", kid: str) -> str:
    counts = ((found.sealed_with(kid), "sealed field"), (found.passwords[kid], "password"))
    return " and ".join(f"{count} {what}{'s' * (count > 1)}" for count, what in counts if count)


COMMANDS = (
    worker,
    scheduler,
    db_bootstrap,
    schema_dump,
    demo_data,
    maintenance_page,
    audit,
    ledger,
    keys,
)
