"""Who may do what, in words. The answers come from `policy.py`; here are only the names of the acts.

An act is shown once an address asks for its permission, so that the table promises nothing that is not there.
"""

from dataclasses import dataclass

from flask import Flask, current_app
from flask_babel import lazy_gettext as _

from rms.policy import P, Permission, Role, can


@dataclass(frozen=True)
class Act:
    """What one permission is called."""

    permission: Permission
    words: object


ACTS = (
    Act(P.COMPANY_READ, _("See everything in this company")),
    Act(P.INVOICE_DRAFT, _("Draft invoices")),
    Act(P.INVOICE_ISSUE, _("Issue and send invoices")),
    Act(P.RECEIPT_RECORD, _("Record receipts and settle invoices")),
    Act(P.INVOICE_CANCEL, _("Cancel an issued invoice, with a reason")),
    Act(P.CUSTOMER_EDIT, _("Add and change customers")),
    Act(P.SERVICE_EDIT, _("Add and change services")),
    Act(P.LIST_EXPORT, _("Export lists")),
    Act(P.AUDIT_READ, _("Read the audit log")),
    Act(P.SETTINGS_EDIT, _("Settings, numbering and bank")),
    Act(P.USERS_MANAGE, _("Users and roles")),
    Act(P.API_MANAGE, _("Access for programs (API)")),
    Act(P.PLAN_MANAGE, _("Plan, full export and closing")),
    Act(P.OWN_ACCOUNT, _("Their own account and devices")),
)


@dataclass(frozen=True)
class Row:
    """One act and, in the order of the roles, who may."""

    words: object
    allowed: tuple[bool, ...]


def table(*, users_may_draft: bool) -> list[Row]:
    """Every act that the product offers, with a yes or no for each role."""
    return [
        Row(act.words, tuple(can(role, act.permission, users_may_draft=users_may_draft) for role in Role))
        for act in _offered()
    ]


def of_role(role: str, *, users_may_draft: bool) -> tuple[list, list]:
    """(what the role may do, what it may not), in words; of one's own account nothing needs to be said."""
    offered = [act for act in _offered() if act.permission != P.OWN_ACCOUNT]
    held = [act for act in offered if can(role, act.permission, users_may_draft=users_may_draft)]
    return [act.words for act in held], [act.words for act in offered if act not in held]


def asked_for(app: Flask) -> set[str]:
    """The permissions that some address of the product asks for."""
    views = app.view_functions.values()
    return {view.rms_permission for view in views if getattr(view, "rms_permission", None)}


def _offered() -> list[Act]:
    asked = asked_for(current_app)
    return [act for act in ACTS if act.permission in asked]
