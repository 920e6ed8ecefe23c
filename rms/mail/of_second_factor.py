"""Mails about the second factor: notices that it was turned on or off, by whom and from where."""

from rms.domain.errors import N_
from rms.mail.kind import Kind
from rms.mail.of_entry import notice

_TOLD = frozenset({"first_name", "company_name", "when", "device", "ip", "by", "whose"})

SECOND_FACTOR_KINDS: dict[str, Kind] = {
    "second_factor_on": Kind(
        subject=N_("Second factor turned on for %(company_name)s"),
        needs=_TOLD,
        look_up=notice("/reset"),
    ),
    "second_factor_off": Kind(
        subject=N_("Second factor turned off for %(company_name)s"),
        needs=_TOLD,
        look_up=notice("/reset"),
    ),
}
