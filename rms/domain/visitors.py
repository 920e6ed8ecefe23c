"""Whether somebody looks, or a program that fetches whatever it finds in a mail."""

import re

# Scanners of mails, previews of messengers, search engines, libraries. A phone may call itself Cubot.
_ROBOTS = re.compile(
    r"(?<!cu)bot\b|bot/|crawl|spider|slurp|preview|scanner|fetch|monitor|headless|lighthouse|"
    r"facebookexternalhit|^whatsapp/|embedly|barracuda|mimecast|proofpoint|safelinks|ms-office|"
    r"microsoft office|googleimageproxy|yahoomailproxy|"
    r"curl|wget|python|java/|okhttp|go-http|axios|libwww|httpclient",
    re.IGNORECASE,
)
_READERS = re.compile(r"(?:Mozilla|Opera)/\d")
_EARLY = ("prefetch", "prerender", "preview")


def is_robot(user_agent: str) -> bool:
    """By what it calls itself; one that poses as a person cannot be told from one."""
    return _READERS.match(user_agent) is None or _ROBOTS.search(user_agent) is not None


def is_looking_ahead(*purposes: str | None) -> bool:
    """Whether a browser fetches what nobody has opened yet, by its headers Sec-Purpose, Purpose and X-Moz."""
    return any(word in (purpose or "").lower() for purpose in purposes for word in _EARLY)
