"""The worker: one job at a time, each in a process of its own, none but ours."""

import contextlib
import logging
from uuid import uuid4

from redis import Redis
from rq import Worker
from rq.serializers import JSONSerializer
from sqlalchemy.exc import DBAPIError

from rms import mail, queue
from rms.config import Settings
from rms.db.session import dispose_after_fork, engine
from rms.jobs import JOBS
from rms.jobs.emails import deliver_mail

# How long a dead worker's name stays, and how soon an idle one looks after what others left behind.
SECONDS_ALIVE = 45
SECONDS_BETWEEN_CLEANING = 30


class SafeWorker(Worker):
    job_class = queue.SafeJob
    queue_class = queue.SafeQueue

    def main_work_horse(self, job, queue) -> None:
        """The child of the fork opens connections of its own: two processes on one socket mix up replies."""
        dispose_after_fork()
        super().main_work_horse(job, queue)


def make_worker(settings: Settings) -> SafeWorker:
    """A worker on our queue. RQ's own scheduler stays off: what must be repeated is due in the database."""
    connection = Redis.from_url(settings.redis_url)
    queue.allow(JOBS)
    return SafeWorker(
        [queue.queue(connection)],
        connection=connection,
        serializer=JSONSerializer,
        worker_ttl=SECONDS_ALIVE,
        maintenance_interval=SECONDS_BETWEEN_CLEANING,
    )


def run(settings: Settings) -> None:
    """Work until SIGTERM, which lets the running job finish."""
    # The descriptions of jobs hold only ids, but at INFO there would be six lines to each mail.
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    _rehearse()
    make_worker(settings).work(logging_level="WARNING")


def _rehearse() -> None:
    """Deliver a mail that does not exist, so that mappers, statements and templates are ready in every child.

    Each job runs in a fresh fork; without this it spends more time on getting ready than on its work.
    """
    mail.warm_up()
    with contextlib.suppress(DBAPIError):
        deliver_mail(str(uuid4()), str(uuid4()))
    engine().dispose()
