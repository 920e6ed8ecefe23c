"""The manners of every template: it parses, escapes everything, needs no inline script, labels its fields."""

import gzip
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes
from wtforms import Form, PasswordField, RadioField, SelectField, StringField

from rms.web import formats

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
ALL = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.is_file())
PAGES = [name for name in ALL if name.endswith(".html")]
# A mail program reads no stylesheet: there the style stands on the element.
MAILS = [name for name in PAGES if name.startswith("emails/")]
SCREENS = [name for name in PAGES if name not in MAILS]

COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.S)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.S)
KEY = re.compile(r"<kbd>[^<]*</kbd>")
ATTRIBUTE = re.compile(r"""\s[\w:-]+=(?:"[^"]*"|'[^']*')""")
TRANSLATED = re.compile(r"\{%-?\s*trans\b.*?\{%-?\s*endtrans\s*-?%\}", re.S)
TAG = re.compile(r"<[a-zA-Z/!][^>]*>", re.S)
SPOKEN = re.compile(r"""\b(?:aria-label|placeholder|title|alt)=(["'])(.*?)\1""", re.S)
POST_FORM = re.compile(r"<form\b[^>]*method=[\"']post[\"'].*?</form>", re.S | re.I)
FIELD = re.compile(r"<(?:input|select|textarea)\b[^>]*>", re.S)
LABEL = re.compile(r"<label\b.*?</label>", re.S)


def source(name: str) -> str:
    return COMMENT.sub("", (TEMPLATES / name).read_text(encoding="utf-8"))


def tags(name: str) -> list[str]:
    """The tags as written; what Jinja adds inside one is blanked: its quotes and signs do not count."""
    return TAG.findall(JINJA.sub("·", source(name)))


