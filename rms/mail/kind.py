"""What a kind of mail is: how it is called, what it must be told, and what it looks up when it is sent."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from rms.config import Settings
from rms.models import EmailMessage


class Unsendable(Exception):
    """The mail has become pointless: what it was about is gone. The text says why."""


@dataclass(frozen=True)
class Attachment:
    """A PDF that goes with a mail."""

    filename: str
    content: bytes


@dataclass(frozen=True)
class Contents:
    """What the template of a kind may name beside its parameters, and the files that go along."""

    names: dict[str, object]
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Kind:
    """One kind of mail. `needs` are the parameters `post` must be given; emails/<kind>.html and .txt are its
    templates; `in_the_name_of` is the parameter with the name of the company whose letter it is. A letter
    `to_customers` is sent as far as the company's plan goes; letters about an account always are.
    """

    subject: str
    needs: frozenset[str]
    look_up: Callable[[EmailMessage, Settings, dt.datetime], Contents]
    in_the_name_of: str | None = None
    to_customers: bool = False
