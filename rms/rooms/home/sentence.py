"""How much of what is late comes from one customer, in a word for the sentence at the top."""

from decimal import Decimal

from rms.queries.dashboard import Owed

WORDS = (
    (Decimal("0.9"), "nearly all"),
    (Decimal("0.6"), "most"),
    (Decimal("0.4"), "half"),
    (Decimal("0.28"), "third"),
)


def share_of_late(owed: Owed) -> str:
    """One of "all", "nearly all", "most", "half", "third", "spread" over several; "" when nothing is late."""
    if not owed.late:
        return ""
    share = owed.late[0].overdue / owed.overdue
    if share == 1:
        return "all"
    return next((word for least, word in WORDS if share >= least), "spread")
