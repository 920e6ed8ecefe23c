"""What a company's plan leaves open: the table, written out here by hand as it was decided."""

import datetime as dt

import pytest

from rms.policy import (
    FREE_LIMITS,
    GATE_TABLE,
    AfterTrial,
    Permission,
    Role,
    Standing,
    Use,
    gate,
    refusal,
    standing_of,
    use_of,
)

NOW = dt.datetime(2026, 11, 22, 10, 30, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)

# yes, no, or "admin": only an admin. The columns are the uses, in this order.
USES = ("read", "write", "export", "api_read", "api_write", "customer_mail", "recurring", "public_link")
DECIDED = {
    "trial": "yes yes yes yes yes yes yes yes",
    "active": "yes yes yes yes yes yes yes yes",
    "free": "yes yes yes yes no yes no yes",
    "locked": "yes no yes yes no no no yes",
    "suspended": "admin no admin no no no no no",
}
CELLS = [
    (standing, use, word)
    for standing, words in DECIDED.items()
    for use, word in zip(USES, words.split(), strict=True)
]


@pytest.mark.parametrize(("standing", "use", "word"), CELLS)
def test_the_gate_is_open_to_whom_the_table_says(standing, use, word):
    open_to = {role for role in Role if gate(Standing(standing), Use(use), role)}
    assert open_to == {"yes": set(Role), "no": set(), "admin": {Role.ADMIN}}[word]
    assert gate(Standing(standing), Use(use)) == (word == "yes"), "without a role: a job or a public link"


@pytest.mark.parametrize("standing", Standing)
def test_the_own_account_is_always_open_and_every_use_is_decided(standing):
    assert set(GATE_TABLE[standing]) == set(Use)
    assert all(gate(standing, Use.ACCOUNT, role) for role in Role)


STANDINGS = [
    ("trial", NOW + SECOND, "free", Standing.TRIAL),
    ("trial", NOW, "free", Standing.FREE),
    ("trial", NOW - SECOND, "free", Standing.FREE),
    ("trial", NOW - SECOND, "lock", Standing.LOCKED),
    ("trial", None, "lock", Standing.TRIAL),
    ("active", NOW - SECOND, "lock", Standing.ACTIVE),
    ("expired", None, "free", Standing.FREE),
    ("expired", NOW + SECOND, "lock", Standing.LOCKED),
    ("cancelled", None, "free", Standing.LOCKED),
    ("cancelled", None, "lock", Standing.LOCKED),
    ("suspended", NOW + SECOND, "free", Standing.SUSPENDED),
    ("suspended", None, "lock", Standing.SUSPENDED),
]


@pytest.mark.parametrize(("status", "trial_ends_at", "after_trial", "expected"), STANDINGS)
def test_how_a_company_stands(status, trial_ends_at, after_trial, expected):
    assert standing_of(status, trial_ends_at, NOW, after_trial) is expected


def test_what_follows_a_trial_is_one_of_two():
    assert [str(after) for after in AfterTrial] == ["free", "lock"]
    with pytest.raises(ValueError, match="gratis"):
        standing_of("expired", None, NOW, "gratis")


def test_the_free_limits():
    assert FREE_LIMITS == {"invoices": 5, "customers": 10, "users": 1}


@pytest.mark.parametrize("permission", Permission)
def test_the_use_follows_from_permission_and_method(permission):
    always = permission in (Permission.OWN_ACCOUNT, Permission.PLAN_MANAGE)
    is_export = permission == Permission.LIST_EXPORT
    web_read = Use.ACCOUNT if always else Use.EXPORT if is_export else Use.READ
    web_write = Use.ACCOUNT if always else Use.EXPORT if is_export else Use.WRITE
    assert use_of(permission, writes=False) is web_read
    assert use_of(permission, writes=True) is web_write
    assert use_of(permission, writes=False, api=True) is Use.API_READ
    assert use_of(permission, writes=True, api=True) is (Use.API_READ if always else Use.API_WRITE)


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("use", Use)
def test_every_closed_gate_says_why_and_whom_to_write_to(standing, use):
    if gate(standing, use):
        return
    told = refusal(standing, use) % {"help": "help@rms.example"}
    assert "help@rms.example" in told
    assert ("suspended" in told) == (standing is Standing.SUSPENDED)
