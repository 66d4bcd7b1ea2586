"""The API's reports: tests/web/report/test_routes.py has them end to end; here, its limits."""

import pytest
from pydantic import ValidationError

from app.web.api.report import ReportOn


def test_a_password_is_in_no_repr():
    body = ReportOn.model_validate({"username": "anna", "password": "hunter2"})
    assert "hunter2" not in repr(body)


@pytest.mark.parametrize("more", [{"wait": 901}, {"port": 0}, {"security": "ssl"}, {"x": 1}])
def test_what_makes_no_sense(more):
    with pytest.raises(ValidationError):
        ReportOn.model_validate(more)
