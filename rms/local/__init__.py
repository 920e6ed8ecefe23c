"""Everything one machine needs to run and test the product: servers, state folder, supervisor, checks.

Production imports nothing from here. `./dev` is the way in.
"""


class Refusal(Exception):
    """Something the person at the terminal can put right; the message is the one sentence they read."""
