"""What a company allows its people, and asks of them: rules in `tenants.settings`."""

from dataclasses import asdict

from rms.db.locks import lock
from rms.db.session import current_tenant, db
from rms.domain.errors import N_, Invalid, StaleVersion
from rms.domain.money import MAX_MONEY, q2
from rms.models import Tenant
from rms.queries.house_rules import HouseRules, rules_in


def set_rules(rules: HouseRules, *, seen: HouseRules) -> HouseRules:
    """All at once; raises StaleVersion with the stored ones unless they are as they were seen, and Invalid at
    "write_off_limit".

    They hold on everybody's next request, since each reads the settings anew.
    """
    if not 0 <= rules.write_off_limit <= MAX_MONEY:
        raise Invalid(N_("A limit is an amount from zero up"), field="write_off_limit")
    tenant = lock(Tenant, current_tenant())
    stored = rules_in(tenant.settings)
    if stored != seen:
        raise StaleVersion(N_("These rules were changed in the meantime."), theirs=stored)
    kept = asdict(rules) | {"write_off_limit": str(q2(rules.write_off_limit))}
    tenant.settings = {**(tenant.settings or {}), **kept}
    db().flush()
    return rules
