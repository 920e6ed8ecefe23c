"""Every sentence a person reads can be translated: it is found by the extractor, and it survives being used.

That no bare word stands in a template, in text or in an attribute, is tested in `test_templates.py`.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("domain", "actions", "forms", "web", "rooms")
KEYWORDS = {"_": None, "N_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
MARKS = set(KEYWORDS)
JINJA = {"silent": "false", "newstyle_gettext": "true", "trimmed": "true", "extensions": "jinja2.ext.i18n"}
METHODS = [
    ("rms/**.py", "python"),
    ("templates/**.html", "jinja2.ext:babel_extract"),
    ("templates/**.txt", "jinja2.ext:babel_extract"),
]
PLACE = re.compile(r"%\((\w+)\)s|%(?!\()(.)")

ERRORS = {
    "DomainError",
    "Invalid",
    "NotFound",
    "Forbidden",
    "IllegalMove",
    "StaleVersion",
    "TooOften",
    "PaymentRequired",
    "CannotSignIn",
    "Sentence",
}
# Calls whose first argument is shown to the reader.
TELLING = ERRORS | {
    "flash",
    "ValidationError",
    "InputRequired",
    "DataRequired",
    "TextField",
    "MoneyField",
    "RateField",
    "PercentField",
    "DayField",
    "TypedField",
    "StringField",
    "PasswordField",
    "SelectField",
    "RadioField",
    "TextAreaField",
    "BooleanField",
}


@cache
def found() -> tuple:
    """(file, line, message or (singular, plural)) of every string; a template that cannot be read raises."""
    options = {"templates/**.html": JINJA, "templates/**.txt": JINJA}
    rows = extract_from_dir(str(ROOT), METHODS, options, KEYWORDS, directory_filter=_is_ours)
    return tuple((name, line, message) for name, line, message, *_ in rows)


def _is_ours(folder: str) -> bool:
    """The whole of `.venv` need not be looked through."""
    return Path(folder).parent != ROOT or Path(folder).name in {"rms", "templates"}


def sentences() -> Iterator[tuple[str, str]]:
    """(place, sentence), both forms of a plural among them."""
    for name, line, message in found():
        for one in message if isinstance(message, tuple) else [message]:
            yield f"{name}:{line}", one


def modules():
    return sorted((ROOT / "rms").rglob("*.py"))


# What the extractor finds ----------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["templates", *(f"rms/{floor}" for floor in FLOORS)])
def test_sentences_are_found_everywhere(place):
    assert sum(name.startswith(f"{place}/") for name, _, _ in found()) > 5


def test_every_template_with_a_sentence_was_read():
    read = {name for name, _, _ in found()}
    for path in (ROOT / "templates").rglob("*"):
        if path.is_file() and re.search(r"\b_\(|\{%-?\s*trans\b", path.read_text()):
            assert str(path.relative_to(ROOT)) in read, path


def test_nothing_is_marked_that_is_no_sentence():
    for place, one in sentences():
        assert one.strip(), f"{place}: an empty string is the header of a catalogue, not a sentence"
        assert one == one.strip(), f"{place}: outer spaces are lost in translation: {one!r}"
        is_page = place.startswith("templates/")
        assert not (is_page and "\n" in one), f"{place}: one sentence, one line: {one!r}"


def test_every_placeholder_has_a_name():
    """A translator may have to turn the order round; and a bare per cent sign breaks the formatting."""
    for place, one in sentences():
        if "%(" in one:
            bare = [sign for _, sign in PLACE.findall(one) if sign and sign != "%"]
            assert not bare, f"{place}: {one!r}"
        # Wordings of letters have placeholders that people type, and a translation keeps them.
        is_wording = place.startswith("rms/domain/letters.py")
        is_bare = re.search(r"\{[a-z_]*\}", one)
        assert is_wording or not is_bare, f"{place}: a placeholder is %(name)s: {one!r}"


def test_both_numbers_of_a_plural_say_the_same():
    plurals = [(name, line, message) for name, line, message in found() if isinstance(message, tuple)]
    assert plurals
    for name, line, (one, many) in plurals:
        assert set(re.findall(r"%\((\w+)\)", one)) <= set(re.findall(r"%\((\w+)\)", many)), f"{name}:{line}"


def test_a_catalogue_of_all_of_it_can_be_written_and_read(tmp_path):
    catalog = Catalog(locale="hi")
    for name, line, message in found():
        catalog.add(message, locations=[(name, line)])
    path = tmp_path / "messages.po"
    with path.open("wb") as file:
        write_po(file, catalog)
    with path.open("rb") as file:
        read = read_po(file, locale="hi")
    assert len(read) == len(catalog) > 500
    errors = [error for _, several in read.check() for error in several]
    assert not errors


# What it would miss ----------------------------------------------------------------------------------


def _name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _calls(path: Path, names: set[str]) -> Iterator[ast.Call]:
    """Calls of these names that have an argument without a keyword."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and node.args and _name_of(node) in names:
            yield node


def _text(node: ast.expr) -> str:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return node.value if is_text else ""


def _is_open_ended(call: ast.Call) -> bool:
    return any(keyword.arg is None for keyword in call.keywords)


def _missing(text: str, call: ast.Call) -> set[str]:
    """Placeholders for which the call gives no value; gettext itself fills in `num`."""
    given = {keyword.arg for keyword in call.keywords} | {"num"}
    return set(re.findall(r"%\((\w+)\)", text)) - given


each_module = pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))


@each_module
def test_a_marked_sentence_is_one_plain_string(path):
    """An f-string, a sum or a format under a mark is not found, or changes with every value in it."""
    for call in _calls(path, MARKS):
        first = call.args[0]
        is_made = isinstance(first, ast.JoinedStr | ast.BinOp)
        is_formatted = isinstance(first, ast.Call) and _name_of(first) == "format"
        assert not is_made and not is_formatted, f"{path}:{call.lineno}: mark a constant, give values by name"


@each_module
def test_what_is_told_is_marked(path):
    """A bare string where a reader will see it never reaches a translator."""
    for call in _calls(path, TELLING):
        told = call.args[0]
        is_bare = re.search(r"[A-Za-z]{2}", _text(told)) or isinstance(told, ast.JoinedStr)
        assert not is_bare, f"{path}:{call.lineno}: {ast.unparse(told)}"


@each_module
def test_a_sentence_gets_all_its_values(path):
    """`gettext("%(name)s is saved.")` without a name would fail in front of the reader."""
    for call in _calls(path, {"gettext", "ngettext", "lazy_gettext"}):
        for text in map(_text, call.args):
            missing = set() if _is_open_ended(call) else _missing(text, call)
            assert not missing, f"{path}:{call.lineno}: {missing}"
            is_formatted = bool(call.keywords) or _name_of(call) == "ngettext"
            is_broken = is_formatted and re.search(r"%(?!\(|%)", text.replace("%%", ""))
            assert not is_broken, f"{path}:{call.lineno}: a per cent sign is written %%: {text!r}"


@each_module
def test_an_error_gets_all_its_values(path):
    """The same for the sentences that the domain and the actions raise."""
    for call in _calls(path, ERRORS):
        mark = call.args[0]
        if isinstance(mark, ast.Call) and _name_of(mark) == "N_" and not _is_open_ended(call):
            missing = _missing(_text(mark.args[0]), call)
            assert not missing, f"{path}:{call.lineno}: {missing}"
