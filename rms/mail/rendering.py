"""From a row of the outbox to a letter: two parts that say the same, headers, attachments."""

import datetime as dt
import gettext
from decimal import Decimal
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage as Letter
from email.utils import parseaddr
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from rms.config import Settings
from rms.domain.errors import N_
from rms.domain.money import group_indian, rupees
from rms.domain.periods import format_date
from rms.mail.addresses import addresses, one_line
from rms.mail.kind import Contents
from rms.mail.kinds import KINDS
from rms.models import EmailMessage, InvoiceLineItem

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
# cte_type 7bit: whatever the script, the letter passes through servers that know nothing but ASCII.
_POLICY = policy.SMTP.clone(cte_type="7bit")

_settings: Settings | None = None
_translations: gettext.NullTranslations = gettext.NullTranslations()


def configure(settings: Settings, translations: gettext.NullTranslations | None = None) -> None:
    """Tell mails where links lead, whom they are from, and in which language they are written."""
    global _settings, _translations
    _settings, _translations = settings, translations or gettext.NullTranslations()
    _environment.cache_clear()


def warm_up() -> None:
    """Compile every template now, for a process whose children each write one mail."""
    for kind in KINDS:
        for ending in ("txt", "html"):
            _template(f"{kind}.{ending}")


def settings() -> Settings:
    if _settings is None:
        raise RuntimeError("mail is not configured: create_app() does it")
    return _settings


def subject_of(kind: str, params: dict) -> str:
    """The subject in words, on one line."""
    return one_line(_translations.gettext(KINDS[kind].subject) % params)


def message_id_of(mail_id: UUID) -> str:
    """Fixed with the row, so that a letter sent twice is one letter to every mail program."""
    return f"<{mail_id.hex}@{sender_address().rpartition('@')[2]}>"


def sender_address() -> str:
    """The address that sends, and that hears of bounces."""
    return parseaddr(settings().mail_from)[1]


def render(mail: EmailMessage, now: dt.datetime, *, from_address: str = "") -> Letter:
    """The letter as it goes out, from the company's own address where its own server sends it. Raises
    Unsendable when what it is about is gone.
    """
    contents = KINDS[mail.kind].look_up(mail, settings(), now)
    names = {**mail.params, **contents.names, **_common(mail, contents)}
    letter = Letter(policy=_POLICY)
    _address(letter, mail, from_address)
    letter.set_content(_template(f"{mail.kind}.txt").render(names))
    letter.add_alternative(_template(f"{mail.kind}.html").render(names), subtype="html")
    for paper in contents.attachments:
        letter.add_attachment(paper.content, maintype="application", subtype="pdf", filename=paper.filename)
    return letter


def _common(mail: EmailMessage, contents: Contents) -> dict:
    return {
        "subject": mail.subject,
        "reply_to": mail.reply_to,
        "help_address": settings().help_address,
        "attachments": contents.attachments,
    }


def _address(letter: Letter, mail: EmailMessage, from_address: str) -> None:
    letter["From"] = _sender(mail, from_address)
    letter["To"] = _bare(mail.to_address)
    if mail.cc:
        letter["Cc"] = [_bare(address) for address in addresses(mail.cc)]
    if mail.reply_to:
        letter["Reply-To"] = _bare(mail.reply_to)
    letter["Subject"] = mail.subject
    letter["Date"] = mail.created_at
    letter["Message-ID"] = mail.message_id
    # RFC 3834 §5: out-of-office robots keep quiet.
    letter["Auto-Submitted"] = "auto-generated"


def _sender(mail: EmailMessage, from_address: str) -> Address:
    """Through our server our own address always (another's would fail DMARC), with the company's name on its
    own letters."""
    ours, address = parseaddr(settings().mail_from)
    address = from_address or address
    company = KINDS[mail.kind].in_the_name_of
    name = one_line(str(mail.params[company]), longest=120) if company else ours
    return Address(display_name=name, addr_spec=address)


def sender_of(company_name: str) -> tuple[str, str]:
    """(name, address) that a letter of this company comes from."""
    return one_line(company_name, longest=120), sender_address()


def _bare(address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(username=local, domain=domain.encode("idna").decode() if not domain.isascii() else domain)


def _template(name: str):
    return _environment().get_template(f"emails/{name}")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(_translations, newstyle=True)
    environment.filters |= {
        "money": _money,
        "rupees": lambda amount: rupees(Decimal(amount)),
        "date_words": _date_words,
        "moment": lambda at: f"{format_date(at.date())}, {at:%H:%M} {at.tzname()}",
        "how": _how,
        "paragraphs": _paragraphs,
        "kilobytes": lambda content: f"{max(1, -(-len(content) // 1024))} KB",
    }
    return environment


def _money(amount: Decimal | str) -> str:
    return group_indian(Decimal(amount))


def _how(line: InvoiceLineItem) -> str:
    """ "4 MON at 1,200.00"; a price has two decimals or as many as it needs."""
    names = {
        "quantity": group_indian(line.quantity, _places(line.quantity)),
        "unit": line.unit,
        "rate": group_indian(line.rate, max(2, _places(line.rate))),
    }
    known = N_("%(quantity)s %(unit)s at %(rate)s") if line.unit else N_("%(quantity)s at %(rate)s")
    return _translations.gettext(known) % names


def _places(number: Decimal) -> int:
    return max(0, -number.normalize().as_tuple().exponent)


def _paragraphs(text: str) -> list[list[str]]:
    """What was typed, as lines within paragraphs."""
    typed = text.replace("\r\n", "\n").strip().split("\n\n")
    return [paragraph.strip("\n").split("\n") for paragraph in typed if paragraph.strip()]


def _date_words(day: dt.date | str) -> str:
    """Parameters are JSON, so a date in them is text."""
    return format_date(dt.date.fromisoformat(day) if isinstance(day, str) else day)
