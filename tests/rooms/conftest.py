"""Signed-in browsers of the cast: Priya runs Nilgiri, Imran manages, Asha reads; Rohan is the rival."""

import pytest

from tests.http import Browser


@pytest.fixture
def priya(app, nilgiri) -> Browser:
    return Browser(app, nilgiri, nilgiri.admin)


@pytest.fixture
def imran(app, nilgiri) -> Browser:
    return Browser(app, nilgiri, nilgiri.manager)


@pytest.fixture
def asha(app, nilgiri) -> Browser:
    return Browser(app, nilgiri, nilgiri.user)


@pytest.fixture
def rohan(app, sahyadri) -> Browser:
    """The rival, in the rival's own company; its paths are tried with Nilgiri's ids."""
    return Browser(app, sahyadri, sahyadri.admin)
