"""Who may do what, and what a company's plan leaves open: two tables that code and tests read."""

import datetime as dt
from enum import StrEnum


def N_(message: str) -> str:  # noqa: N802 - marks a sentence for translation; this floor imports nothing of ours
    return message


class Role(StrEnum):
    ADMIN = "admin"
    MANAGER = "manager"
    USER = "user"


class Permission(StrEnum):
    COMPANY_READ = "company.read"
    INVOICE_DRAFT = "invoice.draft"
    INVOICE_ISSUE = "invoice.issue"
    INVOICE_CANCEL = "invoice.cancel"
    RECEIPT_RECORD = "receipt.record"
    CUSTOMER_EDIT = "customer.edit"
    SERVICE_EDIT = "service.edit"
    SETTINGS_EDIT = "settings.edit"
    USERS_MANAGE = "users.manage"
    AUDIT_READ = "audit.read"
    LIST_EXPORT = "list.export"
    API_MANAGE = "api.manage"
    PLAN_MANAGE = "plan.manage"
    OWN_ACCOUNT = "own.account"


P = Permission

_ADMIN_ONLY = frozenset({P.SETTINGS_EDIT, P.USERS_MANAGE, P.API_MANAGE, P.PLAN_MANAGE})
_MANAGER = frozenset(Permission) - _ADMIN_ONLY

ROLE_TABLE: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.MANAGER: _MANAGER,
    Role.USER: frozenset({P.COMPANY_READ, P.OWN_ACCOUNT}),
}


def can(role: str, permission: str, *, users_may_draft: bool = False) -> bool:
    """Whether a role holds a permission; a user drafts only where the company's setting allows it."""
    if permission == P.INVOICE_DRAFT and role == Role.USER:
        return users_may_draft
    return permission in ROLE_TABLE[Role(role)]


def roles_with(permission: str) -> list[Role]:
    """The roles that hold a permission, for the sentence of a 403."""
    return [role for role, held in ROLE_TABLE.items() if permission in held]


class Standing(StrEnum):
    """How a company stands with its plan, as of a moment. FREE and LOCKED are what comes after a trial."""

    TRIAL = "trial"
    ACTIVE = "active"
    FREE = "free"
    LOCKED = "locked"
    SUSPENDED = "suspended"


class Use(StrEnum):
    """What somebody wants of the product. ACCOUNT is a person's own account, and the plan: always open."""

    READ = "read"
    WRITE = "write"
    EXPORT = "export"
    API_READ = "api_read"
    API_WRITE = "api_write"
    CUSTOMER_MAIL = "customer_mail"
    RECURRING = "recurring"
    PUBLIC_LINK = "public_link"
    ACCOUNT = "account"


class AfterTrial(StrEnum):
    """What an expired trial becomes: a free tier with limits, or read-only."""

    FREE = "free"
    LOCK = "lock"


_ALL = frozenset(Role)
_ADMIN = frozenset({Role.ADMIN})
_NOBODY: frozenset[Role] = frozenset()

U = Use
_EVERYTHING = dict.fromkeys(Use, _ALL)
_NOTHING = dict.fromkeys(Use, _NOBODY)
_READING = dict.fromkeys((U.READ, U.EXPORT, U.API_READ, U.PUBLIC_LINK, U.ACCOUNT), _ALL)

GATE_TABLE: dict[Standing, dict[Use, frozenset[Role]]] = {
    Standing.TRIAL: _EVERYTHING,
    Standing.ACTIVE: _EVERYTHING,
    Standing.FREE: _EVERYTHING | {U.API_WRITE: _NOBODY, U.RECURRING: _NOBODY},
    Standing.LOCKED: _NOTHING | _READING,
    Standing.SUSPENDED: _NOTHING | {U.READ: _ADMIN, U.EXPORT: _ADMIN, U.ACCOUNT: _ALL},
}

MOST_INVOICES = 5  # issued in a calendar month
MOST_CUSTOMERS = 10  # active
MOST_USERS = 1  # active
FREE_LIMITS = {"invoices": MOST_INVOICES, "customers": MOST_CUSTOMERS, "users": MOST_USERS}


def standing_of(
    status: str, trial_ends_at: dt.datetime | None, now: dt.datetime, after_trial: str
) -> Standing:
    """How a company stands. A trial whose end has passed is over, even before the nightly job says so."""
    is_over = status == "trial" and trial_ends_at is not None and trial_ends_at <= now
    if status == "expired" or is_over:
        return Standing.FREE if AfterTrial(after_trial) is AfterTrial.FREE else Standing.LOCKED
    return Standing.LOCKED if status == "cancelled" else Standing(status)


def use_of(permission: str, *, writes: bool, api: bool = False) -> Use:
    """What a request is for, from the permission its view needs and from whether its method is unsafe."""
    if permission in (P.OWN_ACCOUNT, P.PLAN_MANAGE):
        return Use.API_READ if api else Use.ACCOUNT
    if api:
        return Use.API_WRITE if writes else Use.API_READ
    if permission == P.LIST_EXPORT:
        return Use.EXPORT
    return Use.WRITE if writes else Use.READ


def gate(standing: Standing, use: Use, role: str | None = None) -> bool:
    """Whether a company of this standing may be used so by this role; without one, by whoever it is, such as
    a job or the reader of a public link.
    """
    allowed = GATE_TABLE[standing][use]
    return allowed == _ALL if role is None else Role(role) in allowed


def refusal(standing: Standing, use: Use) -> str:
    """The sentence of a closed gate; `%(help)s` in it is the address of whom to write to.

    A suspended company is refused with 403, the others with 402.
    """
    if standing is Standing.SUSPENDED:
        return _SUSPENDED
    if standing is Standing.FREE:
        return _NOT_FREE.get(use, _LOCKED)
    return _LOCKED


_SUSPENDED = N_("This company is suspended. Write to %(help)s to have it opened again.")
_LOCKED = N_(
    "Your trial or plan has ended. You can read, download and export everything. "
    "To bill again, write to %(help)s for a plan."
)
_NOT_FREE = {
    U.API_WRITE: N_(
        "The free plan reads through the API and does not write through it. "
        "Work in the browser, or write to %(help)s for a plan."
    ),
    U.RECURRING: N_(
        "The free plan does not repeat invoices by itself. "
        "Issue this one by hand, or write to %(help)s for a plan."
    ),
}
