"""Work on many invoices: what was chosen, what became of each, and the files."""

import csv
import io
import re
import zipfile
from uuid import UUID

import pytest

from rms import queue
from rms.actions import bulk, lists
from rms.db.session import db
from rms.jobs.bulk import run_bulk
from rms.models import BulkJob, EmailMessage, Invoice, Tenant
from rms.queries.bulk_jobs import file_of
from rms.web import clock
from tests.factories import NOW, make_customer, make_draft, make_invoice, make_line
from tests.http import Browser
from tests.rooms.invoices.making import drafted_in, issued_in


@pytest.fixture(autouse=True)
def on_22_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr("rms.jobs.bulk._now", lambda: NOW)


@pytest.fixture
def queued(monkeypatch) -> list[tuple]:
    asked = []
    monkeypatch.setattr(queue, "enqueue", lambda name, *ids, **_: asked.append((name, *ids)))
    return asked


def begin(browser: Browser, action: str, ids, path: str = "invoices/bulk", **more):
    return browser.post(path, {"action": action, "id": [str(one) for one in ids], **more})


def job_in(reply) -> UUID:
    return UUID(reply.location.rpartition("/")[2])


def run(queued: list[tuple]) -> None:
    name, tenant_id, job_id = queued.pop()
    assert name == "run_bulk"
    run_bulk(str(tenant_id), str(job_id))


def stored(nilgiri, job_id: UUID) -> BulkJob:
    with nilgiri.scope():
        return db().query(BulkJob).filter_by(id=job_id).one()


def ready_draft(nilgiri) -> UUID:
    from rms.actions import invoices as drafts

    with nilgiri.scope(nilgiri.admin):
        cells = {"name": "Work", "hsn_sac": "998533", "quantity": "1", "rate": "1000", "tax": "18"}
        customer = make_customer()
        draft = drafts.create_draft(customer_id=customer.id, today=NOW.date(), created_by=None, lines=[cells])
        return draft.id


def test_drafts_are_issued_and_the_others_say_why_not(nilgiri, priya: Browser, queued):
    good, empty, done = ready_draft(nilgiri), drafted_in(nilgiri), issued_in(nilgiri)
    reply = begin(priya, "issue", [good, empty, done])
    assert reply.status_code == 303
    waiting = priya.get(reply.location).text
    assert "0 of 3" in waiting and 'hx-trigger="every 1s"' in waiting
    run(queued)
    job = stored(nilgiri, job_in(reply))
    assert (job.state, job.done_count, [one["ok"] for one in job.results]) == (
        "done",
        3,
        [True, False, False],
    )
    page = priya.get(reply.location).text
    assert "1 invoice done" in page and "2 skipped" in page and "every 1s" not in page
    with nilgiri.scope():
        states = {row.id: row.status for row in db().query(Invoice)}
    assert (states[good], states[empty]) == ("pending", "draft")


def test_run_twice_it_does_nothing_twice(nilgiri, priya: Browser, queued):
    reply = begin(priya, "issue", [ready_draft(nilgiri)])
    _, tenant_id, job_id = queued[0]
    for _ in range(2):
        run_bulk(str(tenant_id), str(job_id))
    assert len(stored(nilgiri, job_in(reply)).results) == 1


def test_pdfs_come_as_a_zip(nilgiri, priya: Browser, imran: Browser, queued):
    ids = [issued_in(nilgiri), issued_in(nilgiri)]
    reply = begin(priya, "pdf", ids, "invoices/bulk/files")
    run(queued)
    file = priya.get(f"{reply.location}/file")
    assert file.status_code == 200 and "attachment" in file.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(file.data)) as papers:
        assert len(papers.namelist()) == 2
        assert all(papers.read(name).startswith(b"%PDF") for name in papers.namelist())
    assert "Download" in priya.get("invoices/jobs").text
    assert imran.get(reply.location).status_code == 404
    assert imran.get(f"{reply.location}/file").status_code == 404


