"""Reading the folder of the mail catcher: one .eml file for each mail, the newest last by name."""

import datetime as dt
import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import cached_property
from pathlib import Path

from rms.domain.errors import N_, NotFound

NAME = re.compile(r"[0-9]{20}-[0-9a-f]{8}")
LINK = re.compile(r"https?://[^\s<>\"')\]]+")
MOST_SHOWN = 100


@dataclass(frozen=True)
class CaughtMail:
    """One mail as it came through the wire."""

    name: str
    letter: EmailMessage

    @property
    def caught_at(self) -> dt.datetime:
        """The catcher names its files by the time in nanoseconds."""
        return dt.datetime.fromtimestamp(int(self.name[:20]) // 1_000_000_000, dt.UTC)

    @property
    def recipients(self) -> list[str]:
        """Those of the envelope: they include blind copies."""
        return self.letter.get_all("Delivered-To", [])

    @property
    def subject(self) -> str:
        return str(self.letter.get("Subject", ""))

    @cached_property
    def text(self) -> str:
        return self._body("plain")

    @cached_property
    def html(self) -> str:
        return self._body("html")

    @cached_property
    def links(self) -> list[str]:
        """The addresses a reader can follow, each once."""
        return list(dict.fromkeys(link.rstrip(".,") for link in LINK.findall(self.text)))

    @cached_property
    def attachments(self) -> dict[str, EmailMessage]:
        parts = self.letter.iter_attachments()
        return {part.get_filename() or f"part-{number}": part for number, part in enumerate(parts, 1)}

    def _body(self, kind: str) -> str:
        part = self.letter.get_body(preferencelist=(kind,))
        return part.get_content() if part is not None else ""


def newest_mails(folder: Path) -> list[CaughtMail]:
    names = sorted((path.stem for path in folder.glob("*.eml") if NAME.fullmatch(path.stem)), reverse=True)
    return [find_mail(folder, name) for name in names[:MOST_SHOWN]]


def find_mail(folder: Path, name: str) -> CaughtMail:
    path = folder / f"{name}.eml"
    if not NAME.fullmatch(name) or not path.is_file():
        raise NotFound(N_("No such mail was caught."))
    with path.open("rb") as file:
        return CaughtMail(name, BytesParser(policy=policy.default).parse(file))
