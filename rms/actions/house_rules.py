"""What a company allows its people, and asks of them: two switches in `tenants.settings`."""

from dataclasses import asdict

from rms.db.locks import lock
from rms.db.session import current_tenant, db
from rms.domain.errors import N_, StaleVersion
from rms.models import Tenant
from rms.queries.house_rules import HouseRules, rules_in


def set_rules(rules: HouseRules, *, seen: HouseRules) -> HouseRules:
    """Both switches at once; raises StaleVersion with the stored ones unless they are as they were seen.

    They hold on everybody's next request, since each reads the settings anew.
    """
    tenant = lock(Tenant, current_tenant())
    stored = rules_in(tenant.settings)
    if stored != seen:
        raise StaleVersion(N_("These rules were changed in the meantime."), theirs=stored)
    tenant.settings = {**(tenant.settings or {}), **asdict(rules)}
    db().flush()
    return rules
