"""Opening an account: a company with all it needs to bill, its first person, a mail to prove the address."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from rms.actions import companies, verification
from rms.crypto.keys import ring
from rms.db.session import current_tenant, db
from rms.domain.accounts import names_of
from rms.domain.slugs import LONGEST, alternatives, slugify
from rms.models import Subscription, Tenant, User

PLAIN_SLUGS = 20


@dataclass(frozen=True)
class NewAccount:
    """A filled-in sign-up form; the password is hashed before any transaction begins."""

    company: str
    name: str
    email: str
    password_hash: str = field(repr=False)


def tenant_id_of(form_token: str, email: str) -> UUID:
    """The id that the company of this form will have, so that the same form sent twice opens one account.

    The address is part of it: who goes back to correct it opens an account under the right one.
    """
    message = f"{form_token} {email.casefold()}".encode()
    return UUID(bytes=hmac.digest(ring().key("sign up"), message, hashlib.sha256)[:16], version=4)


def sign_up(account: NewAccount, *, now: datetime) -> User:
    """Open the account whose id is the tenant of the running scope; sending it again gives the same person.

    The trial is only promised: its days count from the confirmation of the address, so that an address that
    was typed wrong uses up nobody's.
    """
    if not _open_tenant(account):
        return first_person()
    first_name, last_name = names_of(account.name)
    user = (
        db()
        .scalars(
            insert(User)
            .values(
                id=uuid4(),
                email=account.email,
                password_hash=account.password_hash,
                first_name=first_name,
                last_name=last_name,
                role="admin",
                last_password_change=now,
            )
            .returning(User)
        )
        .one()
    )
    db().add(Subscription(plan_type="trial", is_trial=True, status="active"))
    companies.establish(name=account.company, created_by=user.id, now=now)
    verification.post_link(user, company_name=account.company, now=now)
    return user


def is_open() -> bool:
    """Whether the account of the running scope is there: the form was sent before."""
    return db().scalar(select(Tenant.id).where(Tenant.id == current_tenant())) is not None


def first_person() -> User:
    """Who opened the account of the running scope."""
    return db().scalars(select(User).order_by(User.created_at, User.id).limit(1)).one()


def _open_tenant(account: NewAccount) -> bool:
    """Whether this call made the company; False when the same form has made it before.

    Two companies of one name may sign up in the same moment: the unique slug decides, and who comes second
    gets the next one. DO NOTHING waits for the first one's transaction and leaves ours usable.
    """
    for slug in _slugs(account.company):
        values = {"id": current_tenant(), "name": account.company, "slug": slug, "email": account.email}
        made = insert(Tenant).values(**values).on_conflict_do_nothing().returning(Tenant.id)
        if db().execute(made).first():
            return True
        if is_open():
            return False
    raise RuntimeError("no free slug was found")


def _slugs(name: str):
    """The plain ones first; then, for a name that hundreds share, some that nobody can have taken."""
    slug = slugify(name)
    yield from islice(alternatives(slug), PLAIN_SLUGS)
    for _ in range(3):
        suffix = f"-{secrets.token_hex(4)}"
        yield slug[: LONGEST - len(suffix)].strip("-") + suffix
