"""Work that the reply must not wait for, since how long it takes would tell what it found."""

import logging
from collections.abc import Callable

from flask import Response

log = logging.getLogger(__name__)


def afterwards(reply: Response, work: Callable[[], None]) -> Response:
    """Do it in this process once the reply has been sent. It opens its own transactions, and what fails in
    it is logged: nobody can be told any more.
    """

    def run() -> None:
        try:
            work()
        except Exception:
            log.exception("work after a reply failed")

    reply.call_on_close(run)
    return reply
