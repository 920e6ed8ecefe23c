"""Links that UPI apps open: NPCI's linking specification, and the traps of percent signs."""

from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

from rms.domain.upi import pay_link


def test_the_example_of_the_specification():
    link = pay_link(
        "sharma.traders@okaxis", name="Sharma & Sons", amount=Decimal("118000"), number="INV/26-27/0101"
    )
    assert link == (
        "upi://pay?pa=sharma.traders@okaxis&pn=Sharma%20%26%20Sons&am=118000.00&cu=INR"
        "&tn=INV%2F26-27%2F0101&tr=INV26270101"
    )


def test_without_an_amount_the_payer_types_it():
    assert pay_link("a@b", name="Shop") == "upi://pay?pa=a@b&pn=Shop&cu=INR"


def test_whatever_a_name_holds_it_stays_one_value():
    name = "A&am=1#x?y=z श्री + é"
    found = parse_qs(urlsplit(pay_link("a@b", name=name, amount=Decimal("0.50"), number="N")).query)
    assert found["pn"] == [name] and found["am"] == ["0.50"]
    assert "+" not in pay_link("a@b", name="A B", number="C D")


def test_nothing_is_longer_than_apps_take():
    found = parse_qs(urlsplit(pay_link("a@b", name="N" * 300, amount=Decimal(1), number="7" * 80)).query)
    assert (len(found["pn"][0]), len(found["tn"][0]), len(found["tr"][0])) == (99, 50, 35)
