from app.discovery import Found, Quirk, Source
from app.transport import Security, Target
from app.web.signin.schemas import _QUIRKS, discovered

FOUND = Found(
    Target("pop.gmail.com", 995, Security.TLS),
    Source.KNOWN,
    "anna@gmail.com",
    "gmail.com",
    quirks=(Quirk.FOR_APPS,),
    provider="Gmail",
)


def test_an_answer_for_a_script():
    answer = discovered(FOUND, "anna@gmail.com").model_dump(mode="json")
    assert answer.pop("hints")[0].startswith("Gmail requires an app password")
    assert answer == {
        "server": "pop.gmail.com",
        "port": 995,
        "security": "tls",
        "username": "anna@gmail.com",
        "source": "known",
        "domain": "gmail.com",
        "foreign": False,
        "sure": True,
        "quirks": ["app-password"],
    }


def test_a_domain_alone_has_no_user_name():
    for typed in ("gmail.com", "@gmail.com"):
        answer = discovered(FOUND, typed)
        assert answer.username is None
        assert len(answer.hints) == 1


def test_every_quirk_has_a_code():
    assert set(_QUIRKS) == set(Quirk)
