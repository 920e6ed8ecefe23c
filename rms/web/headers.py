"""Security headers, and the two rules about where a request may come from: our host, our own pages."""

from flask import Flask, Response, current_app, request

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FOR_EVER = "public, max-age=31536000, immutable"


def init_app(app: Flask) -> None:
    app.after_request(_add_headers)


def is_our_host() -> bool:
    """Whether the Host header names this site; addresses are built from it. Who asks for our health may not
    know the site's name, and gets no address."""
    return request.endpoint == "health.healthz" or request.host.lower() in current_app.config["RMS"].hosts


def is_same_site() -> bool:
    """Sec-Fetch-Site same-origin or none; where a browser sends none, the Origin is ours or there is none."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or origin == current_app.config["PUBLIC_BASE_URL"]


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if current_app.config["SESSION_COOKIE_SECURE"] and request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    _say_how_long_to_keep(response)
    return response


def _say_how_long_to_keep(response: Response) -> None:
    """Pages never; a file whose address carries the hash of its content for ever (see formats.static_url)."""
    if request.endpoint != "static" or response.status_code >= 400:
        response.headers.setdefault("Cache-Control", "no-store")
        response.vary.update(("HX-Request", "Cookie"))
    elif "v" in request.args:
        response.headers["Cache-Control"] = FOR_EVER
