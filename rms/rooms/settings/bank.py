"""Bank account and UPI ID: what prints on invoices, and who changed it."""

from urllib.parse import quote

from flask import flash, url_for
from flask_babel import gettext

from rms.actions.bank import take_payments
from rms.domain.errors import DomainError, StaleVersion
from rms.forms.versions import compare
from rms.models import Company
from rms.policy import P
from rms.queries.companies import company_with_gst
from rms.queries.last_saved import last_saved
from rms.queries.settings import bank_changes
from rms.rooms.settings import room
from rms.rooms.settings.forms import BankForm
from rms.web.clock import now
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.moments import moment_words
from rms.web.qr import qr_of


@room.get("/bank")
@requires(P.SETTINGS_EDIT)
def bank():
    stored, _ = company_with_gst()
    return _page(stored, BankForm.of(stored))


@room.post("/bank")
@requires(P.SETTINGS_EDIT, fresh=True)
def save_bank():
    form = BankForm()
    stored, _ = company_with_gst()
    if form.validate():
        try:
            take_payments(form.draft(), version=form.row_version, now=now())
        except StaleVersion as error:
            theirs = BankForm.of(error.theirs, formdata=None)
            who = last_saved("companies", error.theirs.id)
            return _page(stored, form, status=409, versions=compare(form, theirs), who=who)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("Saved. New invoices name this account."))
            return go(url_for("settings.bank"))
    return _page(stored, form, status=422)


def _page(stored: Company, form: BankForm, *, status: int = 200, **context):
    return page(
        "settings/bank.html",
        status=status,
        form=form,
        stored=stored,
        qr=_qr(stored),
        changes=bank_changes(stored.id),
        moment=moment_words,
        **context,
    )


def _qr(stored: Company) -> str:
    """The stored UPI ID as phones read it (NPCI, UPI linking specification): to whom, in rupees."""
    if not stored.upi_id:
        return ""
    name = stored.bank_account_name or stored.trade_name or stored.name
    return qr_of(f"upi://pay?pa={quote(stored.upi_id, safe='@.-')}&pn={quote(name)}&cu=INR")
