"""Who may do what: one table, read by the guard, the templates and the tests."""

from enum import StrEnum


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
