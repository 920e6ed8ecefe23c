"""What the mail catcher has caught, for development and tests. Never opened in production."""

from rms.rooms.mailbox.views import room

__all__ = ["room"]
