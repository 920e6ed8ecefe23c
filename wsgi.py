"""What a WSGI server loads: `gunicorn --config deploy/gunicorn.conf.py wsgi:app`."""

from rms import create_app

app = create_app()
