"""The queue: names of jobs and ids, never code.

Whoever can write to Redis must not thereby run code of his choice. Payloads are JSON, a name must be on the
worker's list, and a job that names callbacks or webhooks is refused (RQ would import the one and post to
the other). Nothing is lost with Redis: what must happen is written in PostgreSQL, and the scheduler finds it.
"""

from collections.abc import Callable, Iterable
from uuid import UUID, uuid4

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.exceptions import DuplicateJobError, NoSuchJobError
from rq.job import Job
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

NAME = "rms"
# A job holds row locks while it talks to the outside: it ends before PostgreSQL ends an idle transaction.
SECONDS_PER_JOB = 45
SECONDS_A_FAILURE_IS_KEPT = 600


class RefusedJob(Exception):
    """Somebody else's job lay in our queue."""


class SafeJob(Job):
    """A job that can be nothing but one of our functions with ids for arguments."""

    allowed: dict[str, Callable] = {}

    @property
    def func(self) -> Callable:
        """Raises RefusedJob for everything that `allow` was not told of."""
        if self.instance is not None or self.func_name not in self.allowed or self._brings_code():
            raise RefusedJob(f"not one of our jobs: {self.func_name!r}")
        return self.allowed[self.func_name]

    def _brings_code(self) -> bool:
        callbacks = (self._success_callback_name, self._failure_callback_name, self._stopped_callback_name)
        return any(callbacks) or self._brought_webhooks

    # A job's hash in Redis may name all of these; reading them gives nothing, even as its refusal is handled.
    success_callback = failure_callback = stopped_callback = property(lambda self: None)

    @property
    def webhooks(self) -> list:
        return []

    @webhooks.setter
    def webhooks(self, brought: list) -> None:
        self._brought_webhooks = bool(brought)


class SafeQueue(Queue):
    job_class = SafeJob


_redis: Redis | None = None


def configure(redis_url: str) -> None:
    """Point the product at one Redis. Connects when first used; gives up within seconds when it is down."""
    global _redis
    _redis = Redis.from_url(
        redis_url, socket_connect_timeout=2, socket_timeout=2, retry=Retry(NoBackoff(), retries=1)
    )


def allow(jobs: dict[str, Callable]) -> None:
    """For the worker: the only functions that jobs may name."""
    SafeJob.allowed = dict(jobs)


def queue(connection: Redis | None = None) -> SafeQueue:
    """Our queue, over the connection given or the configured one."""
    return SafeQueue(NAME, connection=connection or _connection(), serializer=JSONSerializer)


def enqueue(name: str, *args: UUID | str, job_id: str | None = None) -> None:
    """Queue a job by name with ids; the same `job_id` may be queued again. Only to be called after commit.

    Raises redis.RedisError when Redis cannot be reached.
    """
    queue().enqueue_call(name, job_id=job_id or uuid4().hex, result_ttl=0, **_manners(args))


def enqueue_once(name: str, *args: UUID | str, job_id: str, seconds_known: int) -> bool:
    """Queue a job unless one of this id waits, runs or ended well within `seconds_known`; says if it did."""
    try:
        queue().enqueue_call(name, job_id=job_id, unique=True, result_ttl=seconds_known, **_manners(args))
    except DuplicateJobError:
        return False
    return True


def queued_ids() -> set[str]:
    """The ids that wait now; a job that is being done, or was when its worker died, is not among them."""
    return set(queue().get_job_ids())


def unknown(job_ids: Iterable[str]) -> set[str]:
    """Those ids of which Redis knows nothing: never queued, forgotten after a failure, or lost with it."""
    wanted = list(job_ids)
    with _connection().pipeline(transaction=False) as pipe:
        for job_id in wanted:
            pipe.exists(SafeJob.key_for(job_id))
        return {job_id for job_id, exists in zip(wanted, pipe.execute(), strict=True) if not exists}


def forget_abandoned() -> None:
    """Forget jobs whose worker died over them, so that they can be queued again."""
    ours = queue()
    started = StartedJobRegistry(queue=ours)
    abandoned = started.get_expired_job_ids()
    started.cleanup()
    for job_id in set(abandoned) - queued_ids():
        try:
            SafeJob.fetch(job_id, connection=ours.connection, serializer=JSONSerializer).delete()
        except NoSuchJobError:
            continue


def _manners(args: tuple) -> dict:
    return {
        "args": [str(argument) for argument in args],
        "timeout": SECONDS_PER_JOB,
        "failure_ttl": SECONDS_A_FAILURE_IS_KEPT,
    }


def _connection() -> Redis:
    if _redis is None:
        raise RuntimeError("the queue is not configured: create_app() does it")
    return _redis
