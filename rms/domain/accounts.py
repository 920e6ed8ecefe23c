"""What may be typed to open an account: names, an address, a password. Every refusal is one sentence."""

import re
import unicodedata

from rms.domain.errors import N_, Invalid
from rms.domain.weak_passwords import is_common, is_made_of

LONGEST_BUSINESS_NAME = 255
LONGEST_PERSON_NAME = 100
LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3: a path of 256 with its two angle brackets
LONGEST_LOCAL_PART = 64
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1_000
PRODUCT = "RMS Billing"

# Marks that turn the direction of text: a name that carries one can make a whole line read differently.
_TURNS = dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_ADDRESS_IN_TEXT = re.compile(r"://|\bwww\.|\S@\S+\.\S", re.IGNORECASE)
_LOCAL_PART = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.IGNORECASE)
_DOMAIN_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)


def check_business_name(text: str | None) -> str:
    """The name in one line, outer and double spaces gone."""
    name = one_line(text)
    if not any(character.isalnum() for character in name):
        raise Invalid(N_("Enter the name of your business"), field="company")
    return _without_address(_within(name, LONGEST_BUSINESS_NAME, "company"), "company")


def check_person_name(text: str | None) -> str:
    """The name in one line, outer and double spaces gone."""
    name = one_line(text)
    if not any(character.isalpha() for character in name):
        raise Invalid(N_("Enter your name"), field="name")
    return _without_address(_within(name, LONGEST_PERSON_NAME, "name"), "name")


def check_email(text: str | None) -> str:
    """The address as it was typed, without outer spaces; whether mail arrives there, only a mail can tell."""
    email = one_line(text)
    local, at, domain = email.rpartition("@")
    if not email:
        raise Invalid(N_("Enter your e-mail"), field="email")
    if not at or not local or "." not in domain:
        raise Invalid(N_("Write the whole address, like priya@example.com"), field="email")
    if not email.isascii():
        raise Invalid(N_("Use an address in the letters a to z"), field="email")
    labels = domain.split(".")
    fits = len(email) <= LONGEST_EMAIL and len(local) <= LONGEST_LOCAL_PART
    if not fits or not _LOCAL_PART.fullmatch(local) or not all(map(_DOMAIN_LABEL.fullmatch, labels)):
        raise Invalid(N_("No mail can reach this address. Check it for spaces and signs"), field="email")
    return email


def check_password(password: str | None, *, email: str = "", company: str = "") -> str:
    """The password itself. Length counts, signs do not: NIST SP 800-63B, 3.1.1.2, asks for no composition
    rules and for a list of what everybody tries first.
    """
    password = password or ""
    if not password:
        raise Invalid(N_("Choose a password"), field="password")
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid(
            N_("Use at least %(least)s characters. A few words in a row are easy to remember"),
            field="password",
            least=SHORTEST_PASSWORD,
        )
    if len(password) > LONGEST_PASSWORD:
        raise Invalid(N_("Use at most 1,000 characters"), field="password")
    # What is longer than any password is not in one; both are as they were typed, and may be of any length.
    email, company = email[:LONGEST_PASSWORD], company[:LONGEST_PASSWORD]
    if is_made_of(password, [email, email.partition("@")[0], company, PRODUCT]):
        raise Invalid(N_("Your e-mail or business name is the first guess. Choose another"), field="password")
    if is_common(password):
        raise Invalid(
            N_("This is one of the first passwords anybody tries. Choose another"), field="password"
        )
    return password


def names_of(full_name: str) -> tuple[str, str | None]:
    """(first name, the rest or None): what a mail greets with, and what stands behind it."""
    first, _, rest = full_name.partition(" ")
    return first, rest or None


def one_line(text: str | None) -> str:
    """Text without line breaks, control characters, marks that turn its direction, and doubled spaces."""
    kept = "".join(
        " " if character.isspace() else character
        for character in (text or "").translate(_TURNS)
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cs")
    )
    return " ".join(kept.split())


def _within(text: str, longest: int, field: str) -> str:
    if len(text) > longest:
        raise Invalid(N_("Use at most %(longest)s characters"), field=field, longest=longest)
    return text


def _without_address(text: str, field: str) -> str:
    # The name is written into a mail to an address nobody has proved yet: a link in it would be our spam.
    if _ADDRESS_IN_TEXT.search(text):
        raise Invalid(N_("Leave web and mail addresses out of the name"), field=field)
    return text
