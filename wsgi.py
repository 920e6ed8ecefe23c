"""What a WSGI server loads: `gunicorn --config deploy/gunicorn.conf.py wsgi:app`."""

import os

from rms import create_app
from rms.db.bootstrap import refuse_privileged_role
from rms.db.session import engine

app = create_app()

# The commands of `flask` come here too, and some of them make the database first.
if os.environ.get("FLASK_RUN_FROM_CLI") != "true":
    refuse_privileged_role(engine())
