"""SQLAlchemy machinery that knows no noun: sessions, tenancy, locks, numbers, idempotency."""
