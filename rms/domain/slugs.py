"""The name of a company in an address: /c/<slug>/."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import count

from rms.domain.errors import N_, Invalid

LONGEST = 60
# Enough of any name for a slug, however much of it cannot be spelled; a name in the database is shorter.
READ = 1000
FALLBACK = "company"

# Words that are, or may become, pages of their own, or that would let a company pass for us.
RESERVED = frozenset({
    "about", "account", "accounts", "admin", "administrator", "api", "app", "assets", "auth", "billing",
    "blog", "c", "cdn", "companies", "contact", "dashboard", "demo", "docs", "download",
    "email", "export", "favicon", "ftp", "get", "health", "healthz", "help", "home", "hooks", "i",
    "import", "index", "info", "invite", "invoice", "invoices", "jobs", "legal", "login", "logout",
    "mail", "me", "metrics", "new", "none", "null", "official", "operator", "p", "password", "plans",
    "pricing", "privacy", "public", "readyz", "register", "reset", "rms", "robots", "root", "s", "search",
    "security", "session", "sessions", "settings", "setup", "sign-in", "sign-out", "sign-up", "signin",
    "signout", "signup", "sitemap", "static", "status", "support", "system", "t", "team", "terms", "test",
    "trial", "undefined", "user", "users", "verify", "webhook", "webhooks", "well-known", "www",
})  # fmt: skip

_FIT = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_SPOKEN = str.maketrans({"&": " and ", "+": " plus ", "@": " at ", "'": "", "\u2019": "", ".": " "})
_LATIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
)

_INDIC = ("DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM")
# Hindi, Bengali, Punjabi and Gujarati drop the a at the end of a word, the Dravidian languages speak it.
_DROPS_LAST_A = frozenset({"DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI"})
_CONSONANTS = {
    "NGA": "n", "CA": "ch", "CHA": "chh", "NYA": "n", "TTA": "t", "TTHA": "th", "DDA": "d", "DDDHA": "dh",
    "DDHA": "dh", "NNA": "n", "NNNA": "n", "RRA": "r", "LLA": "l", "LLLA": "zh", "SSA": "sh", "VA": "v",
    "YYA": "y", "RHA": "rh", "KHHA": "kh", "GHHA": "g",
}  # fmt: skip
_VOWELS = {
    "AA": "a", "II": "i", "UU": "u", "EE": "e", "OO": "o", "VOCALIC R": "ri", "VOCALIC RR": "ri",
    "VOCALIC L": "li", "CANDRA E": "e", "CANDRA O": "o", "SHORT E": "e", "SHORT O": "o", "CANDRA A": "a",
}  # fmt: skip
_MARKS = {"CANDRABINDU": "n", "VISARGA": "h", "BINDI": "n", "ADAK BINDI": "n", "TIPPI": "n", "ADDAK": ""}
_WITH_NUKTA = {"j": "z", "ph": "f"}


def slugify(name: str) -> str:
    """A slug of 1 to 60 characters of a-z, 0-9 and single hyphens, never empty and never a reserved word.

    Latin letters lose their accents, the Indic scripts are spelled out ("शर्मा ट्रेडर्स" ->
    "sharma-tredars"), what cannot be spelled is dropped. Whether it is taken is for the caller to find out:
    see `alternatives`.
    """
    spoken = transliterate(name[:READ].translate(_SPOKEN)).casefold().translate(_LATIN)
    ascii_only = unicodedata.normalize("NFKD", spoken).encode("ascii", "ignore").decode()
    slug = _cut("-".join(re.findall(r"[a-z0-9]+", ascii_only)), LONGEST) or FALLBACK
    return f"{slug}-{FALLBACK}" if slug in RESERVED else slug


def alternatives(slug: str) -> Iterator[str]:
    """`slug`, then slug-2, slug-3 and so on without end, each at most 60 characters."""
    yield slug
    for number in count(2):
        suffix = f"-{number}"
        yield _cut(slug, LONGEST - len(suffix)) + suffix


def check_slug(slug: str) -> str:
    """`slug` itself when it may be given to a company, else Invalid."""
    if not _FIT.fullmatch(slug) or "--" in slug:
        raise Invalid(N_("Use 1 to 60 small letters a to z, digits and single hyphens"), field="slug")
    if slug in RESERVED:
        raise Invalid(N_("%(slug)s is kept for our own pages. Choose another"), field="slug", slug=slug)
    return slug


def transliterate(text: str) -> str:
    """Indic letters spelled in Latin ones, all else untouched.

    Works from the Unicode names of the letters ("TAMIL LETTER KA"), which are romanisations already; a
    consonant carries an a until a vowel sign or a virama takes it away.
    """
    spelled: list[str] = []
    carrier = ""  # the script of a consonant whose own a is not yet written
    for character in unicodedata.normalize("NFC", text):
        script, kind, letters = _named(character)
        if kind == "NUKTA":
            spelled[-1:] = [_WITH_NUKTA.get(last, last) for last in spelled[-1:]]
            continue
        if carrier and kind not in ("VOWEL SIGN", "VIRAMA"):
            spelled.append(_own_a(carrier, is_last=not script))
        carrier = script if kind == "CONSONANT" else ""
        spelled.append(letters)
    return "".join(spelled) + (_own_a(carrier, is_last=True) if carrier else "")


def _own_a(script: str, *, is_last: bool) -> str:
    return "" if is_last and script in _DROPS_LAST_A else "a"


def _named(character: str) -> tuple[str, str, str]:
    """(script, kind, Latin letters) of one character; script "" for what is not Indic or ends a word."""
    script, _, rest = unicodedata.name(character, "").partition(" ")
    if script not in _INDIC:
        return "", "", character
    if (digit := unicodedata.decimal(character, None)) is not None:
        return "", "", str(digit)
    name = rest.removeprefix("LETTER ").removeprefix("VOWEL SIGN ").removeprefix("SIGN ").split(" WITH ")[0]
    if name in ("VIRAMA", "NUKTA"):
        return script, name, ""
    if name == "ANUSVARA":
        return script, "MARK", "n" if script in _DROPS_LAST_A else "m"
    if name in _MARKS or name.endswith("LENGTH MARK"):
        return script, "MARK", _MARKS.get(name, "")
    if rest.startswith(("LETTER ", "VOWEL SIGN ")):
        return script, *_letter(name, is_sign=rest.startswith("VOWEL"))
    return "", "", " "


def _letter(name: str, *, is_sign: bool) -> tuple[str, str]:
    # Malayalam's chillus and Bengali's khanda ta are consonants without an a.
    if name.startswith(("CHILLU ", "KHANDA ")):
        return "BARE", name.split()[1][0].lower()
    vowel = _VOWELS.get(name) or (name.lower() if not name.strip("AEIOU") else "")
    if is_sign or vowel:
        return ("VOWEL SIGN" if is_sign else "VOWEL"), vowel
    return "CONSONANT", _CONSONANTS.get(name) or name.lower().removesuffix("a")


def _cut(slug: str, longest: int) -> str:
    return slug[:longest].strip("-")
