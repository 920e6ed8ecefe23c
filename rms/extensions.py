"""The extension objects; create_app() binds them to the application."""

from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from htmx_flask import Htmx

babel = Babel()
csrf = CSRFProtect()
htmx = Htmx()
login = LoginManager()
# A session of ours is a row and not Flask's cookie, which its protection would write into at every turn.
login.session_protection = None
migrate = Migrate(compare_type=True)
