"""All kinds of mail there are."""

from rms.mail.kind import Kind
from rms.mail.of_accounts import ACCOUNT_KINDS
from rms.mail.of_answers import ANSWER_KINDS
from rms.mail.of_company import COMPANY_KINDS
from rms.mail.of_credit_notes import CREDIT_NOTE_KINDS
from rms.mail.of_documents import DOCUMENT_KINDS
from rms.mail.of_entry import ENTRY_KINDS
from rms.mail.of_own_account import OWN_ACCOUNT_KINDS
from rms.mail.of_quotes import QUOTE_KINDS
from rms.mail.of_receipts import RECEIPT_KINDS
from rms.mail.of_schedules import SCHEDULE_KINDS
from rms.mail.of_second_factor import SECOND_FACTOR_KINDS
from rms.mail.of_statements import STATEMENT_KINDS

KINDS: dict[str, Kind] = {
    **ACCOUNT_KINDS,
    **ENTRY_KINDS,
    **OWN_ACCOUNT_KINDS,
    **SECOND_FACTOR_KINDS,
    **COMPANY_KINDS,
    **DOCUMENT_KINDS,
    **QUOTE_KINDS,
    **RECEIPT_KINDS,
    **CREDIT_NOTE_KINDS,
    **STATEMENT_KINDS,
    **SCHEDULE_KINDS,
    **ANSWER_KINDS,
}
