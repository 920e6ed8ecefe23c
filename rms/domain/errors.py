"""What can be wrong, as sentences a user can read.

Nothing here translates: a `Sentence` keeps the marked English message and its parameters apart, so that
`web` (or mail, or a document) can translate the message and only then fill it in.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field


def N_(message: str) -> str:  # noqa: N802 - the name gettext's extractor looks for
    """Mark `message` for translation and give it back unchanged."""
    return message


@dataclass(frozen=True)
class Sentence:
    """One marked message and the values of its `%(name)s` places; `str()` is the English text.

    Unpacks into the two: `message, params = sentence`.
    """

    message: str
    params: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message

    def __iter__(self) -> Iterator[object]:
        yield self.message
        yield self.params


def sentence(message: str, **params: object) -> Sentence:
    """Shorthand: `sentence(N_("Use %(fits)s"), fits="₹5.00")`."""
    return Sentence(message, params)


class DomainError(Exception):
    """A rule said no. `message` is a marked sentence, `field` the input it belongs to, `status` its HTTP
    code.

    A message without parameters may contain a lone percent sign; one with parameters writes it as `%%`.
    """

    status = 422

    def __init__(self, message: str, *, field: str | None = None, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.params = params

    @property
    def sentence(self) -> Sentence:
        return Sentence(self.message, self.params)

    def __str__(self) -> str:
        return str(self.sentence)


class NotFound(DomainError):
    """Not there, or not yours: a caller cannot tell which."""

    status = 404

    def __init__(
        self,
        message: str = N_("Nothing here. It may have been deleted, or belong to another company you use"),
        *,
        field: str | None = None,
        **params: object,
    ) -> None:
        super().__init__(message, field=field, **params)


class Forbidden(DomainError):
    """This person may not; the sentence says who can."""

    status = 403


class StaleVersion(DomainError):
    """Somebody saved in between. `theirs` is what is stored now, for showing both versions."""

    status = 409

    def __init__(
        self, message: str, *, theirs: object = None, field: str | None = None, **params: object
    ) -> None:
        super().__init__(message, field=field, **params)
        self.theirs = theirs


class IllegalMove(DomainError):
    """The document is not in a state from which this can be done."""

    status = 409


class Invalid(DomainError):
    """What was typed does not fit.

    `errors` maps each field to its sentences. With `errors` given, `message` is the heading above them;
    without, the error is the single sentence `message` at `field` ("" when it belongs to no field).
    """

    def __init__(
        self,
        message: str = N_("Some of this needs another look"),
        *,
        field: str | None = None,
        errors: dict[str, list[Sentence]] | None = None,
        **params: object,
    ) -> None:
        super().__init__(message, field=field, **params)
        self.errors = errors if errors is not None else {field or "": [self.sentence]}


class TooOften(DomainError):
    """Slow down; `retry_after` is in whole seconds."""

    status = 429

    def __init__(self, message: str, *, retry_after: int, field: str | None = None, **params: object) -> None:
        super().__init__(message, field=field, **params)
        self.retry_after = retry_after


class PaymentRequired(DomainError):
    """The plan does not include this; the sentence says what does."""

    status = 402
