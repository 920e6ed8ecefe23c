"""Two companies that must never meet: every address and every field that takes an id, with the other's ids.

A new address or a new kind of id fails here until `belongings` and `forms` say what to try it with.
"""

import itertools
import re
from uuid import UUID, uuid4

import pytest
from werkzeug.exceptions import MethodNotAllowed, NotFound

from tests.house import belongings
from tests.house.belongings import Belongings, checksums
from tests.house.forms import CUSTOMER, DAY, POSTS, SERVICE, body_of, credit_of, head_of, line_of, receipt_of
from tests.house.routes import company_rules, is_in_company, method_of, path_of, permission_of, rules
from tests.house.walking import assert_tells_nothing, send
from tests.http import HOST, Browser, headers

# Arguments that name no row of a company: they may be anything.
NO_ROW = {"slug", "n", "token"}
ROWS = {
    "customer_id",
    "service_id",
    "invoice_id",
    "line_id",
    "receipt_id",
    "refund_id",
    "draft_id",
    "user_id",
    "invitation_id",
    "session_id",
    "entry_id",
    "job_id",
    "answer_id",
    "mail_id",
    "quote_id",
    "quote_line_id",
    "schedule_id",
    "series_id",
    "rate_id",
    "credit_note_id",
    "type_id",
    "manager_id",
    "contact_id",
    "batch_id",
    "bank_line_id",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def theirs(nilgiri) -> Belongings:
    return belongings.give(nilgiri)


@pytest.fixture
def own(sahyadri) -> Belongings:
    return belongings.give(sahyadri, mark="ours")


@pytest.fixture
def priya(app, nilgiri) -> Browser:
    return Browser(app, nilgiri, nilgiri.admin)


@pytest.fixture
def rohan(app, sahyadri) -> Browser:
    return Browser(app, sahyadri, sahyadri.admin)


@pytest.fixture
def unchanged(superuser, nilgiri, theirs, request):
    """After the test, nothing of Nilgiri's may be other than before. Their people are signed in first."""
    for name in ("priya", "asha", "imran"):
        if name in request.fixturenames:
            request.getfixturevalue(name)
    before = checksums(superuser, nilgiri)
    yield
    after = checksums(superuser, nilgiri)
    assert before == after, sorted(table for table in before if before[table] != after[table])


def rules_with_rows(app):
    found = [rule for rule in rules(app) if rule.arguments - NO_ROW]
    assert len(found) > 25
    assert all(permission_of(app, rule) for rule in found), "a public address names a row"
    return found


# The tables are whole -------------------------------------------------------------------------


def test_every_argument_that_names_a_row_is_known(app):
    for rule in rules(app):
        assert rule.arguments <= NO_ROW | ROWS, f"{rule.rule}: say whose {rule.arguments - NO_ROW - ROWS} is"
    assert set().union(*(rule.arguments for rule in rules(app))) == NO_ROW | ROWS


def test_every_address_that_posts_to_a_row_is_known(app):
    posting = {rule.endpoint for rule in rules_with_rows(app) if method_of(rule) == "POST"}
    assert posting == set(POSTS), "the table of right forms is not that of the product"


@pytest.mark.parametrize("hx", [False, True], ids=["page", "htmx"])
@pytest.mark.parametrize("endpoint", sorted(POSTS))
def test_the_owner_gets_through(app, priya, theirs, endpoint, hx):
    """Each form of the walk does what it is for when its owner sends it."""
    where, fill = POSTS[endpoint]
    values = theirs.values() | {name: getattr(theirs, kind) for name, kind in where.items()}
    rule = next(rule for rule in rules(app) if rule.endpoint == endpoint)
    reply = priya.post(path_of(app, rule, {"slug": priya.company.slug, **values}), fill(theirs), hx=hx)
    assert reply.status_code in (200, 204, 303), reply.text[:2000]


def test_the_owner_sees_it(app, priya, theirs):
    """And each page of the walk shows what must not leak, so that its absence means something."""
    seen = 0
    for rule in rules_with_rows(app):
        if method_of(rule) == "GET":
            for values in theirs.ways():
                reply = priya.get(path_of(app, rule, {"slug": priya.company.slug, **values}), hx=True)
                assert reply.status_code in (200, 204, 404, 409), f"{rule.rule}: {reply.status}"
                seen += belongings.MARK.encode() in reply.data
    assert seen > 10


# The walk ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hx", [False, True], ids=["page", "htmx"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("house", ["own", "theirs"])
def test_the_rival_finds_nothing_anywhere(
    app, rohan, nilgiri, sahyadri, theirs, unchanged, method, house, hx
):
    """In the own company and in theirs, for every state of a document, with forms that are right."""
    slug = (sahyadri if house == "own" else nilgiri).slug
    ways = theirs.ways() if method in ("GET", "POST") else theirs.ways()[:1]
    for rule, values in itertools.product(rules_with_rows(app), ways):
        path = path_of(app, rule, {**values, "slug": slug})
        reply = send(rohan, method, path, body_of(rule.endpoint, theirs), hx=hx)
        assert reply.status_code == expected(app, method, path), f"{method} {path}: {reply.status}"
        assert_tells_nothing(reply, theirs, f"{method} {path}")


@pytest.mark.parametrize("hx", [False, True], ids=["page", "htmx"])
def test_a_line_is_not_reached_through_an_invoice_of_ones_own(app, rohan, theirs, own, unchanged, hx):
    """Nor an own line through their invoice."""
    crossed = [
        own.values() | {"line_id": theirs.line},
        own.values() | {"line_id": theirs.deleted_line},
        theirs.values() | {"line_id": own.line},
    ]
    with_lines = [rule for rule in rules(app) if "line_id" in rule.arguments]
    assert len(with_lines) >= 4
    for rule, values in itertools.product(with_lines, crossed):
        path = path_of(app, rule, {**values, "slug": rohan.company.slug})
        fields = {**line_of(theirs), **line_of(own)}
        reply = send(rohan, method_of(rule), path, fields, hx=hx)
        assert reply.status_code == 404, f"{path}: {reply.status}"
        assert_tells_nothing(reply, theirs, path)


@pytest.mark.parametrize("hx", [False, True], ids=["page", "htmx"])
def test_no_list_or_form_shows_what_is_theirs(app, rohan, nilgiri, sahyadri, theirs, own, unchanged, hx):
    """Addresses without ids: 404 under their name, and under the own one without a trace of them."""
    for rule in company_rules(app):
        if rule.arguments & ROWS or method_of(rule) != "GET":
            continue
        for n in range(1, 6) if "n" in rule.arguments else [1]:
            inside = path_of(app, rule, {"slug": sahyadri.slug, "n": n})
            reply = rohan.get(inside, hx=hx)
            assert reply.status_code in (200, 204, 303), f"{inside}: {reply.status}"
            assert_tells_nothing(reply, theirs, inside)
            if not is_in_company(rule):
                continue
            outside = path_of(app, rule, {"slug": nilgiri.slug, "n": n})
            assert rohan.get(outside, hx=hx).status_code == 404, outside


@pytest.mark.parametrize("hx", [False, True], ids=["page", "htmx"])
def test_nothing_can_be_made_under_their_name(app, rohan, nilgiri, unchanged, hx):
    posting = [rule for rule in company_rules(app) if method_of(rule) == "POST" and is_in_company(rule)]
    making = [rule for rule in posting if not rule.arguments & ROWS]
    assert len(making) > 10
    for rule in making:
        path = path_of(app, rule, {"slug": nilgiri.slug, "n": 1})
        reply = rohan.post(path, {**CUSTOMER, **SERVICE}, hx=hx)
        assert reply.status_code == 404, f"{path}: {reply.status}"


def test_signed_out_there_is_only_the_way_in(app, nilgiri, theirs, unchanged):
    """Posts are refused for their missing token before anything else is looked at."""
    for rule, values in itertools.product(rules_with_rows(app), theirs.ways()):
        path = path_of(app, rule, {**values, "slug": nilgiri.slug})
        for hx, refused in ((False, 303), (True, 401)):
            client = app.test_client()
            reply = client.open(path, method=method_of(rule), base_url=HOST, headers=headers(hx))
            assert reply.status_code == (refused if method_of(rule) == "GET" else 400), path
            assert_tells_nothing(reply, theirs, path)


def test_a_visitor_with_a_token_but_without_a_session_is_led_to_the_way_in(app, nilgiri, theirs, unchanged):
    client = app.test_client()
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/login", base_url=HOST).text)[1]
    for rule, values in itertools.product(rules_with_rows(app), theirs.ways()):
        if method_of(rule) == "POST":
            path = path_of(app, rule, {**values, "slug": nilgiri.slug})
            fields = {**body_of(rule.endpoint, theirs), "csrf_token": token, "form_token": str(uuid4())}
            for hx, refused in ((False, 303), (True, 401)):
                reply = client.post(path, base_url=HOST, data=fields, headers=headers(hx))
                assert reply.status_code == refused, path


def expected(app, method: str, path: str) -> int:
    """404 where the method is answered at all; else 405, which is the same for every id."""
    try:
        app.url_map.bind("").match(path, method=method)
    except MethodNotAllowed:
        return 405
    except NotFound:
        pytest.fail(f"{path} is no address of the product")
    return 404


# Ids in fields and in the address --------------------------------------------------------------------


@pytest.mark.parametrize("hx", [False, True], ids=["page", "htmx"])
@pytest.mark.parametrize(
    "address",
    [
        "invoices?customer={0.customer}",
        "invoices/_/totals?customer={0.customer}",
        "credit-notes/new?customer={0.customer}",
        "credit-notes/new?invoice={0.invoice}",
        "receipts/new?customer={0.customer}",
        "receipts/new?invoice={0.invoice}",
        "receipts/new?invoice={0.draft}",
        "refunds/new?receipt={0.receipt}",
        "refunds/new?credit_note={0.credit_note}",
        "receipts/new?draft={0.receipt_draft}",
        "receipts/_/open?customer={0.customer}",
        "receipts/statement/lines/{0.bank_line}/match?customer_id={0.customer}",
        "receipts/_/open?customer_id={0.customer}",
    ],
)
def test_an_id_in_the_address_opens_nothing(rohan, priya, theirs, unchanged, address, hx):
    path = address.format(theirs)
    if "draft" not in address:
        assert priya.get(path, hx=hx).status_code in (200, 303), "its owner gets through"
    reply = rohan.get(path, hx=hx)
    assert reply.status_code == 404, reply.status
    assert_tells_nothing(reply, theirs, path)


@pytest.mark.parametrize(
    "address", ["invoices", "customers", "services", "receipts", "customers/_/options", "services/_/options"]
)
def test_a_search_for_what_is_theirs_finds_nothing(rohan, priya, theirs, unchanged, address):
    assert belongings.MARK in priya.get(f"{address}?q=quokka").text, "its owner finds it"
    reply = rohan.get(f"{address}?q=quokka", hx=True)
    assert reply.status_code == 200
    assert_tells_nothing(reply, theirs, address)


REFUNDED = {"amount": "1.00", "refund_date": DAY, "payment_method": "upi"}
# (path, fields) with their ids in a form of the rival's own; `{1}` is what is the rival's.
FIELDS = {
    "customer of a new draft": ("invoices", lambda theirs, own: {"customer": str(theirs.customer)}),
    "customer of a draft": (
        "invoices/{1.draft}/head",
        lambda theirs, own: head_of(own) | {"customer_id": str(theirs.customer)},
    ),
    "service of a line": (
        "invoices/{1.draft}/lines/{1.line}",
        lambda theirs, own: line_of(own, service=str(theirs.service)),
    ),
    "customer of a line of a statement": (
        "receipts/statement/lines/{1.bank_line}",
        lambda theirs, own: {"customer_id": str(theirs.customer), "customer": "", "way": "account"},
    ),
    "customer of a receipt": (
        "receipts",
        lambda theirs, own: receipt_of(own, customer_id=str(theirs.customer)),
    ),
    "receipt of a refund": (
        "refunds",
        lambda theirs, own: {"receipt": str(theirs.receipt), **REFUNDED},
    ),
    "credit note of a refund": (
        "refunds",
        lambda theirs, own: {"credit_note": str(theirs.credit_note), **REFUNDED},
    ),
    "invoice of a credit note": (
        "credit-notes",
        lambda theirs, own: credit_of(own, invoice_id=str(theirs.credited)),
    ),
    "invoice of a preview of a credit note": (
        "credit-notes/_/preview",
        lambda theirs, own: credit_of(own, invoice_id=str(theirs.credited)),
    ),
    "customer of a credit note": (
        "credit-notes",
        lambda theirs, own: credit_of(own, invoice_id="", customer_id=str(theirs.customer)),
    ),
    "customer of a preview": (
        "receipts/_/preview",
        lambda theirs, own: receipt_of(own, customer_id=str(theirs.customer)),
    ),
    "customer of a fill": (
        "receipts/_/fill",
        lambda theirs, own: receipt_of(own, customer_id=str(theirs.customer)),
    ),
}
CLAIMS = {
    "line of a credit note": (
        "credit-notes",
        lambda theirs, own: credit_of(
            own, **{f"amt-{own.credited_line}": "", f"qty-{theirs.credited_line}": "1"}
        ),
    ),
    "line of a draft of a credit note": (
        "credit-notes/{1.credit_draft}/save",
        lambda theirs, own: credit_of(
            own, **{f"amt-{own.credited_line}": "", f"qty-{theirs.credited_line}": "1"}
        ),
    ),
    "invoice of a use of a credit note": (
        "credit-notes/{1.credit_note}/apply",
        lambda theirs, own: {f"use-{theirs.credited}": "10.00"},
    ),
    "invoice of a new receipt": (
        "receipts",
        lambda theirs, own: receipt_of(own) | {f"alloc-{theirs.invoice}": "10.00"},
    ),
    "invoice of a receipt": (
        "receipts/{1.receipt}/allocate",
        lambda theirs, own: {f"alloc-{theirs.invoice}": "10.00"},
    ),
}


@pytest.mark.parametrize("hx", [False, True], ids=["page", "htmx"])
@pytest.mark.parametrize("field", sorted(FIELDS | CLAIMS))
def test_an_id_in_a_form_is_refused_and_nothing_is_stored(
    rohan, superuser, sahyadri, theirs, own, unchanged, field, hx
):
    path, fill = (FIELDS | CLAIMS)[field]
    before = checksums(superuser, sahyadri)
    reply = rohan.post(path.format(theirs, own), fill(theirs, own), hx=hx)
    assert reply.status_code == (404 if field in FIELDS else 422), f"{reply.status}\n{reply.text[:3000]}"
    assert_tells_nothing(reply, theirs, field)
    assert checksums(superuser, sahyadri) == before


@pytest.mark.parametrize("field", sorted(FIELDS | CLAIMS))
def test_the_same_forms_go_through_with_ids_of_ones_own(rohan, own, field):
    path, fill = (FIELDS | CLAIMS)[field]
    reply = rohan.post(path.format(own, own), fill(own, own), hx=True)
    assert reply.status_code in (200, 204), f"{reply.status}\n{reply.text[:3000]}"


@pytest.mark.parametrize("path", ["receipts/_/preview", "receipts/{1.receipt}/_/preview"])
def test_settling_their_invoice_by_a_link_lays_nothing_on_it(rohan, theirs, own, unchanged, path):
    address = f"{path.format(theirs, own)}?use={theirs.invoice}"
    reply = rohan.post(address, receipt_of(own), hx=True)
    assert reply.status_code == 200
    assert str(theirs.invoice) not in reply.text
    assert_tells_nothing(reply, theirs, path)


def test_their_invoice_in_a_preview_is_not_shown(rohan, theirs, own, unchanged):
    fields = receipt_of(own) | {f"alloc-{theirs.invoice}": "10.00"}
    for path in ("receipts/_/preview", f"receipts/{own.receipt}/_/preview"):
        reply = rohan.post(path, fields, hx=True)
        assert reply.status_code == 200 and f"alloc-{theirs.invoice}" not in reply.text
        assert_tells_nothing(reply, theirs, path)


@pytest.mark.parametrize("path", ["customers", "services"])
def test_columns_that_no_form_has_are_not_written(
    rohan, superuser, nilgiri, sahyadri, theirs, unchanged, path
):
    """Whose row it is, what it is called inside and what it sums up to is never the browser's to say."""
    fields = CUSTOMER if path == "customers" else SERVICE
    row = theirs.customer if path == "customers" else theirs.service
    slipped = {
        "id": str(row),
        "tenant_id": str(nilgiri.tenant_id),
        "outstanding_balance": "999.00",
        "created_by": str(nilgiri.admin.id),
        "is_active": "",
    }
    reply = rohan.post(path, {**fields, **slipped})
    assert reply.status_code == 303, reply.text[:2000]
    table = "customers" if path == "customers" else "service_types"
    stored = superuser.execute(
        f"SELECT * FROM {table} WHERE code = 'OURS' AND tenant_id = %s", (sahyadri.tenant_id,)
    )
    names = [column.name for column in stored.description]
    made = dict(zip(names, stored.fetchone(), strict=True))
    assert made["id"] != row and made["is_active"] is True
    assert made.get("created_by") in (None, sahyadri.admin.id)
    assert not made.get("outstanding_balance")


def test_a_made_up_id_is_refused_like_one_of_theirs(app, rohan, theirs):
    """The same page, word for word but for its reference: nobody learns which ids there are."""
    for rule in rules_with_rows(app):
        if method_of(rule) == "GET":
            told = {
                _without_reference(rohan.get(path_of(app, rule, {"slug": rohan.company.slug, **values})).text)
                for values in (theirs.values(), dict.fromkeys(ROWS, UUID(int=7)))
            }
            assert len(told) == 1, rule.rule


def _without_reference(html: str) -> str:
    """Without what differs between two sendings: the reference and the tokens."""
    return re.sub(r'[0-9a-f-]{36}|[0-9a-f]{16}|(?:content|value)="[^"]+"', "", html)
