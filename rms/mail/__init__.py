"""Mails: what kinds there are, how they read, and how they leave the house.

A mail is rendered when it is sent, so its links exist nowhere but in the mail itself.
"""

from rms.mail.kind import Unsendable
from rms.mail.kinds import KINDS
from rms.mail.outgoing import Route
from rms.mail.rendering import configure, message_id_of, render, sender_of, subject_of, warm_up
from rms.mail.smtp import Refused, send

__all__ = [
    "KINDS",
    "Refused",
    "Route",
    "Unsendable",
    "configure",
    "message_id_of",
    "render",
    "send",
    "sender_of",
    "subject_of",
    "warm_up",
]
