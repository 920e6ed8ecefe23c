"""Every page in a language that does not exist: what is not in its brackets was never given to a translator.

Each sentence of the catalogue becomes ⟦sentence⟧. Outside of brackets a page may hold data (what the
company's rows hold), signs, numbers, dates, or one of a few words that are the same in every language.
"""

import re
from html.parser import HTMLParser

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from rms.app import create_app
from rms.domain import classification, states, tds
from tests.house import belongings
from tests.house.routes import company_rules, is_public, method_of, path_of, rules
from tests.house.test_words import found
from tests.http import Browser

LOCALE = "en_IN"
# Names that nobody translates: the product, the tax's own words, keys, zones.
NAMES = """RMS Billing GST GSTIN PAN SAC HSN UPI IFSC TDS CGST SGST UTGST IGST PDF CSV XLSX API FY QR
    Ltd LLP INR Tab Enter Esc Alt Ctrl Shift Del am pm IST UTC Asia Kolkata example com in
    LUT SEZ RCM Cr TOTP"""
# The amount in words stands on the paper in English, as accountants in India expect it.
AMOUNT = "Rupees Paise Only One Eighteen Eighty Hundred Thousand"
SAME_EVERYWHERE = {*NAMES.split(), *AMOUNT.split()}
WORD = re.compile(r"[^\W\d_]{2,}")
BRACKETS = re.compile(r"⟦[^⟦⟧]*⟧")
ADDRESS = re.compile(r"https?://[^\s⟦⟧]+|[\w.+-]+@[\w.-]+")  # of a page or a person: data, not words
SHOWN = {"title", "placeholder", "aria-label", "alt", "aria-description", "data-confirm"}
UNSEEN = {"script", "style", "svg", "code", "kbd", "time"}


class Visible(HTMLParser):
    """The texts and the spoken attributes of a page, one after the other, without what nobody reads."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag in UNSEEN:
            self._inside.append(tag)
        named = dict(attrs)
        self.texts += [value for name, value in attrs if name in SHOWN and value]
        if tag == "input" and named.get("type") in ("submit", "button"):
            self.texts.append(named.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside and data.strip():
            self.texts.append(data)


@pytest.fixture(scope="module")
def pseudo(connected, tmp_path_factory):
    """The product in the language of brackets, with a catalogue made as a translator would."""
    folder = tmp_path_factory.mktemp("translations")
    catalog = Catalog(locale=LOCALE)
    for _, _, message in found():
        both = message if isinstance(message, tuple) else (message,)
        inside = tuple(f"⟦{one}⟧" for one in both)
        catalog.add(message, inside if len(both) == 2 else inside[0], flags=["python-format"])
    target = folder / LOCALE / "LC_MESSAGES" / "messages.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as file:
        write_mo(file, catalog)
    app = create_app(connected)
    babel = app.extensions["babel"]
    babel.translation_directories = [str(folder)]
    _forget_catalogues(app)
    yield app
    _forget_catalogues(app)
    create_app(connected)


def _forget_catalogues(app) -> None:
    """The extension is one for the process, and so is its cache."""
    with app.app_context():
        app.extensions["babel"].instance.domain_instance.cache.clear()


def words_of(superuser, company) -> set[str]:
    """Every word that may stand on a page without being a sentence."""
    rows = superuser.execute(
        """SELECT string_agg(t::text, ' ') FROM (
            SELECT to_jsonb(x)::text t FROM customers x WHERE tenant_id = %(t)s UNION ALL
            SELECT to_jsonb(x)::text FROM companies x WHERE tenant_id = %(t)s UNION ALL
            SELECT to_jsonb(x)::text FROM tenants x WHERE id = %(t)s UNION ALL
            SELECT to_jsonb(x)::text FROM users x WHERE tenant_id = %(t)s UNION ALL
            SELECT to_jsonb(x)::text FROM service_types x WHERE tenant_id = %(t)s UNION ALL
            SELECT to_jsonb(x)::text FROM invoices x WHERE tenant_id = %(t)s UNION ALL
            SELECT to_jsonb(x)::text FROM invoice_line_items x WHERE tenant_id = %(t)s UNION ALL
            SELECT to_jsonb(x)::text FROM quotes x WHERE tenant_id = %(t)s UNION ALL
            SELECT to_jsonb(x)::text FROM quote_lines x WHERE tenant_id = %(t)s UNION ALL
            SELECT to_jsonb(x)::text FROM receipts x WHERE tenant_id = %(t)s UNION ALL
            SELECT to_jsonb(x)::text FROM credit_notes x WHERE tenant_id = %(t)s UNION ALL
            SELECT to_jsonb(x)::text FROM tds_rates x WHERE tenant_id = %(t)s UNION ALL
            SELECT to_jsonb(x)::text FROM number_series x WHERE tenant_id = %(t)s UNION ALL
            SELECT to_jsonb(x)::text FROM user_invitations x WHERE tenant_id = %(t)s UNION ALL
            SELECT to_jsonb(x)::text FROM sessions x WHERE tenant_id = %(t)s) all_of_it""",
        {"t": company.tenant_id},
    ).fetchone()[0]
    calendar = Locale.parse(LOCALE)
    named = [*calendar.months["format"]["wide"].values(), *calendar.months["format"]["abbreviated"].values()]
    named += [*calendar.days["format"]["wide"].values(), *calendar.days["format"]["abbreviated"].values()]
    named += [*map(states.name_of, (*states.PLACES_OF_SUPPLY, states.CENTRE)), *calendar.territories.values()]
    named += [classification.described(code) for code in codes_of(superuser, company)]
    named += [section.code.replace("-", " ") for section in tds.STATUTORY]
    words = {word for text in [rows, *named] for word in WORD.findall(text)}
    return {word.casefold() for word in words | SAME_EVERYWHERE}


def codes_of(superuser, company) -> list[str]:
    """Codes the company's services bear: the schedule's own words for them stay in the law's English."""
    found_rows = superuser.execute(
        "SELECT hsn_sac FROM service_types WHERE tenant_id = %s AND hsn_sac IS NOT NULL", (company.tenant_id,)
    )
    return [code for (code,) in found_rows]


