"""How the company's papers look: the choices of one form, and two pictures that come and go by themselves."""

from dataclasses import replace
from uuid import UUID

from rms.actions import files
from rms.db.locks import lock
from rms.db.session import current_tenant, db
from rms.domain.branding import Branding, as_settings, branding_in, foot_note
from rms.domain.errors import N_, StaleVersion
from rms.models import Tenant

PICTURES = ("logo", "signature")


def dress(chosen: Branding, *, seen: str) -> Branding:
    """Take the choices of the form; the pictures stay as they are.

    Raises StaleVersion with what is stored unless that still has the mark that was seen.
    """
    tenant, stored = _locked()
    if stored.mark != seen:
        raise StaleVersion(N_("The branding was changed in the meantime."), theirs=stored)
    note = foot_note(chosen.foot_note)
    return _keep(tenant, replace(chosen, foot_note=note, logo=stored.logo, signature=stored.signature))


def hang(kind: str, name: str, png: bytes) -> Branding:
    """Put a picture, drawn by documents/pictures.redraw, in the place of the one before."""
    tenant, stored = _locked()
    kept = files.store(kind, name[:255] or f"{kind}.png", png, media_type="image/png")
    return _swap(tenant, stored, kind, kept.id)


def take_down(kind: str) -> Branding:
    """From now on papers have no such picture; twice is once."""
    tenant, stored = _locked()
    return _swap(tenant, stored, kind, None)


def _swap(tenant: Tenant, stored: Branding, kind: str, file_id: UUID | None) -> Branding:
    """An old logo is nobody's any more; an old signature stays on what was signed with it."""
    former = getattr(stored, kind)
    if kind == "logo" and former:
        files.forget(former)
    return _keep(tenant, replace(stored, **{kind: file_id}))


def _locked() -> tuple[Tenant, Branding]:
    tenant = lock(Tenant, current_tenant())
    return tenant, branding_in(tenant.settings)


def _keep(tenant: Tenant, branding: Branding) -> Branding:
    tenant.settings = {**(tenant.settings or {}), **as_settings(branding)}
    db().flush()
    return branding
