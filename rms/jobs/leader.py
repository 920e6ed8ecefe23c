"""One of several schedulers leads: the one whose database session holds the lock, as long as it lives."""

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from rms.config import BadSettings, Settings
from rms.db.session import sqlalchemy_url

# An arbitrary number of our own: everything that takes this advisory lock is a scheduler.
LOCK = 7_264_301
_TRY = text("SELECT pg_try_advisory_lock(:lock)")


class Leader:
    """Whether this process leads; asked anew in every round, since a lost connection loses the lock."""

    def __init__(self, settings: Settings) -> None:
        if settings.pgbouncer:
            raise BadSettings(
                "The scheduler holds a lock of its session, which PgBouncer would give to somebody else: "
                "start it with DATABASE_URL of PostgreSQL itself and without RMS_PGBOUNCER."
            )
        self._engine = create_engine(
            sqlalchemy_url(settings.database_url), poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        self._session: Connection | None = None
        self._leads = False

    def leads(self) -> bool:
        """Take the lock, or find that we still have it. Raises OperationalError when the database is away."""
        try:
            self._session = self._session or self._engine.connect()
            # The question is put even when we lead: only an answer proves that the session still lives.
            self._session.execute(text("SELECT 1"))
            self._leads = self._leads or bool(self._session.scalar(_TRY, {"lock": LOCK}))
        except DBAPIError:
            self.resign()
            raise
        return self._leads

    def resign(self) -> None:
        """Give the lock up by ending its session."""
        session, self._session, self._leads = self._session, None, False
        if session is not None:
            session.invalidate()
            session.close()
