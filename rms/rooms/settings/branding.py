"""How papers look: layout, colour, logo, signature, the note at the foot; beside an A4 that changes along."""

from collections.abc import Iterable
from urllib.parse import urlencode

from flask import Response, abort, flash, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, SelectField, TextAreaField

from rms.actions.branding import PICTURES, dress, hang, take_down
from rms.documents.drawings import data_uri
from rms.documents.invoice_pdf import picture_of_first_page, render_invoice
from rms.documents.of_sample import paper_to_try
from rms.documents.pictures import redraw
from rms.domain.branding import ACCENTS, LONGEST_NOTE, Branding, Copies, Layout
from rms.domain.errors import N_, DomainError, StaleVersion
from rms.forms.versions import Versions, compare
from rms.policy import P
from rms.queries.branding import branding as stored_branding
from rms.queries.branding import pictures as pictures_of
from rms.rooms.settings import room
from rms.web.clock import today
from rms.web.forms import Form, strip
from rms.web.fragments import go, page, swap
from rms.web.guard import requires
from rms.web.lifecycle import release

LAYOUTS = [
    (Layout.LEDGER.value, _("Ledger")),
    (Layout.LETTERHEAD.value, _("Letterhead")),
    (Layout.BAND.value, _("Band")),
]
COLOURS = [
    ("petrol", _("Petrol")),
    ("ink", _("Ink")),
    ("madder", _("Madder")),
    ("indigo", _("Indigo")),
    ("leaf", _("Leaf")),
    ("clay", _("Clay")),
]
COPIES = [
    (Copies.ORIGINAL.value, _("Original only")),
    (Copies.ALL.value, _("Original and all duplicates")),
]


class BrandingForm(Form):
    """The choices. The pictures have forms of their own: a file is sent once and not with each save."""

    template = RadioField(_("Layout"), choices=LAYOUTS)
    accent = RadioField(_("Colour of headings and rules"), choices=COLOURS)
    copies = SelectField(_("Copies in one PDF"), choices=COPIES)
    foot_note = TextAreaField(_("Note at the foot"), filters=[strip])
    prints_summary = BooleanField(_("Print the tax summary by SAC or HSN"))
    prints_upi = BooleanField(_("Print the UPI code"))
    prints_empty_discounts = BooleanField(_("Print the column of discounts when it is empty"))
    version = HiddenField()

    @classmethod
    def of(cls, branding: Branding, **kwargs) -> "BrandingForm":
        kept = {name: getattr(branding, name) for name in CHOICES}
        return cls(data={**kept, "version": branding.mark}, **kwargs)

    def choices(self, stored: Branding) -> Branding:
        """What is chosen, with the stored pictures; what cannot be chosen stays as it is stored."""
        usual = {name: getattr(stored, name) for name in ("template", "accent", "copies")}
        return Branding(
            template=Layout(self.template.data) if self.template.data in set(Layout) else usual["template"],
            accent=self.accent.data if self.accent.data in ACCENTS else usual["accent"],
            copies=Copies(self.copies.data) if self.copies.data in set(Copies) else usual["copies"],
            foot_note=self.foot_note.data or "",
            prints_summary=bool(self.prints_summary.data),
            prints_upi=bool(self.prints_upi.data),
            prints_empty_discounts=bool(self.prints_empty_discounts.data),
            logo=stored.logo,
            signature=stored.signature,
        )


CHOICES = (
    "template",
    "accent",
    "copies",
    "foot_note",
    "prints_summary",
    "prints_upi",
    "prints_empty_discounts",
)


class PictureForm(Form):
    """One file. Its name is that of the picture it becomes, so that a mistake is said beside it."""

    logo = FileField(_("Logo"))
    signature = FileField(_("Picture of the signature"))


@room.get("/branding")
@requires(P.SETTINGS_EDIT)
def branding():
    stored = stored_branding()
    return _page(stored, BrandingForm.of(stored))


@room.post("/branding")
@requires(P.SETTINGS_EDIT)
def save_branding():
    form, stored = BrandingForm(), stored_branding()
    if form.validate():
        try:
            dress(form.choices(stored), seen=form.version.data or "")
        except StaleVersion as error:
            theirs = BrandingForm.of(error.theirs, formdata=None)
            return _page(error.theirs, form, status=409, versions=_versions(form, theirs), who=None)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("Saved. All papers look like this from now on."))
            return go(url_for("settings.branding"))
    return _page(stored, form, status=422)


