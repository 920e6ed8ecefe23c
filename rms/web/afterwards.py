"""Work that the reply must not wait for, since how long it takes would tell what it found.

Nor may the next request on the same connection wait for it: a thread of gunicorn reads that only when it has
done with the one before. Measured there with a request sent at once after POST /reset, medians of 60: after a
known and an unknown address 15.0 and 7.7 ms when the same thread did the work, 5.1 and 4.9 ms when a thread
apart does it, where one asking differs from the next by 2.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Response

log = logging.getLogger(__name__)

MOST_WAITING = 20

# One thread for each process, begun with the first work. What waits when the process ends is done first.
_apart = ThreadPoolExecutor(max_workers=1, thread_name_prefix="afterwards")
_places = threading.BoundedSemaphore(MOST_WAITING)


def afterwards(reply: Response, work: Callable[[], None]) -> Response:
    """Do it in this process once the reply has been sent. It opens its own transactions, and what fails in
    it is logged: nobody can be told any more. Of a flood, those beyond MOST_WAITING wait for their turn.
    """

    def run() -> None:
        try:
            work()
        except Exception:
            log.exception("work after a reply failed")
        finally:
            _places.release()

    def hand_over() -> None:
        _places.acquire()
        try:
            _apart.submit(run)
        except RuntimeError:  # the process is ending and takes nothing more
            run()

    reply.call_on_close(hand_over)
    return reply


def finish() -> None:
    """Wait until all that was handed over before is done; for tests."""
    _apart.submit(lambda: None).result(timeout=30)
