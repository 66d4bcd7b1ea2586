"""Words for a server that cannot be reached: for each fault, and telling one from the other."""

import pytest

from app.transport import ConnectFailed, ConnectFault, TlsFailed, TlsFault
from app.web.site.problems import describe


@pytest.mark.parametrize("fault", list(ConnectFault))
def test_every_way_not_to_connect_has_words_that_name_the_place(fault):
    view = describe(ConnectFailed("pop.example.net", 995, fault, "-ERR busy"))
    assert "pop.example.net" in view.detail
    assert view.title.endswith(".")
    assert view.reply == "-ERR busy"


@pytest.mark.parametrize("fault", list(TlsFault))
def test_every_tls_fault_has_words_that_say_the_password_was_kept(fault):
    view = describe(TlsFailed("pop.example.net", 995, fault, "the library's words"))
    assert "Your password was not sent" in view.detail
    assert "the library's words" in view.detail
    assert view.advice


def test_titles_of_faults_differ_so_that_a_person_can_tell_them_apart():
    connect = {describe(ConnectFailed("h", 1, fault)).title for fault in ConnectFault}
    tls = {describe(TlsFailed("h", 1, fault)).title for fault in TlsFault}
    assert len(connect) == len(ConnectFault)
    assert len(tls) == len(TlsFault)
