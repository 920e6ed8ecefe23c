"""A worker or a scheduler as a process, for tests that kill it: python -m tests.jobs.process worker

The settings come from the environment, as always; the web server's part of the application is left out.
"""

import logging
import sys

import rms.db.tenancy  # noqa: F401 - registers the tenant filter
from rms import config, mail, queue
from rms.crypto import keys
from rms.db import session as database
from rms.jobs import schedule, worker


def main(role: str) -> None:
    logging.basicConfig(level=logging.INFO)
    settings = config.from_environment()
    keys.configure(settings.keys)
    database.configure(settings.database_url, pool_size=settings.pool_size)
    queue.configure(settings.redis_url)
    mail.configure(settings)
    {"worker": worker.run, "scheduler": schedule.run}[role](settings)


if __name__ == "__main__":
    main(sys.argv[1])
