"""Shallow jobs: ids in, the tenant's scope opened, an action called. `JOBS` is all that a worker will run."""

from rms.jobs.emails import deliver_mail
from rms.jobs.overdue import sweep_overdue

JOBS = {"deliver_mail": deliver_mail, "sweep_overdue": sweep_overdue}
