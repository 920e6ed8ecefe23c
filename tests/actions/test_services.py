from decimal import Decimal

import pytest

from rms.actions import services
from rms.actions.services import ServiceDraft
from rms.domain.errors import Invalid, NotFound, StaleVersion
from rms.queries.invoices import cells_of_service
from rms.queries.services import service_options
from tests.factories import TODAY

CREW = ServiceDraft(
    name="Housekeeping crew, monthly",
    hsn_sac="998533",
    unit="person",
    default_rate=Decimal("14500"),
    tax="standard",
)


def test_a_category_brings_its_rate(nilgiri):
    with nilgiri.scope():
        service = services.add(CREW, today=TODAY)
        assert (service.code, service.tax_rate, service.tax_rate_category) == (
            "S0001",
            Decimal(18),
            "standard",
        )
        assert cells_of_service(service.id, TODAY)["tax"] == "18"


@pytest.mark.parametrize("treatment", ["nil", "exempt", "non_gst"])
def test_untaxed_services_have_no_rate(nilgiri, treatment):
    with nilgiri.scope():
        draft = ServiceDraft(**{**CREW.__dict__, "tax": treatment})
        service = services.add(draft, today=TODAY)
        assert (service.tax_treatment, service.tax_rate, service.tax_rate_category) == (treatment, 0, None)


def test_a_code_keeps_its_leading_zero_and_loses_its_spaces(nilgiri):
    with nilgiri.scope():
        service = services.add(ServiceDraft(**{**CREW.__dict__, "hsn_sac": "०१ 01 2100"}), today=TODAY)
        assert service.hsn_sac == "01012100"


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"name": None}, "name", "Enter what customers know it as"),
        ({"name": "x" * 10_000}, "name", "Use at most 255 characters. This has 10000"),
        ({"hsn_sac": "99853"}, "hsn_sac", "SAC or HSN has 4, 6 or 8 digits"),
        ({"hsn_sac": "cleaning"}, "hsn_sac", "SAC or HSN has 4, 6 or 8 digits"),
        ({"unit": "x" * 21}, "unit", "Use at most 20 characters. This has 21"),
        ({"tax": "12%"}, "tax", "Choose the GST from the list"),
        ({"tax": None}, "tax", "Choose the GST from the list"),
    ],
)
def test_what_does_not_fit_is_told_at_its_field(nilgiri, changed, field, sentence):
    with nilgiri.scope(), pytest.raises(Invalid) as refused:
        services.add(ServiceDraft(**{**CREW.__dict__, **changed}), today=TODAY)
    assert [str(one) for one in refused.value.errors[field]] == [sentence]


def test_a_taken_code_and_an_old_version_are_refused(nilgiri):
    with nilgiri.scope():
        first = services.add(CREW, today=TODAY)
        second = services.add(CREW, today=TODAY)
        assert second.code == "S0002"
        with pytest.raises(Invalid, match="Another service has the code S0001"):
            services.change(
                second.id, ServiceDraft(**{**CREW.__dict__, "code": "S0001"}), version=1, today=TODAY
            )
        services.change(first.id, CREW, version=1, today=TODAY)
        with pytest.raises(StaleVersion):
            services.change(first.id, CREW, version=1, today=TODAY)


def test_pickers_leave_archived_services_out(nilgiri):
    with nilgiri.scope():
        service = services.add(CREW, today=TODAY)
        assert [row.id for row in service_options("house")] == [service.id]
        services.archive(service.id)
        assert service_options("house") == []
        services.restore(service.id)
        assert len(service_options("9985")) == 1


def test_another_companys_service_is_not_there(nilgiri, sahyadri):
    with nilgiri.scope():
        service_id = services.add(CREW, today=TODAY).id
    with sahyadri.scope():
        assert service_options("house") == []
        with pytest.raises(NotFound):
            services.archive(service_id)
        with pytest.raises(NotFound):
            services.change(service_id, CREW, version=1, today=TODAY)