@room.post("/branding/picture")
@requires(P.SETTINGS_EDIT)
def hang_picture():
    """The file is measured and drawn anew before anything is locked."""
    pictures, kind = PictureForm(), _kind(request.files)
    sent = pictures[kind].data
    try:
        png = redraw(kind, sent.read() if sent else b"")
    except DomainError as error:
        pictures.refuse(error)
        stored = stored_branding()
        return _page(stored, BrandingForm.of(stored, formdata=None), status=422, pictures=pictures)
    hang(kind, sent.filename or "", png)
    flash(gettext("Saved."))
    return go(url_for("settings.branding"))


@room.post("/branding/picture/remove")
@requires(P.SETTINGS_EDIT)
def take_picture_down():
    take_down(_kind(request.form.getlist("kind")))
    flash(gettext("Removed. New papers come without it."))
    return go(url_for("settings.branding"))


def _kind(named: Iterable[str]) -> str:
    """Which of the pictures is meant; a form that means none is none of ours."""
    for kind in PICTURES:
        if kind in named:
            return kind
    raise DomainError(N_("This form is not complete. Load the page again and repeat."))


@room.get("/branding/look")
@requires(P.SETTINGS_EDIT)
def try_look():
    """The A4 for what is chosen so far, with the addresses of its picture and its PDF."""
    form = BrandingForm(request.args)
    return swap(
        "settings/_a4.html", back=url_for("settings.branding"), **_a4(form.choices(stored_branding()))
    )


@room.get("/branding/sample.png")
@requires(P.SETTINGS_EDIT)
def sample_picture():
    paper = _sample()
    release()
    return Response(picture_of_first_page(paper, translate=gettext), mimetype="image/png")


@room.get("/branding/sample.pdf")
@requires(P.SETTINGS_EDIT)
def sample_pdf():
    paper = _sample()
    release()
    reply = Response(render_invoice(paper, translate=gettext), mimetype="application/pdf")
    reply.headers.set("Content-Disposition", "inline", filename="sample.pdf")
    return reply


def _sample():
    form = BrandingForm(request.args)
    look = form.choices(stored_branding()) if "template" in request.args else stored_branding()
    if len(look.foot_note) > LONGEST_NOTE:
        abort(422)
    return paper_to_try(look, translate=gettext, today=today())


def _versions(mine: BrandingForm, theirs: BrandingForm) -> list[Versions]:
    """As forms.versions, which compares texts, with the ticks in words."""
    words = {True: gettext("yes"), False: gettext("no")}
    ticks = {field.name for field in mine if isinstance(field, BooleanField)}
    compared = [one for one in compare(mine, theirs) if one.name not in ticks]
    for name in sorted(ticks):
        stored, typed = words[bool(theirs[name].data)], words[bool(mine[name].data)]
        compared.append(Versions(name, str(mine[name].label.text), stored, typed, stored, typed))
    return compared


def _a4(look: Branding) -> dict:
    """`query` carries the choices: the picture is asked for apart, and a mark tells it from the last one."""
    chosen = {name: getattr(look, name) for name in ("template", "accent", "copies", "foot_note")}
    ticked = {name: "y" for name in CHOICES if name.startswith("prints") and getattr(look, name)}
    pictures = {kind: str(getattr(look, kind))[:8] for kind in PICTURES if getattr(look, kind)}
    return {"look": look, "query": urlencode({**chosen, **ticked, **pictures})}


def _page(stored: Branding, form: BrandingForm, *, status: int = 200, pictures=None, **context):
    found = pictures_of(stored.logo, stored.signature)
    kept = {kind: data_uri(png) for kind, png in zip(PICTURES, found, strict=True)}
    return page(
        "settings/branding.html",
        status=status,
        form=form,
        stored=stored,
        kept=kept,
        accents=ACCENTS,
        pictures=pictures or PictureForm(formdata=None),
        **_a4(form.choices(stored)),
        **context,
    )
