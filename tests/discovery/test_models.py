import pytest

from app.discovery.models import Found, Source, TypedAddress, belongs, named
from app.transport import Security, Target

ANNA = TypedAddress("Anna", "xn--mller-kva.test", "müller.test", "Müller.test")


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("%EMAILADDRESS%", "Anna@Müller.test"),
        ("%EMAILLOCALPART%", "Anna"),
        ("%EMAILLOCALPART%.%EMAILDOMAIN%", "Anna.Müller.test"),
        ("x%EMAILLOCALPART%", "xAnna"),
    ],
)
def test_a_user_name_is_made_from_its_form(form, name):
    assert named(form, ANNA) == name


def test_what_was_found_for_a_domain_is_filled_in_for_an_address():
    target = Target("pop.xn--mller-kva.test", 995, Security.TLS)
    found = Found(target, Source.SRV, "%EMAILLOCALPART%", "").of(ANNA)
    assert (found.username, found.domain, found.target) == ("Anna", "müller.test", target)


def test_a_host_belongs_to_its_domain_and_to_no_other():
    assert belongs("example.test", "example.test")
    assert belongs("pop.example.test", "example.test")
    assert not belongs("popexample.test", "example.test")
    assert not belongs("example.test.evil.test", "example.test")
    assert not belongs("test", "example.test")
