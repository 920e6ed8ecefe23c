"""The web server: two processes of four threads unless the environment says otherwise.

Processes and threads share the pool limit of the database (RMS_POOL_SIZE is per process), so raise
them together.
"""

import json
import logging
import os
import re
from datetime import UTC, datetime

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("RMS_WEB_THREADS", "4"))
worker_class = "gthread"

# A platform that gives PORT routes to it from outside; anywhere else a proxy stands on the same machine.
bind = f"0.0.0.0:{os.environ['PORT']}" if "PORT" in os.environ else "127.0.0.1:8000"

# A thread that hangs is given up with its process. What a request may be before anybody reads it: the longest
# address of ours is a list with its filters and a cursor, the largest head a browser's with all our cookies.
timeout = 30
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# Nobody is believed about scheme, path or prefix here, not even on this machine: RMS_PROXIES says in one
# place whose forwarded headers count (rms/app.py), and counts the hops.
forwarded_allow_ips = ""
forwarder_headers = ""
header_map = "drop"

graceful_timeout = int(os.environ.get("RMS_GRACEFUL_SECONDS", "20"))
keepalive = 5

# Each process imports the application itself: a preloaded one would share its parent's connections, and a
# restart by HUP would go on serving the old code.
preload_app = False

# The heartbeat file must not sit on a disk that can stall. Gunicorn makes one of its own in there.
memory = "/dev/shm"  # nosec B108
worker_tmp_dir = memory if os.path.isdir(memory) else None

# Addresses carry one-time tokens, so there is no access log here; the application writes
# its own, without them.
accesslog = None
errorlog = "-"
loglevel = "warning"


class JsonLine(logging.Formatter):
    """Gunicorn's complaints as the application writes its lines (rms/web/logs.py, which the master process
    does not import), without the addresses and headers that gunicorn quotes in them."""

    def format(self, record):
        quotes = "request" in str(record.msg).lower()
        told = str(record.msg) if quotes else record.getMessage()
        event = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": re.sub(r"(Invalid request from ip=\S+):.*", r"\1", told, flags=re.DOTALL)[:500],
        }
        if record.exc_info and record.exc_info[0]:
            event["exception"] = record.exc_info[0].__name__
        return json.dumps(event)


logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonLine}},
    "handlers": {"error": {"class": "logging.StreamHandler", "formatter": "json"}},
    # The application adds its own handler to the root; a second one there would write each line twice.
    "root": {"level": "INFO", "handlers": []},
    "loggers": {
        "gunicorn.error": {"level": "WARNING", "handlers": ["error"], "propagate": False},
        "gunicorn.access": {"level": "WARNING", "handlers": [], "propagate": False},
    },
}

# Its default is one socket per account in HOME, which two servers of one account would fight over.
control_socket_disable = True


def post_fork(server, worker):
    """Two processes on one database connection read each other's replies."""
    from rms.db.session import dispose_after_fork

    dispose_after_fork()
