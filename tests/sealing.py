"""Sealing the audit trail in a test, with patience."""

import threading

import pytest

from rms.jobs.seals import seal_audit
from rms.queries import seals as found


def seal(company) -> None:
    """Until nothing waits: tests of other workers may hold the horizon back for a moment."""
    for _ in range(200):
        seal_audit(str(company.tenant_id))
        with company.scope():
            if not found.waiting().rows:
                return
        threading.Event().wait(0.05)
    pytest.fail("entries stayed unsealed")