def test_everything_that_matches_and_nothing_else(nilgiri, priya: Browser, queued):
    with nilgiri.scope():
        lake, hill = make_customer("Lakeview"), make_customer("Hill")
        wanted = {make_invoice(lake).id for _ in range(3)}
        make_invoice(hill)
    reply = priya.post("invoices/bulk/files", {"action": "csv", "all": "1", "q": "Lakeview"})
    assert {UUID(one) for one in stored(nilgiri, job_in(reply)).chosen} == wanted
    run(queued)
    text = priya.get(f"{reply.location}/file").data.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) == 4


def test_nothing_chosen_leads_back_with_a_sentence(nilgiri, priya: Browser, queued):
    reply = priya.post("invoices/bulk", {"action": "issue", "view": "draft"})
    assert reply.status_code == 303 and reply.location.endswith("/invoices?view=draft")
    assert "Choose an invoice first" in priya.get(reply.location).text
    assert queued == []
    for action, path in (
        ("pdf", "invoices/bulk"),
        ("issue", "invoices/bulk/files"),
        ("drop", "invoices/bulk"),
    ):
        begin(priya, action, [issued_in(nilgiri)], path)
    assert queued == []


def test_ids_of_a_stranger_do_nothing(nilgiri, rohan: Browser, queued):
    theirs = ready_draft(nilgiri)
    reply = begin(rohan, "issue", [theirs, "no-id", "'"])
    run(queued)
    assert "Nothing here" in rohan.get(reply.location).text
    with nilgiri.scope():
        assert db().query(Invoice).filter_by(id=theirs).one().status == "draft"


def test_who_lost_the_role_meanwhile_does_nothing(nilgiri, imran: Browser, superuser, queued):
    draft_id = ready_draft(nilgiri)
    reply = begin(imran, "issue", [draft_id])
    superuser.execute("UPDATE users SET role = 'user' WHERE id = %s", (nilgiri.manager.id,))
    run(queued)
    job = stored(nilgiri, job_in(reply))
    assert [one["ok"] for one in job.results] == [False]
    with nilgiri.scope():
        assert db().query(Invoice).filter_by(id=draft_id).one().status == "draft"


def test_who_lost_the_role_meanwhile_gets_no_register(nilgiri, imran: Browser, superuser, queued):
    issued_in(nilgiri)
    reply = imran.post("invoices/bulk/files", {"action": "csv", "all": "1"})
    superuser.execute("UPDATE users SET role = 'user' WHERE id = %s", (nilgiri.manager.id,))
    run(queued)
    job = stored(nilgiri, job_in(reply))
    assert job.state == "failed"
    assert [one["message"] for one in job.results] == ["Whoever asked for this may not do it any more."]
    with nilgiri.scope():
        assert file_of(job.id) is None


def close(company, status: str) -> None:
    with company.scope() as session:
        session.get(Tenant, company.tenant_id).subscription_status = status


CLOSED = {"suspended": "This company is suspended. Write to", "cancelled": "Your trial or plan has ended."}


@pytest.mark.parametrize("status", CLOSED)
@pytest.mark.parametrize("action", ["issue", "remind"])
def test_a_company_that_was_closed_meanwhile_neither_issues_nor_writes(
    nilgiri, priya: Browser, queued, status, action
):
    chosen = [ready_draft(nilgiri), issued_in(nilgiri)]
    reply = begin(priya, action, chosen)
    close(nilgiri, status)
    run(queued)
    job = stored(nilgiri, job_in(reply))
    assert (job.state, job.done_count, [one["ok"] for one in job.results]) == ("done", 2, [False, False])
    with nilgiri.scope():
        assert db().query(Invoice).filter_by(id=chosen[0]).one().status == "draft"
        assert db().query(EmailMessage).filter_by(entity_type="invoices").count() == 0
    assert queued == []
    assert CLOSED[status] in priya.get(reply.location).text


def test_a_company_that_is_closed_in_the_middle_ends_there(nilgiri, priya: Browser, queued):
    first, second = ready_draft(nilgiri), ready_draft(nilgiri)
    reply = begin(priya, "issue", [first, second])

    def next_one() -> bool:
        with nilgiri.scope(nilgiri.admin):
            return bulk.go_on(job_in(reply), now=NOW, today=NOW.date(), draw=lambda one: None)

    assert next_one()
    close(nilgiri, "suspended")
    assert not next_one()
    job = stored(nilgiri, job_in(reply))
    assert [one["ok"] for one in job.results] == [True, False]
    with nilgiri.scope():
        assert db().query(Invoice).filter_by(id=second).one().status == "draft"


