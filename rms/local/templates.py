"""The rules that every template keeps, checked without running the application.

The content security policy of the product forbids inline code; a template that needs it would fail in the
browser only. A template included under a wrong name fails only on the page that includes it. Both fail here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import TemplateAssertionError

TAG = re.compile(
    r"<(?P<name>[a-zA-Z][\w-]*)(?P<attributes>(?:\s+|\"[^\"]*\"|'[^']*'|{{.*?}}|{%.*?%}|[^>\"'])*)>",
    re.DOTALL,
)


@dataclass(frozen=True)
class Rule:
    """What must not stand in a template, and the sentence for whoever wrote it."""

    pattern: re.Pattern
    sentence: str


def _rule(pattern: str, sentence: str) -> Rule:
    return Rule(re.compile(pattern, re.IGNORECASE | re.DOTALL), sentence)


IN_TEXT = [
    _rule(
        r"\|\s*safe\b", "|safe switches escaping off; let the function that builds the markup return Markup"
    ),
    _rule(r"{%-?\s*autoescape\s+false", "escaping stays on"),
    _rule(r"<style\b", "styles live in static/, an inline <style> is refused by the browser"),
    _rule(
        r"<script\b(?![^>]*\bsrc\s*=)",
        "scripts live in static/, an inline <script> is refused by the browser",
    ),
    _rule(r"javascript:", "javascript: addresses are refused by the browser"),
    _rule(
        r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)\s*=\s*[\"'](?:https?:)?//",
        "nothing is loaded from other sites",
    ),
]
INLINE_STYLE = _rule(r"\sstyle\s*=", "an inline style is refused by the browser; give it a class")
IN_ATTRIBUTES = [
    _rule(r"\son[a-z]+\s*=", "an inline event handler is refused by the browser"),
    _rule(r"\shx-on\b", "hx-on needs eval, which is refused by the browser"),
    _rule(
        r"\shx-[\w:-]+\s*=\s*[\"']\s*(?:js|javascript):", "js: needs eval, which is refused by the browser"
    ),
    _rule(r"\shx-trigger\s*=\s*[\"'][^\"']*\[", "an event filter in [brackets] needs eval"),
]


class _AnyName(dict):
    """Filters and tests of extensions and of the application: their names are not ours to know here."""

    def __missing__(self, name: str):
        return lambda value, *_, **__: value

    def get(self, name: str, default: object = None):
        return self[name]

    def __contains__(self, name: object) -> bool:
        return True


def complaints_about(path: Path, folder: Path) -> Iterator[str]:
    """`path:line: what is wrong` for every broken rule of one template in the templates folder."""
    source = path.read_text()
    name = path.relative_to(folder.parent)
    rules = IN_ATTRIBUTES if _is_mail(path) else [INLINE_STYLE, *IN_ATTRIBUTES]
    for line, sentence in sorted({*_unreadable(source, folder), *_broken_rules(source, rules)}):
        yield f"{name}:{line}: {sentence}"


def _is_mail(path: Path) -> bool:
    """Mail programs drop style sheets and no policy of ours reaches them, so styles are inline there."""
    return path.parent.name == "emails" or path.stem == "mail"


def _unreadable(source: str, folder: Path) -> Iterator[tuple[int, str]]:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
    )
    environment.filters, environment.tests = _AnyName(environment.filters), _AnyName(environment.tests)
    try:
        tree = environment.parse(source)
        environment.compile(tree)
    except (TemplateSyntaxError, TemplateAssertionError) as error:
        yield error.lineno, f"not a valid template: {error.message}"
        return
    for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        if isinstance(node.template, nodes.Const) and not (folder / node.template.value).is_file():
            yield node.lineno, f"there is no template {node.template.value}"


def _broken_rules(source: str, in_attributes: list[Rule]) -> Iterator[tuple[int, str]]:
    readable = re.sub(r"{#.*?#}|<!--.*?-->", _blank, source, flags=re.DOTALL)
    for rule in IN_TEXT:
        for found in rule.pattern.finditer(readable):
            yield _line(readable, found.start()), rule.sentence
    for tag in TAG.finditer(readable):
        yield from _broken_in_tag(readable, tag, in_attributes)


def _broken_in_tag(source: str, tag: re.Match, rules: list[Rule]) -> Iterator[tuple[int, str]]:
    attributes, start = tag["attributes"], tag.start("attributes")
    for rule in rules:
        for found in rule.pattern.finditer(attributes):
            yield _line(source, start + found.start() + 1), rule.sentence
    if tag["name"].lower() == "img" and not re.search(r"\salt\s*=", attributes):
        yield _line(source, tag.start()), "an <img> says in alt what it shows (empty for an ornament)"


def _blank(comment: re.Match) -> str:
    """Comments may say anything; their lines still count."""
    return "\n" * comment[0].count("\n")


def _line(source: str, position: int) -> int:
    return source.count("\n", 0, position) + 1
