"""Two versions of one form side by side, when somebody else saved while it was being filled in."""

from dataclasses import dataclass

from rms.web.forms import Form

NOT_COMPARED = {"csrf_token", "version"}


@dataclass(frozen=True)
class Versions:
    """One field: what is stored now and what was typed, as values to send and as words to read."""

    name: str
    label: str
    theirs: str
    mine: str
    theirs_words: str
    mine_words: str

    @property
    def differs(self) -> bool:
        return self.theirs != self.mine


def compare(mine: Form, theirs: Form) -> list[Versions]:
    """Every field of the form; the ones that differ are for the person to choose from."""
    return [
        Versions(
            name=field.name,
            label=str(field.label.text),
            theirs=_value(theirs[field.name]),
            mine=_value(field),
            theirs_words=_words(theirs[field.name]),
            mine_words=_words(field),
        )
        for field in mine
        if field.name not in NOT_COMPARED
    ]


def _value(field) -> str:
    """The text as the field's own input would send it."""
    if hasattr(field, "choices"):
        return field.data or ""
    return field._value()


def _words(field) -> str:
    if hasattr(field, "choices"):
        return next(
            (str(words) for value, words in field.choices if value == (field.data or "")), field.data or ""
        )
    return _value(field)