def environment() -> Environment:
    """The product's Jinja settings and the functions a template may call; no session and no database."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=lambda name: name is None or name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_null_translations(newstyle=True)
    bare = Flask("bare")
    formats.init_app(bare)
    made.filters |= bare.jinja_env.filters
    made.globals |= {
        "csrf_token": lambda: "the-csrf-token",
        "form_token": lambda: "the-form-token",
        "static_url": lambda name: f"/static/{name}?v=1",
        "url_for": lambda endpoint, **values: f"/{endpoint}",
        "get_flashed_messages": lambda: ["<b>Saved</b>"],
        "can": lambda permission: True,
        "request": SimpleNamespace(path="/here", method="GET", referrer=None, host_url="http://localhost/"),
    }
    return made


SIGNED_IN = {
    "current_company": SimpleNamespace(name="Nilgiri & Sons", slug="nilgiri", gstin=None),
    "current_person": SimpleNamespace(name="Priya Nair", initials="PN", role_word="Admin"),
    "nav_counts": {"overdue": 5},
    "trial": SimpleNamespace(days_left=3, used=11, of=14),
}
SIGNED_OUT = {"current_company": None, "current_person": None}


class Sample(Form):
    email = StringField("E-mail")
    password = PasswordField("Password")
    state = SelectField("State", choices=["Karnataka", "Tamil Nadu"])
    kind = RadioField("Registered?", choices=["Yes", "No"])


def render(text: str, **context) -> str:
    return environment().from_string(text).render(**context)


# Every template -----------------------------------------------------------------------------


def test_there_are_templates():
    assert len(SCREENS) > 10


@pytest.mark.parametrize("name", ALL)
def test_it_parses_and_knows_its_filters(name):
    made = environment()
    made.parse((TEMPLATES / name).read_text(encoding="utf-8"), name)
    if name in SCREENS:  # mails are rendered with filters of their own
        made.compile((TEMPLATES / name).read_text(encoding="utf-8"), name)


@pytest.mark.parametrize("name", PAGES)
def test_what_it_imports_exists(name):
    made = environment()
    for imported in made.parse(source(name)).find_all(nodes.FromImport):
        assert isinstance(imported.template, nodes.Const), "an import names its template"
        offered = _names_of(made, imported.template.value)
        wanted = {one if isinstance(one, str) else one[0] for one in imported.names}
        assert wanted <= offered, f"{imported.template.value} has no {sorted(wanted - offered)}"


def _names_of(made: Environment, template: str) -> set[str]:
    tree = made.parse((TEMPLATES / template).read_text(encoding="utf-8"))
    macros = {macro.name for macro in tree.find_all(nodes.Macro)}
    return macros | {
        one.target.name for one in tree.find_all(nodes.Assign) if isinstance(one.target, nodes.Name)
    }


@pytest.mark.parametrize("name", SCREENS)
def test_only_sentences_of_ours_are_translated(name):
    """Jinja takes every translation for markup: `_(customer.name)` would let a name be a script."""
    assert not re.search(r"(?<!\w)(?:_|gettext|ngettext)\(\s*(?!['\"\s])", source(name))


@pytest.mark.parametrize("name", SCREENS)
def test_nothing_is_marked_as_safe(name):
    assert not re.search(r"\|\s*safe\b|\bautoescape\b|\bMarkup\b", source(name))


@pytest.mark.parametrize("name", SCREENS)
def test_no_style_attribute_and_no_script_in_the_page(name):
    for tag in tags(name):
        assert not re.search(r"\sstyle\s*=", tag), tag
        assert not re.search(r"\son[a-z]+\s*=", tag), tag
        assert not tag.lower().startswith("<style"), tag
        if tag.lower().startswith("<script"):
            assert "src=" in tag, tag


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_carries_no_script_and_no_picture(name):
    assert not re.search(r"<(script|img|link)\b|\son[a-z]+\s*=", source(name))


@pytest.mark.parametrize("name", SCREENS)
def test_no_htmx_attribute_needs_eval(name):
    text = source(name)
    assert not re.search(r"\bhx-on\b|\bhx-vars\b|(?<![\w])js:|javascript:", text)
    for trigger in re.findall(r"""hx-trigger=(["'])(.*?)\1""", text, re.S):
        assert "[" not in JINJA.sub("", trigger[1]), trigger[1]


@pytest.mark.parametrize("name", SCREENS)
def test_every_form_that_posts_carries_the_csrf_token(name):
    for form in POST_FORM.findall(source(name)):
        # Pages behind a link have no session; a ticket of the page takes its place (crypto/public_links.py).
        ticket = '|name="ticket"' if name.startswith("public/") else ""
        assert re.search(rf"\bcsrf\(\)|csrf_token|hidden_tag\(\){ticket}", form), form[:120]


@pytest.mark.parametrize("name", SCREENS)
def test_every_field_has_a_label(name):
    text = source(name)
    labelled = set(re.findall(r"""<label\b[^>]*\bfor=["'](.*?)["']""", text, re.S))
    labelled |= set(re.findall(r"\blabel\((?:\w+\.)?(\w+)", text))
    inside = "".join(LABEL.findall(text))
    for field in FIELD.findall(text):
        if re.search(r"""type=["'](hidden|submit)["']""", field) or field in inside:
            continue
        identity = re.search(r"""\bid=["'](.*?)["']""", field, re.S)
        named = re.search(r"\baria-label(ledby)?=", field)
        assert named or (identity and identity[1] in labelled), field


@pytest.mark.parametrize("name", SCREENS)
def test_every_button_says_what_it_is(name):
    """A button without a type submits the form it happens to stand in."""
    for tag in tags(name):
        if tag.startswith("<button"):
            assert re.search(r"\btype=|\bform=|\bformmethod=|class=\"btn", tag), tag


@pytest.mark.parametrize("name", ALL)
def test_every_word_goes_through_gettext(name):
    text = JINJA.sub(" ", TRANSLATED.sub(" ", KEY.sub(" ", source(name))))
    spoken = [found[1] for found in SPOKEN.findall(text)]
    bare = re.sub(r"&[a-z]+;|<!doctype html>", " ", ATTRIBUTE.sub(" ", TAG.sub(" ", text))) + " ".join(spoken)
    left = re.findall(r"[^\W\d_]{3,}", bare)
    assert not left, f"not translated: {left[:6]}"


# What the shared parts promise -----------------------------------------------------------------


def test_a_wrong_field_keeps_what_was_typed_and_names_its_sentence():
    form = Sample(data={"email": '"><script>'})
    form.email.errors = ["Enter an e-mail address"]
    html = render(
        '{% from "ui/forms.html" import field %}{{ field(form.email, hint="One link goes here") }}', form=form
    )
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="email-error email-hint"' in html
    assert re.search(r'id="email-error".*Enter an e-mail address', html, re.S)
    assert "&gt;&lt;script&gt;" in html and "<script>" not in html


def test_the_summary_links_to_every_wrong_field_and_takes_the_focus():
    form = Sample()
    form.email.errors, form.state.errors = ["Enter an e-mail address"], ["Choose a state", "second"]
    form.form_errors.append("These two do not fit together")
    html = render('{% from "ui/forms.html" import problem_summary %}{{ problem_summary(form) }}', form=form)
    assert "3 things to fix" in html and "data-take-focus" in html and 'tabindex="-1"' in html
    assert 'href="#email"' in html and 'href="#state"' in html and "second" not in html


def test_a_form_without_mistakes_has_no_summary():
    html = render(
        '{% from "ui/forms.html" import problem_summary %}{{ problem_summary(form) }}', form=Sample()
    )
    assert html.strip() == ""


def test_every_kind_of_field_has_a_label_of_its_own():
    html = render(
        '{% from "ui/forms.html" import password_field, select_field, pick_field, money_field %}'
        "{{ password_field(form.password) }}{{ select_field(form.state) }}"
        "{{ pick_field(form.kind) }}{{ money_field(form.email) }}",
        form=Sample(),
    )
    for identity in ("password", "state", "kind-0", "kind-1", "email"):
        assert f'for="{identity}"' in html and f'id="{identity}"' in html
    assert 'data-reveal="password"' in html


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("draft", "Draft"),
        ("pending", "Awaiting payment"),
        ("partially_paid", "Part paid"),
        ("overdue", "Overdue"),
        ("paid", "Paid"),
        ("cancelled", "Cancelled"),
    ],
)
def test_a_status_is_a_shape_and_a_word(status, words):
    html = render('{% from "ui/status.html" import st %}{{ st(status) }}', status=status)
    assert words in html and "<svg" in html


