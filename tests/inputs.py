"""The inputs of a page, as a plain browser would send them back."""

import re


def inputs_of(html: str) -> dict[str, str]:
    """The values of the named inputs that carry text, by name."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", html):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and not re.search(r'type="(radio|checkbox|submit)"', tag):
            found[name[1]] = value[1] if value else ""
    return found
