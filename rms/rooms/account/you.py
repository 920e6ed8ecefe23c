"""The account page: who I am, how the product behaves, my password."""

from flask import flash, url_for
from flask_babel import gettext
from flask_login import current_user

from rms.actions import accounts
from rms.domain import accounts as rules
from rms.domain.errors import N_, DomainError, Invalid, StaleVersion, TooOften
from rms.forms.versions import compare
from rms.policy import P
from rms.queries import accounts as queries
from rms.queries.devices import count_devices
from rms.queries.last_saved import last_saved
from rms.rooms.account import own_password, room
from rms.rooms.account.forms import EmailForm, PasswordForm, ProfileForm
from rms.rooms.account.setting_up import factor_shown
from rms.web.clock import now
from rms.web.fragments import go, page
from rms.web.guard import requires
from rms.web.lifecycle import release
from rms.web.moments import moment_words


@room.get("/account")
@requires(P.OWN_ACCOUNT)
def show():
    return account_page()


@room.post("/account")
@requires(P.OWN_ACCOUNT)
def save():
    form = ProfileForm()
    if form.validate():
        try:
            accounts.change_profile(current_user.user_id, form.profile(), version=form.row_version)
        except StaleVersion as error:
            return _two_versions(form, error.theirs)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("Saved."))
            return go(url_for("account.show"))
    return account_page(profile=form, status=422)


@room.get("/account/password")
@requires(P.OWN_ACCOUNT)
def password():
    """Where mails and other pages lead to."""
    return go(url_for("account.show", _anchor="password-panel"))


@room.post("/account/password")
@requires(P.OWN_ACCOUNT)
def change_password():
    form = PasswordForm()
    if not form.validate():
        return account_page(password=form, status=422)
    try:
        _exchange(form)
    except DomainError as error:
        return refused(error, password=form)
    flash(gettext("Your password is changed. Your other devices are signed out."))
    return go(url_for("account.show"))


def account_page(*, profile=None, password=None, email=None, leaving_refused: str = "", status: int = 200):
    """The page with one of its forms as it was sent and the others as they are stored."""
    if status >= 400:
        # What the refused form has begun must not show through.
        release()
    user_id = current_user.user_id
    return page(
        "account/show.html",
        status=status,
        profile=profile or ProfileForm.of(current_user),
        password=password or PasswordForm(formdata=None),
        email=email or EmailForm(formdata=None),
        under_way=queries.change_under_way(user_id, now()),
        devices=count_devices(user_id, now=now()),
        is_needed=queries.is_needed(user_id),
        leaving_refused=leaving_refused,
        moment=moment_words,
        **factor_shown(),
    )


def refused(error: DomainError, **forms):
    """The page again with the sentence at the form; after too many tries with when to come back."""
    (form,) = forms.values()
    form.refuse(error)
    reply = account_page(**forms, status=error.status)
    if isinstance(error, TooOften):
        reply.headers["Retry-After"] = str(error.retry_after)
    return reply


def _exchange(form: PasswordForm) -> None:
    """Judge the new one first, as that is free; then the present one, with no transaction open."""
    new = rules.check_password(
        form.password.data, email=current_user.email, company=current_user.company_name
    )
    if new == form.current.data:
        raise Invalid(N_("This is the password you have now. Choose another"), field="password")
    checked = own_password.check(form.current.data)
    new_hash = own_password.hashed(new)
    accounts.change_password(
        current_user.user_id, checked=checked, new_hash=new_hash, now=now(), but=current_user.session_id
    )


def _two_versions(form: ProfileForm, theirs):
    """Saved in another window, or a role was changed meanwhile: both values of each field that differs."""
    stored = ProfileForm(
        formdata=None,
        name=theirs.full_name,
        theme=(theirs.preferences or {}).get("theme", ""),
        keys=(theirs.preferences or {}).get("keys", True),
    )
    return page(
        "account/conflict.html",
        status=409,
        stored_version=theirs.version,
        versions=compare(form, stored),
        who=last_saved("users", theirs.id),
        pressed_at=now(),
    )