def bare(html: str, known: set[str]) -> set[str]:
    """Words outside of all brackets that are nobody's data."""
    page = Visible()
    page.feed(html)
    outside = without_brackets(ADDRESS.sub(" ", "".join(f"{text}\n" for text in page.texts)))
    return {word for word in WORD.findall(outside) if word.casefold() not in known and not _is_initials(word)}


def without_brackets(text: str) -> str:
    """Brackets may stand in brackets, where a sentence was filled into another."""
    before = None
    while before != text:
        before, text = text, BRACKETS.sub(" ", text)
    return text


def _is_initials(word: str) -> bool:
    return len(word) == 2 and word.isupper()


def test_no_page_of_a_company_shows_a_word_nobody_could_translate(pseudo, nilgiri, superuser):
    priya = Browser(pseudo, nilgiri, nilgiri.admin)
    owned = belongings.give(nilgiri)
    known = words_of(superuser, nilgiri)
    read, escaped = set(), {}
    for rule in company_rules(pseudo):
        if method_of(rule) != "GET":
            continue
        for values in owned.ways():
            path = path_of(pseudo, rule, {**values, "slug": nilgiri.slug, "n": 3})
            reply = priya.get(path)
            if reply.status_code != 200 or reply.mimetype != "text/html":
                continue
            read.add(rule.endpoint)
            if words := bare(reply.text, known):
                escaped.setdefault(rule.endpoint, set()).update(words)
    assert len(read) > 20
    assert not escaped


def test_no_page_before_the_company_does(pseudo, nilgiri, superuser):
    known = words_of(superuser, nilgiri)
    client, read, escaped = pseudo.test_client(), set(), {}
    for rule in rules(pseudo):
        if method_of(rule) != "GET" or not is_public(pseudo, rule) or rule.endpoint.startswith("mailbox."):
            continue
        path = path_of(pseudo, rule, {"token": "nonsense"})
        reply = client.get(path, base_url="https://billing.test")
        if reply.mimetype != "text/html" or reply.status_code in (301, 302, 303):
            continue
        read.add(rule.endpoint)
        if words := bare(reply.text, known):
            escaped[rule.endpoint] = words
    assert read >= {"identity.login", "identity.signup", "identity.verify"}
    assert not escaped


def test_the_walk_would_notice():
    known = {"rms", "nov"}
    assert bare("<p>⟦Pay ⟦now⟧⟧ Forgotten</p>", known) == {"Forgotten"}
    assert bare("<p title='Hover words'>⟦x⟧</p>", known) == {"Hover", "words"}
    assert bare("<p>https://billing.test/i/aBcd no-reply@billing.test Left</p>", known) == {"Left"}
    assert bare("<script>var words</script><p>₹1,000.00 · 22 Nov 2026</p>", known) == set()