@pytest.mark.parametrize("code", [402, 403, 404, 409, 422, 429, 500])
@pytest.mark.parametrize("who", [SIGNED_IN, SIGNED_OUT], ids=["signed in", "signed out"])
def test_an_error_page_stands_with_and_without_a_session(code, who):
    html = environment().get_template(f"errors/{code}.html").render(**who)
    assert html.count("<h1") == 1 and 'id="main"' in html
    for place in ("toasts", "save-state", "banner"):
        assert html.count(f'id="{place}"') == 1
    in_the_shell = who is SIGNED_IN and code not in (429, 500)
    assert ('class="tabbar"' in html) is in_the_shell


def test_a_conflict_shows_both_versions_and_two_ways_out():
    conflict = SimpleNamespace(
        title="Imran saved this customer while you were editing",
        theirs_words="Imran's",
        rows=[("Payment terms", "Net 45", "Net 30")],
        back="/customers/1",
        action="/customers/1",
        fields=[("version", 4), ("terms", "30")],
    )
    html = environment().get_template("errors/409.html").render(conflict=conflict, **SIGNED_IN)
    assert "Net 45" in html and "Net 30" in html
    assert 'name="version" value="4"' in html and 'href="/customers/1"' in html


def test_the_shell_escapes_names_and_flashed_words():
    html = environment().get_template("errors/404.html").render(**SIGNED_IN)
    assert "Nilgiri &amp; Sons" in html and "&lt;b&gt;Saved&lt;/b&gt;" in html
    assert '<meta name="csrf-token" content="the-csrf-token">' in html
    assert 'hx-status:5xx:inherited="swap:none"' in html


def test_a_draft_is_made_by_a_post_with_both_tokens():
    html = render('{% from "ui/lists.html" import new_invoice %}{{ new_invoice("/c/nilgiri/invoices") }}')
    assert 'method="post"' in html and 'value="the-csrf-token"' in html and 'value="the-form-token"' in html


# What travels to every visitor ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "kilobytes"),
    [(["app.css"], 16), (["vendor/htmx-4.0.1.min.js", "app.js"], 20)],
    ids=["styles", "script"],
)
def test_it_stays_within_its_budget(names, kilobytes):
    files = [(ROOT / "static" / name).read_bytes() for name in names]
    assert sum(len(gzip.compress(one, compresslevel=9, mtime=0)) for one in files) <= kilobytes * 1024


def test_every_file_the_stylesheet_names_exists():
    css = (ROOT / "static" / "app.css").read_text(encoding="utf-8")
    for name in re.findall(r'url\("([^"]+)"\)', css):
        assert (ROOT / "static" / name).is_file(), name


def test_the_script_writes_no_markup_and_evaluates_nothing():
    script = (ROOT / "static" / "app.js").read_text(encoding="utf-8")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(|new Function|document\.write", script
    )
