import pytest

from tests.rooms.identity.visitor import Visitor, filled_in, newest_link


@pytest.fixture(autouse=True)
def patience(superuser) -> None:
    """All tests come from one network address, whose twenty wrong tries others may have used up."""
    superuser.execute("DELETE FROM login_attempts")


@pytest.fixture
def visitor(app) -> Visitor:
    return Visitor(app)


@pytest.fixture
def signed_up(app) -> tuple[Visitor, str]:
    """A visitor who has just signed up, and the address."""
    visitor, email = Visitor(app), filled_in()["email"]
    assert visitor.sign_up(email=email).status_code == 303
    return visitor, email


@pytest.fixture
def link(signed_up, superuser) -> str:
    """The path in the mail that the visitor got."""
    return newest_link(superuser, signed_up[1])
