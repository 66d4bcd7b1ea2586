import pytest

from app.discovery import Found, Quirk, Reason, Source
from app.transport import Security, Target
from app.web.signin.errors import ConfirmServer, ServerNotFound
from app.web.signin.found_servers import notes, where, why_none
from app.web.signin.problems import confirm, not_found

POP = Target("pop.example.net", 995, Security.TLS)


def found(**more) -> Found:
    given = {"target": POP, "source": Source.SRV, "username": "anna@example.net"}
    return Found(**{**given, "domain": "example.net", "provider": "Mailer", **more})


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence(reason):
    said = why_none(reason, "example.net", "Mailer")
    assert said[0].isupper() or said.startswith("example.net")
    assert said[-1] == "."
    assert "%" not in said
    words = not_found(ServerNotFound(reason, "example.net", "Mailer"))
    assert words.detail == said
    assert "Type the name of the mail server" in words.advice[0]


def test_every_source_has_words_of_its_own():
    said = [where(found(source=source)) for source in Source]
    assert len(set(said)) == len(Source)
    assert said[2] == "found in the DNS of example.net"


def test_every_quirk_is_a_note_that_names_the_provider():
    said = notes(found(quirks=tuple(Quirk)), "anna@example.net")
    assert len(set(said)) == len(Quirk)
    assert all("Mailer" in line and line.endswith(".") for line in said)


def test_what_a_person_should_look_at_comes_first_and_the_name_last():
    strange = found(foreign=True, sure=False, quirks=(Quirk.PAID,), username="anna")
    first, _, last = notes(strange, " anna@example.net ")
    assert first.startswith("pop.example.net does not belong to example.net.")
    assert last == "The user name that will be sent is anna."
    assert notes(found(sure=False), "anna@example.net")[0].startswith(
        "It was found over an unprotected"
    )
    assert notes(found(), " anna@example.net ") == ()


def test_a_server_to_be_confirmed_is_named_in_full():
    words = confirm(ConfirmServer("pop.x.test", 110, "starttls", "example.net"))
    assert "pop.x.test, port 110 (STARTTLS) was found for example.net" in words.detail
    assert "not sent" in words.detail