@pytest.mark.parametrize("action", ["csv", "pdf"])
def test_a_suspended_company_leaves_its_files_to_its_admin(nilgiri, priya, imran, queued, action):
    invoice_id = issued_in(nilgiri)
    asked = [begin(one, action, [invoice_id], "invoices/bulk/files") for one in (priya, imran)]
    close(nilgiri, "suspended")
    while queued:
        run(queued)
    of_admin, of_manager = (stored(nilgiri, job_in(reply)) for reply in asked)
    with nilgiri.scope():
        assert file_of(of_admin.id) and not file_of(of_manager.id)
    assert of_manager.results[0]["message"].startswith("This company is suspended")
    close(nilgiri, "active")
    assert CLOSED["suspended"] in imran.get(asked[1].location).text


def test_a_cancelled_company_takes_its_register_with_it(nilgiri, imran: Browser, queued):
    issued_in(nilgiri)
    reply = imran.post("invoices/bulk/files", {"action": "csv", "all": "1"})
    close(nilgiri, "cancelled")
    run(queued)
    job = stored(nilgiri, job_in(reply))
    with nilgiri.scope():
        assert job.state == "done" and file_of(job.id)


def test_a_user_may_neither_work_nor_take_files(nilgiri, asha: Browser, queued):
    for path in ("invoices/bulk", "invoices/bulk/files"):
        assert begin(asha, "pdf", [issued_in(nilgiri)], path).status_code == 403
    for path in ("invoices/export.csv", "invoices/export.xlsx", "invoices/jobs"):
        assert asha.get(path).status_code == 403
    assert 'name="id"' not in asha.get("invoices").text


