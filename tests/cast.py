"""The people in the tests: two rival companies whose data must never meet.

Each test gets companies of its own under the same names; slugs and addresses differ, so that tests do not see
each other.
"""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from rms.db.session import tenant_scope
from rms.models import User
from tests import factories


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in with `factories.PASSWORD`."""

    id: UUID
    email: str
    role: str
    first_name: str


@dataclass(frozen=True)
class Company:
    """A tenant and its people."""

    tenant_id: UUID
    slug: str
    name: str
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def admin(self) -> Person:
        return self.people["admin"]

    @property
    def manager(self) -> Person:
        return self.people["manager"]

    @property
    def user(self) -> Person:
        return self.people["user"]

    def scope(self, person: Person | None = None):
        """A transaction of this company: `with nilgiri.scope(): ...`."""
        return tenant_scope(self.tenant_id, user_id=person and person.id)


def nilgiri() -> Company:
    people = {"admin": "Priya", "manager": "Imran", "user": "Asha"}
    return _company("Nilgiri Facility Services LLP", "nilgiri", people, state_code="29")


def sahyadri() -> Company:
    return _company(
        "Sahyadri Traders",
        "sahyadri",
        {"admin": "Rohan"},
        state_code="27",
        city="Pune",
        pin_code="411001",
    )


def _company(name: str, slug: str, people: dict[str, str], **place) -> Company:
    mark = uuid4().hex[:8]
    tenant_id = factories.make_tenant(name, slug=f"{slug}-{mark}", **place)
    with tenant_scope(tenant_id):
        rows = [
            factories.make_user(first_name, role, email=f"{first_name.lower()}@{slug}-{mark}.example.in")
            for role, first_name in people.items()
        ]
    return Company(tenant_id, f"{slug}-{mark}", name, {row.role: _person(row) for row in rows})


def _person(row: User) -> Person:
    return Person(row.id, row.email, row.role, row.first_name)
