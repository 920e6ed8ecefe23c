"""The house rules for templates: each broken rule is found at its line, and nothing else is."""

import pytest

from rms.local.templates import complaints_about

GOOD = """{# a comment may say style="x" and |safe #}
{% extends "layout.html" %}
{% from "layout.html" import field with context %}
<!-- as may <style> here -->
{% block page %}
<form method="post" hx-post="{{ url_for('x') }}" hx-trigger="change delay:300ms"
  hx-status:422="swap:outerHTML">
  {% trans count=rows|length %}{{ count }} row{% pluralize %}{{ count }} rows{% endtrans %}
  <input name="on" {% if a > b %}required{% endif %} data-style="plain" value="{{ price|money }}">
  <img src="{{ logo }}" alt="">
  <a href="https://www.gst.gov.in/">{{ _("The GST portal") }}</a>
  {{ row.state if row is overdue else rows|map(attribute="id")|first }}
  <script src="/static/htmx.js" defer></script>
</form>
{% endblock %}
"""


@pytest.fixture
def complaints(tmp_path):
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "layout.html").write_text("{% macro field() %}{% endmacro %}{% block page %}{% endblock %}")

    def of(source: str) -> list[str]:
        (folder / "page.html").write_text(source)
        return list(complaints_about(folder / "page.html", folder))

    return of


def test_a_good_template_passes(complaints):
    assert complaints(GOOD) == []


def test_a_mail_may_carry_its_styles_but_no_script(tmp_path):
    mail = tmp_path / "templates" / "emails" / "reset.html"
    mail.parent.mkdir(parents=True)
    mail.write_text('<p style="margin: 0">\n<p onclick="go()">')
    (complaint,) = complaints_about(mail, tmp_path / "templates")
    assert complaint.startswith("templates/emails/reset.html:2: an inline event handler")


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("{{ note | safe }}", "|safe switches escaping off"),
        ("{% autoescape false %}{% endautoescape %}", "escaping stays on"),
        ('<p class="a"\n style="color: red">', "an inline style is refused"),
        ('<p title="a > b" style="x">', "an inline style is refused"),
        ('<p {% if a > b %}class="c"{% endif %} style="x">', "an inline style is refused"),
        ("<style>p { color: red }</style>", "styles live in static/"),
        ("<script>alert(1)</script>", "scripts live in static/"),
        ('<button type="button" onclick="go()">', "an inline event handler is refused"),
        ('<div hx-on:click="go()">', "hx-on needs eval"),
        ('<div hx-vals="js:{a: 1}">', "js: needs eval"),
        ('<div hx-trigger="keyup[key==1]">', "an event filter in [brackets] needs eval"),
        ('<a href="javascript:go()">', "javascript: addresses are refused"),
        ('<script src="https://cdn.example/x.js"></script>', "nothing is loaded from other sites"),
        ('<img src="/logo.png">', "an <img> says in alt what it shows"),
        ("{% if a %}", "not a valid template"),
        ("{{ a + }}", "not a valid template"),
        ('{% include "gone.html" %}', "there is no template gone.html"),
    ],
)
def test_a_broken_rule_is_found_at_its_line(complaints, bad, words):
    found = complaints("\n\n" + bad)
    assert len(found) == 1
    last_line = 3 + bad.count("\n")
    assert found[0].startswith(f"templates/page.html:{last_line}: ")
    assert words in found[0]
