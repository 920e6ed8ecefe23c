"""How somebody likes a list: its columns, density and order, and tabs of their own.

All of it is in the preferences of the person, which come with every request: a list costs no statement more.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from rms.db.locks import lock
from rms.db.session import db
from rms.domain.contacts import one_line
from rms.domain.errors import N_, Invalid
from rms.models import User

MOST_VIEWS = 12
LONGEST_NAME = 40
LONGEST_ADDRESS = 1_000


def prefer(user_id: UUID, list_name: str, *, columns: Sequence[str], density: str, sort: str) -> None:
    """For this person and this list alone; what they liked of other lists stays."""
    liked = {"columns": list(columns), "density": density, "sort": sort}
    _change(user_id, list_name, lambda of_list: {**of_list, **liked})


def save_view(user_id: UUID, list_name: str, name: str, address: str) -> None:
    """A tab of this name, for the part of the list's address behind the question mark. A name that is there
    already leads to the new address from now on.
    """
    known = one_line(name, LONGEST_NAME)
    if not known:
        raise Invalid(N_("Give the view a name"), field="name")
    if len(address) > LONGEST_ADDRESS:
        raise Invalid(N_("These filters are too long to keep"), field="name")

    def added(of_list: dict) -> dict:
        views = {**dict(of_list.get("views") or ()), known: address}
        if len(views) > MOST_VIEWS:
            raise Invalid(N_("You have %(most)s views. Delete one first"), most=MOST_VIEWS, field="name")
        return {**of_list, "views": [[*view] for view in views.items()]}

    _change(user_id, list_name, added)


def delete_view(user_id: UUID, list_name: str, name: str) -> None:
    """One that is gone already is no mistake."""

    def without(of_list: dict) -> dict:
        return {**of_list, "views": [view for view in of_list.get("views") or () if view[0] != name]}

    _change(user_id, list_name, without)


def _change(user_id: UUID, list_name: str, work: Callable[[dict], dict]) -> None:
    """Under the lock of the person, so that of two windows neither forgets what the other kept."""
    user = lock(User, user_id)
    liked = dict(user.preferences or {})
    lists = dict(liked.get("lists") or {})
    user.preferences = {**liked, "lists": {**lists, list_name: work(dict(lists.get(list_name) or {}))}}
    db().flush()
