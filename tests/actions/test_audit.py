"""The audit trail finds its months made: without a partition every audited write would fail."""

from rms.actions import audit
from rms.db.session import public_scope


def test_missing_months_are_made_and_only_those(superuser, connected):
    newest = superuser.execute(
        "SELECT max(inhrelid::regclass::text) FROM pg_inherits"
        " WHERE inhparent = 'audit_logs'::regclass AND inhrelid::regclass::text ~ '[0-9]{6}$'"
    ).fetchone()[0]
    superuser.execute(f"DROP TABLE {newest}")
    with public_scope():
        assert audit.prepare_months() == 1
    with public_scope():
        assert audit.prepare_months() == 0
