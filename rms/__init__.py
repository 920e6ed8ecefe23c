"""RMS Billing: multi-tenant GST billing for small businesses in India."""


def create_app(settings=None):
    """The application (see rms/app.py); imported late, so that the pure floors need no Flask."""
    from rms.app import create_app as make

    return make(settings)