def test_csv_holds_the_filter_in_its_order_and_no_formula(nilgiri, priya: Browser):
    with nilgiri.scope():
        evil = make_customer('=HYPERLINK("x")')
        make_invoice(evil, "1000.00", invoice_number="A/1")
        make_invoice(evil, "3000.00", invoice_number="A/2")
        make_invoice(make_customer("Hill"), invoice_number="B/1")
    reply = priya.get("invoices/export.csv?q=A/&sort=-total")
    rows = list(csv.reader(io.StringIO(reply.data.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Number", "A/2", "A/1"]
    assert rows[1][4] == '\'=HYPERLINK("x")' and rows[1][14] == "3540.00" and rows[1][17] == "3540.00"
    book = priya.get("invoices/export.xlsx?q=A/")
    with zipfile.ZipFile(io.BytesIO(book.data)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "=HYPERLINK" in sheet and "<v>3540.00</v>" in sheet


def test_a_large_export_becomes_a_job(nilgiri, priya: Browser, queued, monkeypatch):
    monkeypatch.setattr("rms.rooms.invoices.exports.MOST_AT_ONCE", 1)
    issued_in(nilgiri), issued_in(nilgiri)
    reply = priya.get("invoices/export.xlsx")
    assert reply.status_code == 303 and "/invoices/jobs/" in reply.location
    run(queued)
    assert priya.get(f"{reply.location}/file").data.startswith(b"PK")


# What somebody likes ------------------------------------------------------------------------------


def test_columns_density_and_order_are_kept_for_the_person(nilgiri, priya: Browser, imran: Browser):
    issued_in(nilgiri)
    sent = {
        "columns": ["reference", "total", "evil"],
        "density": "dense",
        "keep_sort": "1",
        "back": "view=open&sort=total",
    }
    reply = priya.post("invoices/prefs", sent)
    assert reply.location.endswith("/invoices?view=open&sort=total")
    page = priya.get("invoices").text
    assert "PO reference</th>" in page and ">Due<" not in page and "listing dense" in page
    assert 'aria-sort="ascending"' in page
    assert "listing dense" not in imran.get("invoices").text
    assert 'name="theme"' in priya.get("/account").text


def test_a_view_is_saved_shown_as_a_tab_and_deleted(nilgiri, priya: Browser, imran: Browser):
    back = "view=overdue&q=lake&evil=1&after=zzz"
    priya.post("invoices/views", {"name": " Late  lakes ", "back": back})
    page = priya.get("invoices").text
    assert re.search(r'href="[^"]*/invoices\?view=overdue&amp;q=lake"[^>]*>Late lakes', page)
    assert "Late lakes" not in imran.get("invoices").text
    assert 'aria-current="page">Late lakes' in priya.get("invoices?view=overdue&q=lake").text
    priya.post("invoices/views/delete", {"name": "Late lakes"})
    assert "Late lakes" not in priya.get("invoices").text


def test_views_are_few_and_have_names(nilgiri, priya: Browser):
    priya.post("invoices/views", {"name": "", "back": ""})
    assert "Give the view a name" in priya.get("invoices").text
    for number in range(lists.MOST_VIEWS + 1):
        priya.post("invoices/views", {"name": f"View {number}", "back": "view=open"})
    page = priya.get("invoices").text
    assert "View 11" in page and "View 12" not in page and "Delete one first" in page
    priya.post("invoices/views", {"name": "x" * 41, "back": ""})
    assert "x" * 41 not in priya.get("invoices").text


# Filters and orders -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("least=2000&most=5000", {"F/2"}),
        ("pos=33", {"F/3"}),
        ("pos=00", {"F/1", "F/2", "F/3"}),
        ("due_from=30/11/2026", {"F/2"}),
        ("due_to=25/11/2026", {"F/1", "F/3"}),
    ],
)
def test_filters(nilgiri, priya: Browser, query, expected):
    import datetime as dt

    with nilgiri.scope():
        customer, soon, late = make_customer(), dt.date(2026, 11, 25), dt.date(2026, 12, 5)
        make_invoice(customer, "1000.00", invoice_number="F/1", due_date=soon)
        make_invoice(customer, "2000.00", invoice_number="F/2", due_date=late)
        make_invoice(customer, "9000.00", invoice_number="F/3", due_date=soon, place_of_supply="33")
    page = priya.get(f"invoices?{query}").text
    assert set(re.findall(r"F/\d", page)) == expected
    if "pos=00" not in query:
        assert "remove this filter" in page


@pytest.mark.parametrize(
    "query", ["least=x", "least=5&most=1", "due_from=30 Feb", "due_from=2 Dec&due_to=1 Dec"]
)
def test_a_filter_that_cannot_be_read_is_422_and_kept(priya: Browser, query):
    assert priya.get(f"invoices?{query}").status_code == 422


@pytest.mark.parametrize("sort", ["date", "number", "customer", "due", "total", "balance"])
def test_every_order_pages_through_every_row_once_both_ways(nilgiri, priya: Browser, monkeypatch, sort):
    monkeypatch.setattr("rms.rooms.invoices.index.PAGE_SIZE", 4)
    with nilgiri.scope():
        lake, hill = make_customer("Lakeview"), make_customer("Äther")
        for number in range(9):
            make_invoice(lake if number % 2 else hill, f"{number % 3 + 1}00.00", invoice_number=f"S/{number}")
        make_draft(None)
        make_line(make_draft(lake), "5.00")
    for order in (sort, f"-{sort}"):
        path, pages = f"invoices?sort={order}", []
        while path:
            text = priya.get(path).text
            pages.append(re.findall(r'aria-label="Select (?!all)([^"]+)"', text))
            found = re.search(r'rel="next" href="([^"]+)"', text)
            path = found and found[1].replace("&amp;", "&")
        shown = [one for part in pages for one in part]
        assert len(shown) == 11 and {f"S/{one}" for one in range(9)} < set(shown)
        back = re.search(r'rel="prev" href="([^"]+)"', text)[1].replace("&amp;", "&")
        assert re.findall(r'aria-label="Select (?!all)([^"]+)"', priya.get(back).text) == pages[-2]
    assert priya.get(f"invoices?sort={sort}&after=W10").status_code == 422
