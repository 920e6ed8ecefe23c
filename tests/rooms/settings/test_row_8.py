"""Row 8: no column that a form of settings does not have can be slipped into it."""

import pytest
from sqlalchemy import inspect, select

from rms.db.session import db
from rms.models import Company, GstSetting, NumberSeries, Tenant
from tests.rooms.settings.test_bank import BANK
from tests.rooms.settings.test_company import NAMES
from tests.rooms.settings.test_numbering import SERIES

# What each form may change, and what follows from that.
FORMS = {
    "company": (
        NAMES,
        {*NAMES, "address", "tax_id", "state_code", "address_line2", "registration_type", "default_rate"},
    ),
    "bank": (BANK, {*BANK, "bank_account_last4"}),
    "numbering": (SERIES, {*SERIES, "pattern", "resets_yearly"}),
    "security": ({"version": "00", "users_may_draft": "y"}, {"settings"}),
}
ALWAYS = {"version", "updated_at"}


def columns() -> dict[str, object]:
    """Every column of every row that settings come near, by table, row and name."""
    found = {}
    for model in (Company, GstSetting, NumberSeries, Tenant):
        for row in db().scalars(select(model)):
            for name in inspect(model).columns.keys():  # noqa: SIM118 - not a dict
                found[model.__tablename__, str(row.id), name] = getattr(row, name)
    return found


@pytest.mark.parametrize("path", FORMS)
def test_no_column_of_any_row_can_be_slipped_in(priya, nilgiri, sahyadri, path):
    form, may_change = FORMS[path]
    with nilgiri.scope():
        before = columns()
        extra = {name: "1" for _, _, name in before if name not in form and name not in may_change}
    extra |= {"tenant_id": str(sahyadri.tenant_id), "id": str(sahyadri.tenant_id), "slug": "mine"}
    extra |= {"subscription_status": "active", "is_default": "", "current_user_count": "0"}
    assert priya.post(f"settings/{path}", extra | form).status_code == 303
    with nilgiri.scope():
        after = columns()
    changed = {name for (table, row, name), value in before.items() if after[table, row, name] != value}
    assert changed <= may_change | ALWAYS
    assert changed
