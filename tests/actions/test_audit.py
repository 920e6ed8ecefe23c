"""The audit trail finds its months made: without a partition every audited write would fail."""

from rms.actions import audit
from rms.db.session import public_scope


def test_missing_months_are_made_and_only_those(superuser, connected):
    with public_scope():
        audit.prepare_months()
    next_month = superuser.execute(
        "SELECT 'audit_logs_' || to_char(now() AT TIME ZONE 'UTC' + interval '1 month', 'YYYYMM')"
    ).fetchone()[0]
    superuser.execute(f"DROP TABLE {next_month}")
    with public_scope():
        assert audit.prepare_months() == 1
    with public_scope():
        assert audit.prepare_months() == 0
