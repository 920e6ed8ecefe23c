"""What a request says in JSON: one object of texts, with the names that are asked for and no others."""

import json

from flask import request
from flask_babel import gettext

from rms.api.problems import Problem

MIMETYPE = "application/json"
LONGEST = 4_096


def texts(needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, str | None]:
    """The texts of the body by name; an optional one that is not there is None.

    Raises Problem: 415 for what is no JSON by its own word, 400 for what cannot be read, 422 by field.
    """
    if request.mimetype != MIMETYPE:
        raise Problem(415, gettext("Send JSON, with Content-Type: application/json."))
    given = _object()
    mistakes = {name: [gettext("There is no such field.")] for name in given.keys() - {*needed, *optional}}
    mistakes |= {name: [gettext("This field is missing.")] for name in needed if name not in given}
    for name in {*needed, *optional} & given.keys():
        if told := _mistake_in(given[name], may_be_null=name in optional):
            mistakes[name] = [told]
    if mistakes:
        told = gettext("Some fields cannot be used as they are.")
        raise Problem(422, told, kind="invalid-fields", errors=dict(sorted(mistakes.items())))
    return {name: given.get(name) for name in (*needed, *optional)}


def _object() -> dict:
    try:
        given = json.loads(request.get_data(), object_pairs_hook=_without_repetition, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Problem(400, gettext("The body is not JSON that can be read.")) from None
    if not isinstance(given, dict):
        raise Problem(400, gettext("The body must be one JSON object."))
    return given


def _without_repetition(pairs: list[tuple[str, object]]) -> dict:
    """Of a name that comes twice, two readers would take different values."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _mistake_in(value: object, *, may_be_null: bool) -> str | None:
    if value is None and may_be_null:
        return None
    if not isinstance(value, str):
        return gettext("This must be a text.")
    if not value.strip():
        return gettext("This field is empty.")
    if len(value) > LONGEST:
        return gettext("This text is too long.")
    # PostgreSQL stores neither NUL nor half of a surrogate pair, which JSON can spell.
    if "\x00" in value or not value.isascii() and value != value.encode(errors="replace").decode():
        return gettext("This text has characters that cannot be used.")
    return None
