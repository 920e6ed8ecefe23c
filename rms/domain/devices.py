"""Which browser on which system a User-Agent header names, and nothing that it does not say.

Browsers pose as one another: each names its ancestors first, so the most particular name is looked for first.
What is not recognised stays unnamed; a device must never be called something that it is not.
"""

import re
from dataclasses import dataclass

# (what stands in the header, what people call it); the first that matches counts.
_BROWSERS = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"\bEdg(?:e|A|iOS)?/", "Edge"),
        (r"\b(?:OPR|Opera|OPT)/", "Opera"),
        (r"\bVivaldi/", "Vivaldi"),
        (r"\bSamsungBrowser/", "Samsung Internet"),
        (r"\bYaBrowser/", "Yandex Browser"),
        (r"\b(?:UCBrowser|UCWEB)", "UC Browser"),
        (r"\bDuckDuckGo/", "DuckDuckGo"),
        (r"\b(?:Firefox|FxiOS)/", "Firefox"),
        (r"\b(?:Chrome|CriOS|HeadlessChrome)/", "Chrome"),
        (r"\bChromium/", "Chromium"),
        (r"\bVersion/[\d.]+ .*\bSafari/", "Safari"),
    )
)
_SYSTEMS = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"\biPhone\b", "iPhone"),
        (r"\biPad\b", "iPad"),
        (r"\bKAIOS\b", "KaiOS"),
        (r"\bAndroid\b", "Android"),
        (r"\bCrOS\b", "ChromeOS"),
        (r"\bWindows\b", "Windows"),
        (r"\b(?:Macintosh|Mac OS X)\b", "Mac"),
        (r"\b(?:Linux|X11)\b", "Linux"),
    )
)
_HAND_HELD = frozenset({"iPhone", "iPad", "Android", "KaiOS"})
_PROGRAM = re.compile(r"([A-Za-z][A-Za-z0-9._-]{0,40})(?:/[\w.-]+)?")


@dataclass(frozen=True)
class Device:
    """Empty where the header is silent. `program` is the first word of a header that names no browser."""

    browser: str = ""
    system: str = ""
    program: str = ""

    @property
    def is_hand_held(self) -> bool:
        return self.system in _HAND_HELD


def device_of(user_agent: str | None) -> Device:
    """The device behind a User-Agent header."""
    header = (user_agent or "")[:500]
    browser, system = _first(_BROWSERS, header), _first(_SYSTEMS, header)
    if browser:
        return Device(browser, system)
    program = _PROGRAM.match(header)
    is_named = program is not None and program[1] != "Mozilla"
    return Device("", system, program[1] if is_named else "")


def _first(known: tuple[tuple[re.Pattern[str], str], ...], header: str) -> str:
    return next((name for pattern, name in known if pattern.search(header)), "")
