"""How a company's papers look: one of a few layouts and colours, its logo, and the note at the foot.

What a paper says is fixed when it is issued; how it looks follows what is chosen today. The one exception is
the picture of a signature: it belongs to the person who signed, and is kept with the document.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from rms.domain.errors import N_, Invalid

# Dark enough to read on white, each of them (WCAG 2.2, 1.4.3: 4.5 to 1).
ACCENTS = {
    "petrol": "#1d5a6c",
    "ink": "#16232c",
    "madder": "#a5382f",
    "indigo": "#3a4a8c",
    "leaf": "#2d6a45",
    "clay": "#8a5a2b",
}
LONGEST_NOTE = 500


class Layout(StrEnum):
    """`ledger` has the two rules of an account book at its margin, `letterhead` begins with the seller's
    name, `band` with a band of colour."""

    LEDGER = "ledger"
    LETTERHEAD = "letterhead"
    BAND = "band"


class Copies(StrEnum):
    """Which copies one PDF holds; the law asks for two of services and three of goods (CGST Rule 48)."""

    ORIGINAL = "original"
    ALL = "all"


@dataclass(frozen=True)
class Branding:
    """`logo` and `signature` are ids of files. The three switches say what is printed beside what must be."""

    template: Layout = Layout.LEDGER
    accent: str = "petrol"
    logo: UUID | None = None
    signature: UUID | None = None
    foot_note: str = ""
    copies: Copies = Copies.ORIGINAL
    prints_summary: bool = True
    prints_upi: bool = True
    prints_empty_discounts: bool = False

    @property
    def colour(self) -> str:
        return ACCENTS[self.accent]

    @property
    def mark(self) -> str:
        """What the form of the choices shows, in a few characters: for noticing that somebody else saved."""
        shown = (
            self.template,
            self.accent,
            self.foot_note,
            self.copies,
            f"{self.prints_summary:d}{self.prints_upi:d}{self.prints_empty_discounts:d}",
        )
        return hashlib.sha256("\0".join(shown).encode()).hexdigest()[:16]


def branding_in(settings: dict | None) -> Branding:
    """What the settings of a tenant hold, with what is usual for what they do not (or no longer) know."""
    kept = settings or {}
    usual = Branding()
    return Branding(
        template=Layout(kept["template"]) if kept.get("template") in set(Layout) else usual.template,
        accent=kept["accent"] if kept.get("accent") in ACCENTS else usual.accent,
        logo=_id(kept.get("logo")),
        signature=_id(kept.get("signature")),
        foot_note=kept.get("foot_note") or "",
        copies=Copies(kept["copies"]) if kept.get("copies") in set(Copies) else usual.copies,
        prints_summary=bool(kept.get("prints_summary", True)),
        prints_upi=bool(kept.get("prints_upi", True)),
        prints_empty_discounts=bool(kept.get("prints_empty_discounts", False)),
    )


def as_settings(branding: Branding) -> dict:
    """The keys of `tenants.settings` that hold it."""
    return {
        "template": branding.template.value,
        "accent": branding.accent,
        "logo": str(branding.logo) if branding.logo else None,
        "signature": str(branding.signature) if branding.signature else None,
        "foot_note": branding.foot_note,
        "copies": branding.copies.value,
        "prints_summary": branding.prints_summary,
        "prints_upi": branding.prints_upi,
        "prints_empty_discounts": branding.prints_empty_discounts,
    }


def foot_note(typed: str | None) -> str:
    """The note as it is printed, without trailing blanks. Raises Invalid when it would fill the foot."""
    note = "\n".join(line.rstrip() for line in (typed or "").replace("\r\n", "\n").strip().split("\n"))
    if len(note) > LONGEST_NOTE:
        raise Invalid(
            N_("The note is longer than %(most)s characters."), field="foot_note", most=LONGEST_NOTE
        )
    return note


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
