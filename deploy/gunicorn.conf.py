"""The web server: two processes of four threads unless the environment says otherwise.

Processes and threads share the pool limit of the database (RMS_POOL_SIZE is per process), so raise
them together.
"""

import os

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("RMS_WEB_THREADS", "4"))
worker_class = "gthread"

# A platform that gives PORT routes to it from outside; anywhere else a proxy stands on the same machine.
bind = f"0.0.0.0:{os.environ['PORT']}" if "PORT" in os.environ else "127.0.0.1:8000"

timeout = 30
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

# Its default is one socket per account in HOME, which two servers of one account would fight over.
control_socket_disable = True


def post_fork(server, worker):
    """Two processes on one database connection read each other's replies."""
    from rms.db.session import dispose_after_fork

    dispose_after_fork()
