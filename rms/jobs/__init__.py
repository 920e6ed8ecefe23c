"""Shallow jobs: ids in, the tenant's scope opened, an action called. `JOBS` is all that a worker will run."""

from rms.jobs.bank_imports import read_statement
from rms.jobs.bulk import run_bulk
from rms.jobs.emails import deliver_mail
from rms.jobs.ledger import check_ledger
from rms.jobs.overdue import sweep_overdue
from rms.jobs.purges import purge_attempts, purge_company
from rms.jobs.recurring import run_schedules
from rms.jobs.reminders import send_reminders
from rms.jobs.seals import anchor_audit, seal_audit

JOBS = {
    "deliver_mail": deliver_mail,
    "run_bulk": run_bulk,
    "read_statement": read_statement,
    "sweep_overdue": sweep_overdue,
    "run_schedules": run_schedules,
    "send_reminders": send_reminders,
    "check_ledger": check_ledger,
    "seal_audit": seal_audit,
    "anchor_audit": anchor_audit,
    "purge_company": purge_company,
    "purge_attempts": purge_attempts,
}
