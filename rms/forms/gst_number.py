"""What a form says about a GSTIN while it is typed: the state and the PAN in it, or what is wrong."""

from functools import cached_property

from flask_babel import gettext

from rms.domain import gstin, states
from rms.domain.gstin import Judgement, Reason
from rms.web.errors import sentence


class ReadsGstin:
    """For a form with the fields `gst_number` and `state_code`."""

    @cached_property
    def judged(self) -> Judgement:
        return gstin.judge(self.gst_number.data)

    @property
    def has_gstin(self) -> bool:
        return self.judged.reason is not Reason.EMPTY

    @property
    def state_in_gstin(self) -> str | None:
        """The state that a valid GSTIN decides; None when the person has to choose it."""
        code = self.judged.state_code
        return code if code in states.PLACES_OF_SUPPLY else None

    @property
    def state_name(self) -> str:
        return states.name_of(self.state_in_gstin)

    @property
    def gstin_good(self) -> str:
        """In green under the field, once the number fits."""
        if not self.judged.valid:
            return ""
        place = {"state": states.name_of(self.judged.state_code), "code": self.judged.state_code}
        if self.judged.pan:
            return gettext("Valid format. %(state)s (%(code)s), PAN %(pan)s", pan=self.judged.pan, **place)
        return gettext("Valid format. %(state)s (%(code)s)", **place)

    @property
    def gstin_wrong(self) -> str:
        """What does not fit, in the reader's language; nothing while it is empty."""
        if self.judged.valid or not self.has_gstin:
            return ""
        return sentence(gstin.sentence(self.judged))

    @property
    def is_half_typed(self) -> bool:
        """Too short is no mistake yet while somebody types."""
        return self.judged.reason is Reason.LENGTH and len(self.judged.normalized) < 15


def state_choices() -> list[tuple[str, str]]:
    """Like "29 Karnataka" for each state a party may be in, by name; first the empty choice."""
    return [
        ("", gettext("Choose a state")),
        *((code, f"{code} {name}") for code, name in states.selectable()),
    ]
