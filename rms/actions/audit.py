"""Housekeeping of the audit trail."""

from sqlalchemy import text

from rms.db.session import db

MONTHS_AHEAD = 3
_PREPARE = text("SELECT public.prepare_audit_months(:ahead)")


def prepare_months() -> int:
    """Make the partitions of the coming months that are missing; says how many. Safe to repeat."""
    return db().execute(_PREPARE, {"ahead": MONTHS_AHEAD}).scalar_one()
