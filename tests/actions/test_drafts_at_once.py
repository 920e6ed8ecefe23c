"""Two people in the same drafts at the same moment: every word is stored, or its writer is told."""

import random
from concurrent.futures import ThreadPoolExecutor

from rms.actions import invoice_lines
from rms.actions import invoices as drafts
from rms.domain.errors import DomainError, StaleVersion
from rms.queries.invoices import find_invoice, lines_of
from tests import factories
from tests.factories import NOW, TODAY

DRAFTS = 200
CELLS = {"hsn_sac": "998533", "quantity": "1", "tax": "18"}


def opened(company) -> list[tuple]:
    with company.scope(company.admin):
        customer = factories.make_customer("Sundaram Precision Tools", state_code="33")
        made = [
            drafts.create_draft(
                customer_id=customer.id,
                today=TODAY,
                created_by=company.admin.id,
                lines=[{"name": name, "rate": "100"} for name in ("First", "Second", "Third")],
            ).id
            for _ in range(DRAFTS)
        ]
        return [(draft, [line.id for line in lines_of(draft)]) for draft in made]


def edited(company, person: str, all_drafts: list[tuple]) -> dict:
    """What this person did in every draft, with the versions they saw when they opened it; by draft."""
    chance = random.Random(person)
    told = {}
    for draft, lines in chance.sample(all_drafts, len(all_drafts)):
        acts = [("type", chance.choice(lines)), ("add", None), ("move", lines[2]), ("delete", lines[1])]
        told[draft] = [(verb, line, tried(company, person, draft, verb, line)) for verb, line in acts]
    return told


def tried(company, person: str, draft, verb: str, line) -> str:
    """ "done", or the kind of refusal that its writer is shown."""
    try:
        with company.scope(company.admin):
            if verb == "type":
                invoice_lines.change_line(draft, line, {**CELLS, "name": person, "rate": "70"}, version=1)
            elif verb == "add":
                invoice_lines.add_line(draft, cells={**CELLS, "name": f"of {person}", "rate": "30"})
            elif verb == "move":
                invoice_lines.move_line(draft, line, before=None)
            else:
                invoice_lines.delete_line(draft, line, now=NOW)
    except DomainError as refused:
        return type(refused).__name__
    return "done"


def test_nothing_is_lost_silently(nilgiri):
    all_drafts = opened(nilgiri)
    with ThreadPoolExecutor(2) as at_once:
        asha, ravi = at_once.map(lambda person: edited(nilgiri, person, all_drafts), ("Asha", "Ravi"))
    refused = 0
    for draft, lines in all_drafts:
        with nilgiri.scope():
            invoice, live = find_invoice(draft), lines_of(draft)
            names = [line.name for line in live]
            assert [line.position for line in live] == sorted({line.position for line in live})
            assert invoice.subtotal == sum(line.taxable_amount for line in live)
        for person, acts in (("Asha", asha[draft]), ("Ravi", ravi[draft])):
            outcome = {verb: (line, how) for verb, line, how in acts}
            assert outcome["add"][1] == "done"
            assert names.count(f"of {person}") == 1
            line, how = outcome["type"]
            refused += how == StaleVersion.__name__
            assert how in ("done", "StaleVersion")
            # Stored, unless the other deleted that very line afterwards, which its own undo brings back.
            if how == "done" and line != lines[1]:
                assert person in names, (draft, acts)
            if how == "StaleVersion":
                assert person not in names
        deletions = [how for verb, _, how in (*asha[draft], *ravi[draft]) if verb == "delete"]
        assert sorted(deletions) == ["NotFound", "done"]
    assert refused > DRAFTS / 10
