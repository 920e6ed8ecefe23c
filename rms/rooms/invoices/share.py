"""The link of an invoice: made, limited, ended; and what customers answered through it, dealt with."""

from urllib.parse import quote
from uuid import UUID

from flask import current_app, flash, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from rms.actions import payer_answers, public_links
from rms.actions.sending import company_name
from rms.db.locks import lock
from rms.domain.errors import Invalid
from rms.domain.lifecycle import Status, Verb, move
from rms.domain.money import rupees
from rms.domain.periods import format_date
from rms.models import Invoice
from rms.policy import P
from rms.queries.invoices import find_invoice
from rms.queries.payer_answers import open_answers
from rms.queries.public_links import Seen, is_open, link_of, secret_of, seen
from rms.rooms.invoices import room
from rms.web.clock import now, today
from rms.web.forms import DayField, Form
from rms.web.fragments import go, page, swap
from rms.web.guard import requires


class LinkForm(Form):
    """The last day of a link; without one it opens until it is turned off."""

    expires_on = DayField(_("Open until"))


@room.post("/<uuid:invoice_id>/link")
@requires(P.INVOICE_ISSUE)
def share(invoice_id: UUID):
    """Make the link, or change its last day."""
    form = LinkForm()
    invoice = lock(Invoice, invoice_id)
    move(Status(invoice.status), Verb.SHARE, kind=invoice.kind)
    if form.validate():
        try:
            link, _secret = public_links.create(
                "invoices", invoice_id, expires_on=form.expires_on.data, now=now()
            )
            public_links.change_last_day(link.id, expires_on=form.expires_on.data, now=now())
        except Invalid as error:
            form.refuse(error)
        else:
            return _shown(invoice_id, told=gettext("The link is ready."))
    return _shown(invoice_id, form=form, status=422)


@room.post("/<uuid:invoice_id>/link/revoke")
@requires(P.INVOICE_ISSUE)
def revoke_link(invoice_id: UUID):
    """Whoever has it finds nothing from now on, in mails that were sent before as well."""
    find_invoice(invoice_id)
    if link := link_of("invoices", invoice_id):
        public_links.revoke(link.id, now=now())
    return _shown(invoice_id, told=gettext("The link is off. Whoever has it finds nothing any more."))


@room.get("/<uuid:invoice_id>/_/share")
@requires(P.COMPANY_READ)
def share_panel(invoice_id: UUID):
    """The panel alone."""
    return _shown(invoice_id)


@room.get("/answers")
@requires(P.COMPANY_READ)
def answers():
    """What customers said on the pages of their invoices and nobody has dealt with yet."""
    return page("invoices/answers.html", answers=open_answers())


@room.post("/<uuid:invoice_id>/answers/<uuid:answer_id>/done")
@requires(P.INVOICE_ISSUE)
def settle_answer(invoice_id: UUID, answer_id: UUID):
    """It has been dealt with and leaves the list of what waits."""
    payer_answers.settle(answer_id, invoice_id=invoice_id, now=now())
    flash(gettext("Done. It stays in what happened."))
    return go(url_for("invoices.show", invoice_id=invoice_id))


def sharing_of(invoice: Invoice, looks: Seen, form: LinkForm | None = None) -> dict:
    """What the panel shows."""
    link = link_of("invoices", invoice.id)
    secret = secret_of(link) if link and is_open(link, today()) else None
    base = current_app.config["PUBLIC_BASE_URL"]
    address = f"{base}{url_for('public.invoice', token=secret)}" if secret else ""
    text = _words(invoice, address)
    return {
        "link": link,
        "address": address,
        "link_form": form or LinkForm(formdata=None, expires_on=link.expires_on if link else None),
        "seen": looks,
        "text": text,
        # The user's own WhatsApp opens with the words in it; we send nothing.
        "whatsapp": f"https://wa.me/?text={quote(text, safe='')}" if address else "",
        "may_share": invoice.status not in (Status.DRAFT, Status.CANCELLED),
    }


def _words(invoice: Invoice, address: str) -> str:
    """A greeting, what is to pay by when, and the link."""
    if invoice.is_draft:
        return ""
    named = {
        "customer": invoice.buyer_snapshot.get("contact_person") or invoice.buyer_snapshot["name"],
        "number": invoice.invoice_number,
        "amount": rupees(invoice.balance),
        "day": format_date(invoice.due_date),
        "company": company_name(invoice),
        "link": address,
    }
    if not invoice.balance:
        return gettext(
            "Hello %(customer)s, here is invoice %(number)s from %(company)s. "
            "It is paid: thank you. %(link)s",
            **named,
        )
    return gettext(
        "Hello %(customer)s, %(amount)s of invoice %(number)s from %(company)s is due on %(day)s. "
        "You can see it and pay here: %(link)s",
        **named,
    )


def _shown(invoice_id: UUID, *, form: LinkForm | None = None, status: int = 200, told: str = ""):
    invoice = find_invoice(invoice_id)
    return swap(
        "invoices/_share.html",
        back=url_for("invoices.show", invoice_id=invoice_id),
        status=status,
        toast=told or None,
        invoice=invoice,
        sharing=sharing_of(invoice, seen("invoices", invoice_id), form),
    )
