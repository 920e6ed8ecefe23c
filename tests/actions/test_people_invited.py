"""Invitations: sent, sent again, withdrawn, taken up once, and what stands in the way."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from rms import mail
from rms.actions import invitations, people, sessions
from rms.actions.invitations import InvitedAlready, Joining, accept
from rms.crypto import links, passwords
from rms.db.session import current_tenant, db, tenant_scope
from rms.domain.errors import DomainError, IllegalMove, Invalid, NotFound, TooOften
from rms.mail.kind import Unsendable
from rms.models import EmailMessage, RecoveryCode, SecondFactor, User, UserInvitation, UserSession
from rms.queries.people_list import offer_of
from tests.actions.test_people import WEEK, signed_in
from tests.actions.test_receipts_at_once import all_at_once
from tests.factories import NOW

# Mails are posted, so the whole application stands.
pytestmark = pytest.mark.usefixtures("app")

RAVI = "Ravi@example.in"
HOUR = dt.timedelta(hours=1)


def invited(company, email: str = RAVI, role: str = "manager", now=NOW):
    """(the id of the invitation, its link)."""
    with company.scope(company.admin):
        row = invitations.invite(email, role, by=company.admin.id, now=now)
        return row.id, link_to(row.id)


def link_to(invitation_id, round: int = 1) -> links.Link:
    return links.make("invite", current_tenant(), invitation_id, round=round)


def joined(company, link, now=NOW, name: str = "Ravi Menon") -> str:
    with tenant_scope(company.tenant_id):
        return accept(link, Joining(name, "a new hash"), now=now)[0]


def state_of(company, link, now=NOW) -> str:
    with tenant_scope(company.tenant_id):
        return offer_of(link).state(now)


def people_called(company, email: str) -> list[User]:
    with company.scope():
        return list(db().scalars(select(User).where(User.email_norm == email.lower())))


def letters(company) -> int:
    with company.scope():
        return db().scalar(select(func.count()).where(EmailMessage.kind == "invitation"))


def test_an_invitation_is_open_for_seven_days(nilgiri):
    _, link = invited(nilgiri)
    assert letters(nilgiri) == 1
    assert state_of(nilgiri, link) == "open"
    assert state_of(nilgiri, link, NOW + dt.timedelta(days=7, seconds=-1)) == "open"
    assert state_of(nilgiri, link, NOW + dt.timedelta(days=7)) == "expired"
    assert joined(nilgiri, link, NOW + dt.timedelta(days=7)) == "expired"
    assert people_called(nilgiri, RAVI) == []


def test_who_joins_has_the_invited_role_and_a_confirmed_address(nilgiri):
    invitation_id, link = invited(nilgiri)
    assert joined(nilgiri, link) == "open"
    [ravi] = people_called(nilgiri, RAVI)
    assert (ravi.email, ravi.role, ravi.first_name, ravi.last_name) == (RAVI, "manager", "Ravi", "Menon")
    assert (ravi.email_verified, ravi.email_verified_at, ravi.is_active) == (True, NOW, True)
    assert (ravi.password_hash, ravi.last_login_at) == ("a new hash", None)
    with nilgiri.scope():
        row = db().scalars(select(UserInvitation).where(UserInvitation.id == invitation_id)).one()
        assert (row.accepted_at, row.user_id) == (NOW, ravi.id)
    assert joined(nilgiri, link) == "used"
    assert len(people_called(nilgiri, RAVI)) == 1


def test_sent_again_the_older_link_is_dead(nilgiri):
    invitation_id, first = invited(nilgiri)
    with nilgiri.scope(nilgiri.admin):
        invitations.resend(invitation_id, by=nilgiri.admin.id, now=NOW + HOUR)
        second = link_to(invitation_id, round=2)
    assert first.text != second.text
    assert joined(nilgiri, first, NOW + HOUR) == "replaced"
    assert state_of(nilgiri, second, NOW + HOUR) == "open"
    assert state_of(nilgiri, second, NOW + dt.timedelta(days=7)) == "open", "seven days begin anew"
    assert joined(nilgiri, second, NOW + HOUR) == "open"


def test_an_expired_invitation_can_be_sent_again(nilgiri):
    invitation_id, first = invited(nilgiri)
    later = NOW + dt.timedelta(days=8)
    assert state_of(nilgiri, first, later) == "expired"
    with nilgiri.scope(nilgiri.admin):
        invitations.resend(invitation_id, by=nilgiri.admin.id, now=later)
        second = link_to(invitation_id, round=2)
    assert state_of(nilgiri, first, later) == "replaced"
    assert joined(nilgiri, second, later) == "open"


def test_a_link_of_a_round_that_was_never_sent_opens_nothing(nilgiri):
    invitation_id, _ = invited(nilgiri)
    with tenant_scope(nilgiri.tenant_id):
        assert offer_of(link_to(invitation_id, round=2)) is None
        assert offer_of(links.make("invite", nilgiri.tenant_id, invitation_id)) is None


def test_withdrawn_it_opens_nothing_and_may_be_made_anew(nilgiri):
    invitation_id, link = invited(nilgiri)
    with nilgiri.scope(nilgiri.admin):
        invitations.withdraw(invitation_id, now=NOW)
    assert joined(nilgiri, link) == "withdrawn"
    for act in (
        lambda: invitations.withdraw(invitation_id, now=NOW),
        lambda: invitations.resend(invitation_id, by=nilgiri.admin.id, now=NOW + HOUR),
    ):
        with pytest.raises(NotFound), nilgiri.scope(nilgiri.admin):
            act()
    _, anew = invited(nilgiri, now=NOW + HOUR)
    assert joined(nilgiri, anew, NOW + HOUR) == "open"


def test_taken_up_it_can_be_neither_withdrawn_nor_sent_again(nilgiri):
    invitation_id, link = invited(nilgiri)
    joined(nilgiri, link)
    for act in (
        lambda: invitations.withdraw(invitation_id, now=NOW),
        lambda: invitations.resend(invitation_id, by=nilgiri.admin.id, now=NOW + HOUR),
    ):
        with pytest.raises(IllegalMove), nilgiri.scope(nilgiri.admin):
            act()


@pytest.mark.parametrize("typed", [RAVI, "ravi@EXAMPLE.in", " ravi@example.in "])
def test_an_address_that_is_invited_already_leads_to_its_invitation(nilgiri, typed):
    invitation_id, _ = invited(nilgiri)
    with pytest.raises(InvitedAlready) as refused, nilgiri.scope(nilgiri.admin):
        invitations.invite(typed, "user", by=nilgiri.admin.id, now=NOW + HOUR)
    assert refused.value.invitation_id == invitation_id
    assert letters(nilgiri) == 1


def test_somebody_who_works_here_is_not_invited(nilgiri):
    for columns, told in ((True, "works here already"), (False, "is switched off here")):
        with nilgiri.scope():
            db().scalars(select(User).where(User.id == nilgiri.user.id)).one().is_active = columns
        with pytest.raises(Invalid, match=told) as refused, nilgiri.scope(nilgiri.admin):
            invitations.invite(nilgiri.user.email.upper(), "admin", by=nilgiri.admin.id, now=NOW)
        assert refused.value.field == "email"
    assert letters(nilgiri) == 0


def test_the_same_address_in_another_company_is_another_person(nilgiri, sahyadri):
    _, link = invited(nilgiri, sahyadri.admin.email)
    assert joined(nilgiri, link) == "open"
    [rohan] = people_called(sahyadri, sahyadri.admin.email)
    assert (rohan.role, rohan.first_name) == ("admin", "Rohan")


@pytest.mark.parametrize(
    ("email", "role", "field"),
    [("", "user", "email"), ("ravi", "user", "email"), ("a@b.in\nBcc: c@d.in", "user", "email"),
     (RAVI, "owner", "role"), (RAVI, "", "role")],
)  # fmt: skip
def test_what_does_not_fit_is_refused_at_its_field(nilgiri, email, role, field):
    with pytest.raises(Invalid) as refused, nilgiri.scope(nilgiri.admin):
        invitations.invite(email, role, by=nilgiri.admin.id, now=NOW)
    assert refused.value.field == field


# Somebody comes back -----------------------------------------------------------------------------------


def removed(company, person) -> None:
    with company.scope(company.admin):
        people.remove(person.id, by=company.admin.id, now=NOW)


def test_a_removed_person_comes_back_into_the_same_row_and_only_on_acceptance(nilgiri):
    imran = nilgiri.manager
    signed_in(nilgiri, imran)
    with nilgiri.scope():
        db().add(SecondFactor(user_id=imran.id, secret="v1:sealed", confirmed_at=NOW))
        db().add(RecoveryCode(user_id=imran.id, code_hash="hash"))
    removed(nilgiri, imran)
    _, link = invited(nilgiri, imran.email.upper(), "user")
    [before] = people_called(nilgiri, imran.email)
    assert (before.deleted_at, before.is_active, before.role) == (NOW, False, "manager")
    assert joined(nilgiri, link, name="Imran S. Sheikh") == "open"
    [after] = people_called(nilgiri, imran.email)
    assert (after.id, after.deleted_at, after.is_active, after.role) == (imran.id, None, True, "user")
    assert (after.password_hash, after.last_name) == ("a new hash", "S. Sheikh")
    with nilgiri.scope():
        assert db().scalar(select(func.count()).select_from(SecondFactor)) == 0
        assert db().scalar(select(func.count()).select_from(RecoveryCode)) == 0
        [old] = db().scalars(select(UserSession).where(UserSession.user_id == imran.id))
        assert old.revoked_at and not old.is_active


def test_a_session_that_outlived_the_removal_ends_on_return(nilgiri, superuser):
    imran = nilgiri.manager
    signed_in(nilgiri, imran)
    removed(nilgiri, imran)
    superuser.execute(
        "UPDATE sessions SET revoked_at = NULL, is_active = true WHERE user_id = %s", (imran.id,)
    )
    _, link = invited(nilgiri, imran.email)
    joined(nilgiri, link)
    assert superuser.execute("SELECT is_active FROM sessions WHERE user_id = %s", (imran.id,)).fetchone() == (
        False,
    )


def test_who_got_the_address_meanwhile_is_not_doubled(nilgiri):
    """An address that was changed to the invited one: its person works here already."""
    _, link = invited(nilgiri)
    with nilgiri.scope():
        db().scalars(select(User).where(User.id == nilgiri.user.id)).one().email = RAVI.lower()
    assert joined(nilgiri, link) == "used"
    assert len(people_called(nilgiri, RAVI)) == 1


# Limits -----------------------------------------------------------------------------------------------


def test_an_address_gets_three_an_hour_and_one_a_minute(nilgiri):
    invitation_id, _ = invited(nilgiri)

    def again(after: dt.timedelta) -> None:
        with nilgiri.scope(nilgiri.admin):
            invitations.resend(invitation_id, by=nilgiri.admin.id, now=NOW + after)

    with pytest.raises(TooOften) as refused:
        again(dt.timedelta(seconds=59))
    assert refused.value.retry_after == 1
    again(dt.timedelta(minutes=1))
    again(dt.timedelta(minutes=2))
    with pytest.raises(TooOften) as refused:
        again(dt.timedelta(minutes=3))
    assert refused.value.retry_after == 57 * 60
    again(HOUR)
    assert letters(nilgiri) == 4


def test_withdrawing_and_inviting_anew_does_not_get_around_it(nilgiri):
    for number in range(3):
        invitation_id, _ = invited(nilgiri, now=NOW + dt.timedelta(minutes=2 * number))
        with nilgiri.scope(nilgiri.admin):
            invitations.withdraw(invitation_id, now=NOW)
    with pytest.raises(TooOften):
        invited(nilgiri, now=NOW + dt.timedelta(minutes=10))


def test_a_company_sends_fifty_a_day(nilgiri):
    for number in range(50):
        invited(nilgiri, f"person{number}@example.in", now=NOW + dt.timedelta(seconds=number))
    with pytest.raises(TooOften) as refused:
        invited(nilgiri, now=NOW + HOUR)
    assert refused.value.retry_after == 23 * 3600
    invited(nilgiri, now=NOW + dt.timedelta(days=1))


# At the same moment -----------------------------------------------------------------------------------


def test_twenty_who_press_at_once_are_one_person(nilgiri):
    """Row 25 of the threat model."""
    _, link = invited(nilgiri)

    def pressing():
        return joined(nilgiri, link)

    results = all_at_once([pressing] * 20)
    assert sorted(results) == ["open"] + ["used"] * 19
    assert len(people_called(nilgiri, RAVI)) == 1


def test_twenty_who_press_at_once_for_somebody_who_comes_back_are_one_person(nilgiri):
    removed(nilgiri, nilgiri.manager)
    _, link = invited(nilgiri, nilgiri.manager.email)
    results = all_at_once([lambda: joined(nilgiri, link)] * 20)
    assert sorted(results) == ["open"] + ["used"] * 19
    assert len(people_called(nilgiri, nilgiri.manager.email)) == 1


def test_joining_while_it_is_withdrawn_is_one_or_the_other(nilgiri):
    for number in range(5):
        invitation_id, link = invited(nilgiri, f"ravi{number}@example.in", now=NOW + number * HOUR)

        def withdrawing(invitation_id=invitation_id):
            with nilgiri.scope(nilgiri.admin):
                invitations.withdraw(invitation_id, now=NOW)
            return "withdrawn it"

        took, withdrew = all_at_once([lambda link=link: joined(nilgiri, link), withdrawing])
        is_in = len(people_called(nilgiri, f"ravi{number}@example.in"))
        assert (took, is_in) == ("open", 1) or (took, is_in) == ("withdrawn", 0)
        assert (withdrew == "withdrawn it") == (took == "withdrawn"), withdrew


def test_two_admins_who_invite_the_same_address_at_once_send_one_mail(nilgiri):
    def inviting():
        return invited(nilgiri)

    results = all_at_once([inviting] * 6)
    assert sum(isinstance(one, tuple) for one in results) == 1, results
    assert all(isinstance(one, tuple | DomainError) for one in results), results
    assert letters(nilgiri) == 1


# What is written down ---------------------------------------------------------------------------------


def test_no_link_that_works_is_stored_anywhere(app, nilgiri, superuser):
    """Row 24: neither the row nor the outbox holds it; the letter does."""
    invitation_id, link = invited(nilgiri)
    secret = link.text.rpartition(".")[2]
    for table in ("user_invitations", "email_messages", "audit_logs"):
        dump = superuser.execute(
            f"SELECT string_agg(t::text, ' ') FROM {table} t WHERE tenant_id = %s", (nilgiri.tenant_id,)
        ).fetchone()[0]
        assert str(invitation_id) in dump and secret not in dump, table
    with nilgiri.scope():
        posted = db().scalars(select(EmailMessage).where(EmailMessage.kind == "invitation")).one()
        text = mail.render(posted, NOW).get_body(("plain",)).get_content()
    assert f"https://billing.test/invite/{link.text}" in text.replace("=\n", "")


def test_a_letter_whose_link_is_dead_is_not_sent(app, nilgiri):
    invitation_id, _ = invited(nilgiri)
    with nilgiri.scope(nilgiri.admin):
        invitations.resend(invitation_id, by=nilgiri.admin.id, now=NOW + HOUR)
    with nilgiri.scope():
        newest = EmailMessage.created_at.desc()
        new, old = db().scalars(
            select(EmailMessage).where(EmailMessage.kind == "invitation").order_by(newest)
        )
        assert mail.render(new, NOW + HOUR)
        with pytest.raises(Unsendable):
            mail.render(old, NOW + HOUR)
        with pytest.raises(Unsendable):
            mail.render(new, NOW + dt.timedelta(days=8))
    with nilgiri.scope(nilgiri.admin):
        invitations.withdraw(invitation_id, now=NOW + HOUR)
    with nilgiri.scope(), pytest.raises(Unsendable):
        mail.render(db().scalars(select(EmailMessage).where(EmailMessage.id == new.id)).one(), NOW + HOUR)


def test_the_trail_tells_who_invited_and_who_joined(nilgiri, superuser):
    _, link = invited(nilgiri)
    joined(nilgiri, link)
    [ravi] = people_called(nilgiri, RAVI)
    told = superuser.execute(
        "SELECT action, user_id FROM audit_logs WHERE tenant_id = %s AND action IN ('invited', 'joined')"
        " ORDER BY created_at",
        (nilgiri.tenant_id,),
    ).fetchall()
    assert told == [("invited", nilgiri.admin.id), ("joined", ravi.id)]


def test_who_joined_can_sign_in(nilgiri):
    """The row is one that `sessions.begin` lets in."""
    _, link = invited(nilgiri)
    joined(nilgiri, link)
    [ravi] = people_called(nilgiri, RAVI)
    with nilgiri.scope():
        checked = passwords.fingerprint("a new hash")
        assert sessions.begin(sessions.SignIn(ravi.id, checked, remember=False), WEEK, now=NOW)
