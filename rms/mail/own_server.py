"""The mail server of the running company, as the last step speaks to it."""

from rms.mail.outgoing import Route
from rms.models import MailServer
from rms.queries.mail_servers import find_server, password_of


def own_route() -> Route | None:
    """Where letters to customers leave through; None while our own server sends them."""
    server = find_server()
    return route_to(server) if server and server.is_on else None


def route_to(server: MailServer) -> Route:
    return Route(
        server.host,
        server.port,
        server.security,
        server.from_address,
        server.username or "",
        password_of(server) or "",
    )
