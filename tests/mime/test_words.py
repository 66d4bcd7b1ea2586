import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.words import decode_words
from tests.support.table import table


@table(
    "value, text",
    [
        (b"plain", "plain"),
        (b"=?utf-8?Q?a_b=C3=A4?=", "a bä"),
        (b"=?UTF-8?b?w6Q=?=", "ä"),
        (b"=?utf-8?B?w6Q?=", "ä"),  # padding missing
        (b"=?utf-8?B?w6Qx?= =?utf-8?Q?y?=", "ä1y"),
        (b"=?utf-8?Q?a b c?=", "a b c"),  # spaces within
        (b"=?utf-8?Q?Really??= yes", "Really? yes"),
        (b"=?utf-8?Q?Wirklich?=C3=A4h??=", "Wirklich?äh?"),
        (b"=?utf-8?Q?wo?=3F_da?= =?utf-8?Q?_!?=", "wo?? da !"),
        (b"=?utf-8?Q?a?=bad =?utf-8?Q?b?=", "abad b"),  # the next word is another one
        (b"=?utf-8?Q?a?=ab c?=", "aab c?="),
        (b"a =?utf-8?q?b?= c", "a b c"),
        (b"a=?utf-8?q?b?=c", "abc"),  # no space around
        (b"=?utf-8?q?a?= =?iso-8859-1?q?=E4?=", "aä"),
        (b"=?utf-8?q?a?=  \t =?utf-8?q?b?=", "ab"),
        (b"=?utf-8*de?q?=C3=A4?=", "ä"),  # RFC 2231, 5
        (b"=?koi8-r?B?8NLJ18XU?=", "Привет"),
        (b"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        (b"=?gb2312?B?xOO6ww==?=", "你好"),
        (b"=?x-unknown?Q?abc=C3=A4?=", "abcä"),
        (b"=?utf-8?B?77u/SGk=?=", "Hi"),  # a byte order mark
        (b"=?utf-8?B?5L2g5a?= =?utf-8?B?W9?=", "你好"),  # cut within four characters
        (b"=?gb2312?B?xO?= =?gb2312?B?O6ww==?=", "你好"),
        (b"=?utf-8?B?SGk?= =?utf-8?B?dQ?=", "Hiu"),  # padding missing, not cut
        (b"=?utf-7?Q?+AOQ-?=", "ä"),
        (b"=?utf-7?Q?+AOQ?= =?utf-7?Q?+APY-x?=", "äöx"),  # each begins anew
        (b"=?utf-8?Q?=C3=A4b?= =?utf-8?Q?caf=E9?=", "äbcafé"),  # one of them lies
        (b"=?iso-2022-jp?B?GyRCLSEbKEI=?=", "①"),
        (b"=?iso-2022-jp?B?GyRCfGJCPhsoQg==?=", "髙他"),
        (b"=?euc-jp?Q?=AD=B5=B1=FC?=", "Ⅰ奥"),
        (b"=?iso-8859-1?Q?K=C3=B6ln?=", "Köln"),
        (b"=?euc-kr?Q?=C7=D1=FF=B1=B9?=", "한\ufffd국"),
        (b"=?big5?Q?=A3=E1100?=", "€100"),
        (b"=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        (b"=?utf-8?q?abc", "=?utf-8?q?abc"),
        (b"=?utf-8?Q?abc =?utf-8?q?def?= g", "=?utf-8?Q?abc def g"),
        (b"=?utf-8?q??=", ""),
        ("rohe Grüße".encode(), "rohe Grüße"),
        ("rohe Grüße".encode("cp1252"), "rohe Grüße"),
        ("Grüße ".encode() + b"=?utf-8?q?=C3=A4?=", "Grüße ä"),
        (b"a\x00b", "a\ufffdb"),
        (b"=?utf-8?q?evil=E2=80=AEtxt.exe?=", "eviltxt.exe"),
        (b"=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"),
    ],
)
def test_values_are_shown_as_meant(value, text):
    assert decode_words(value) == text


@pytest.mark.parametrize("cut", range(1, len("äöü€".encode())))
def test_a_character_split_between_two_words_is_joined(cut):
    octets = "äöü€".encode()
    for first, second in ((octets[:cut], octets[cut:]),):
        b_words = b" ".join(
            b"=?utf-8?B?" + base64.b64encode(part) + b"?=" for part in (first, second)
        )
        q_words = b" ".join(
            b"=?UTF-8?q?" + b"".join(b"=%02X" % octet for octet in part) + b"?="
            for part in (first, second)
        )
        assert decode_words(b_words) == decode_words(q_words) == "äöü€"


def test_b_and_q_words_of_one_charset_are_joined():
    assert decode_words(b"=?utf-8?B?w?= =?utf-8?Q?x?=") == "x"
    assert decode_words(b"=?utf-8?Q?=C3?= =?UTF-8?B?pA==?=") == "ä"


@given(st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N"]), max_size=40))
def test_what_is_encoded_comes_back(text):
    word = b"=?utf-8?B?" + base64.b64encode(text.encode()) + b"?="
    assert decode_words(word) == text


@given(
    st.lists(st.sampled_from([b"=?", b"?=", b"utf-8", b"?q?", b"?B?", b" ", b"=C3", b"\xff", b"x"]))
)
def test_shards_of_words_never_raise(shards):
    assert "\n" not in decode_words(b"".join(shards))


@given(st.binary(max_size=200))
def test_any_octets_never_raise(value):
    assert "\n" not in decode_words(value)
