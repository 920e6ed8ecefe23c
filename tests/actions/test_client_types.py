"""Types of customers and account managers: added, renamed, no longer offered."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from rms.actions import client_types as actions
from rms.actions.client_types import ManagerDraft, TypeDraft, stamp
from rms.db.session import db
from rms.domain.errors import Invalid, NotFound, StaleVersion
from rms.queries import client_types as queries
from tests.factories import make_customer, make_user

SOCIETY = TypeDraft(name="Housing society", payment_terms=45)
MEERA = ManagerDraft(name="Meera Iyer", email="meera@partner.example")


def test_a_type_is_added_with_a_code_from_its_name(nilgiri):
    with nilgiri.scope():
        row = actions.add_type(SOCIETY)
        assert (row.name, row.code, row.payment_terms, row.is_active) == (
            "Housing society",
            "HOUSING-SOCIETY",
            45,
            True,
        )
        assert actions.add_type(TypeDraft(name="थोक ग्राहक")).code == "थोक-ग्राहक"
        assert [(one.name, one.customers) for one in queries.client_types()][0] == ("Housing society", 0)


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"name": " "}, "name", "Enter a name, like Wholesale"),
        ({"name": "x" * 256}, "name", "Use at most 255 characters. This has 256"),
        ({"code": "x" * 21}, "code", "Use at most 20 characters. This has 21"),
        ({"code": "regular"}, "code", "Another type has the code REGULAR"),
        ({"payment_terms": None}, "payment_terms", "Payment terms are 0 to 3,650 days"),
        ({"payment_terms": -1}, "payment_terms", "Payment terms are 0 to 3,650 days"),
        ({"payment_terms": 3651}, "payment_terms", "Payment terms are 0 to 3,650 days"),
    ],
)
def test_a_type_that_does_not_fit_is_told_at_its_field(nilgiri, changed, field, sentence):
    draft = TypeDraft(**{**SOCIETY.__dict__, **changed})
    with nilgiri.scope():
        type_id = actions.add_type(SOCIETY).id
    for attempt in (
        lambda: actions.add_type(draft),
        lambda: actions.change_type(type_id, draft, version=stamp(queries.find_client_type(type_id))),
    ):
        with nilgiri.scope(), pytest.raises(Invalid) as refused:
            attempt()
        assert [str(one) for one in refused.value.errors[field]] == [sentence]


def test_a_type_is_changed_by_who_saw_it_last(nilgiri):
    with nilgiri.scope():
        row = actions.add_type(SOCIETY)
        type_id, seen = row.id, stamp(row)
    with nilgiri.scope():
        row = actions.change_type(type_id, TypeDraft(name="Societies", code="SOC"), version=seen)
        assert (row.name, row.code, row.payment_terms) == ("Societies", "SOC", 30)
    with nilgiri.scope(), pytest.raises(StaleVersion) as refused:
        actions.change_type(type_id, SOCIETY, version=seen)
    assert refused.value.theirs.name == "Societies"


def test_the_last_type_stays_offered(nilgiri):
    with nilgiri.scope():
        [only] = queries.client_types()
        row = queries.find_client_type(only.id)
        away = TypeDraft(name=row.name, code=row.code, is_active=False)
        with pytest.raises(Invalid, match="only type offered"):
            actions.change_type(row.id, away, version=stamp(row))
        actions.add_type(SOCIETY)
        actions.change_type(row.id, away, version=stamp(row))
        assert [one.name for one in queries.client_types_offered()] == ["Housing society"]
        assert [one.name for one in queries.client_types()] == ["Housing society", "Regular"]


def test_active_customers_are_counted(nilgiri):
    with nilgiri.scope():
        kind, manager = actions.add_type(SOCIETY), actions.add_manager(MEERA)
        for active in (True, True, False):
            make_customer(client_type_id=kind.id, account_manager_id=manager.id, is_active=active)
        assert {one.name: one.customers for one in queries.client_types()} == {
            "Housing society": 2,
            "Regular": 0,
        }
        assert [one.customers for one in queries.account_managers()] == [2]


def test_a_manager_may_be_a_colleague_or_somebody_outside(nilgiri):
    with nilgiri.scope():
        actions.add_manager(MEERA)
        anand = make_user("Anand", "manager", last_name="Rao")
        row = actions.add_manager(ManagerDraft(user_id=anand.id))
        assert (row.name, row.email, row.user_id) == ("Anand Rao", anand.email, anand.id)
        assert [(one.name, one.is_colleague) for one in queries.account_managers()] == [
            ("Anand Rao", True),
            ("Meera Iyer", False),
        ]


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"name": ""}, "name", "Enter the name"),
        ({"name": "x" * 256}, "name", "Use at most 255 characters. This has 256"),
        ({"email": ""}, "email", "Enter the e-mail address"),
        ({"email": "meera"}, "email", "An e-mail address looks like name@company.in"),
        ({"user_id": uuid4()}, "user_id", "Choose one of your people"),
    ],
)
def test_a_manager_that_does_not_fit_is_told_at_its_field(nilgiri, changed, field, sentence):
    with nilgiri.scope(), pytest.raises(Invalid) as refused:
        actions.add_manager(ManagerDraft(**{**MEERA.__dict__, **changed}))
    assert [str(one) for one in refused.value.errors[field]] == [sentence]


def test_a_manager_is_changed_by_who_saw_them_last(nilgiri):
    with nilgiri.scope():
        row = actions.add_manager(MEERA)
        manager_id, seen = row.id, stamp(row)
    away = ManagerDraft(name="Meera Rao", email=MEERA.email, is_active=False)
    with nilgiri.scope():
        actions.change_manager(manager_id, away, version=seen)
        assert queries.account_managers_offered() == []
        assert [one.name for one in queries.account_managers()] == ["Meera Rao"]
    with nilgiri.scope(), pytest.raises(StaleVersion):
        actions.change_manager(manager_id, MEERA, version=seen)


def test_rivals_meet_nothing_of_each_other(nilgiri, sahyadri):
    with sahyadri.scope():
        kind, manager = actions.add_type(SOCIETY), actions.add_manager(MEERA)
        theirs = db().execute(text("SELECT id FROM users LIMIT 1")).scalar_one()
    with nilgiri.scope():
        for attempt in (
            lambda: actions.change_type(kind.id, SOCIETY, version=1),
            lambda: actions.change_manager(manager.id, MEERA, version=1),
            lambda: queries.find_client_type(kind.id),
            lambda: queries.find_account_manager(manager.id),
        ):
            with pytest.raises(NotFound):
                attempt()
        with pytest.raises(Invalid, match="needs another look"):
            actions.add_manager(ManagerDraft(user_id=theirs))
        assert len(queries.client_types()) == 1 and queries.account_managers() == []
