"""Few octets of an alphabet, of East Asian signs, or of neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.charsets import decode_text
from app.mime.likelihood import likeliest
from tests.support.table import table


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Здравствуйте", "cp1251"),
        ("здравствуйте", "koi8_r"),
        ("Київ", "koi8_u"),
        ("Καλημέρα", "cp1253"),
        ("ירושלים", "cp1255"),
        ("السلام", "cp1256"),
        ("ขอบคุณ", "cp874"),
        ("你好", "gb18030"),
        ("你好", "big5hkscs"),
        ("감사합니다", "cp949"),
        ("資料", "euc_jp"),
        ("資料", "cp932"),
    ],
)
def test_what_a_language_has_most_is_likeliest(text, codec):
    assert likeliest(text.encode(codec)) == codec


@pytest.mark.parametrize("codec", ["cp1251", "koi8_r"])
@pytest.mark.parametrize(
    "text",
    ["файл", "чай", "Чай", "ЧАЙ", "Файл", "счет", "ключ", "да", "новый файл"],
)
def test_short_words_that_mail_is_named_after_are_known(text, codec):
    octets = text.encode(codec, "ignore")
    assert decode_text(octets) == octets.decode(codec)


@pytest.mark.parametrize(
    "text",
    ["é", "été", "Köln", "Größe", "naïveté", "Hyvää päivää", "¿qué?", "25 °C", "50 €", "Nº 5",
     "“quoted”", "l’été", "« bonjour »", "ÉCOLE", "ações", "½ Tasse"],
)  # fmt: skip
def test_latin_words_are_none_of_these(text):
    assert likeliest(text.encode("cp1252")) is None


@pytest.mark.parametrize("octets", [b"", b"\xd6", b"mo\xbfe", b"\xb0C", b"\x81", b"\xff\xfe"])
def test_what_makes_no_word_is_none(octets):
    assert likeliest(octets) is None


@table(
    "text, codec",
    [
        ("München", "cp1252"),
        ("señor", "cp1252"),
        ("mañana", "cp1252"),
        ("città", "cp1252"),
        ("très", "cp1252"),
        ("fenêtre", "cp1252"),
        ("naïve coöperation", "cp1252"),
        ("Köln 5°C, ½ Liter", "cp1252"),
        ("© 2024 Blåbær", "cp1252"),
        ("zażółć gęślą jaźń", "iso8859_2"),
        ("Łódź", "cp1250"),
        ("číslo účtu", "cp1250"),
        ("Değişiklik", "cp1254"),
        ("Καλημέρα", "cp1253"),
        ("שלום", "cp1255"),
        ("Привет", "cp1251"),
        ("Моё", "koi8-r"),
        ("ทดสอบภาษาไทย", "cp874"),
        ("お知らせ", "cp932"),
        ("测试", "gb18030"),
        ("今日は 25 °C", "cp932"),
        ("25 °C", "cp1252"),
        ("été créée, naïveté", "cp1252"),
        ("hääyöaie, jäätelöä", "cp1252"),
        ("Änderung der Übergröße", "cp1252"),
        ("¿Cómo estás?", "cp1252"),
        ("informações, não", "cp1252"),
        ("það er gott", "cp1252"),
        ("Dzień dobry", "cp1250"),
        ("Dziękuję, będę", "cp1250"),
        ("Święta", "cp1250"),
        ("może", "cp1250"),
        ("Děkuji", "cp1250"),
        ("Dobrý den", "cp1250"),
        ("Günaydın", "cp1254"),
        ("Sayın", "cp1254"),
        ("İstanbul", "cp1254"),
        ("заказ", "koi8-r"),
        ("ПРИВЕТ", "koi8-r"),
        ("вопрос", "koi8-r"),
        ("Отчет за март", "koi8-r"),
        ("Україна понад усе", "koi8-u"),
        ("Сергей, фото", "cp1251"),
        ("και ναι", "cp1253"),
        ("Ευχαριστώ", "cp1253"),
        ("תודה רבה", "cp1255"),
        ("مرحبا", "cp1256"),
        ("صباح الخير", "cp1256"),
        ("สวัสดี", "cp874"),
        ("ครับ", "cp874"),
        ("请查收附件", "gb18030"),
        ("会议", "gb18030"),
        ("北京市", "gb18030"),
        ("中國", "big5"),
        ("謝謝", "big5"),
        ("안녕하세요", "cp949"),
        ("회의", "cp949"),
        ("똠방각하 펲시콜라", "cp949"),
        ("請求書", "cp932"),
        ("会議の件", "cp932"),
        ("請求書", "euc_jp"),
        ("会議の件", "euc_jp"),
    ],
)
@pytest.mark.parametrize("frame", ["{}", "Re: {}", "{}\n\nBest regards,\nAnn\n"])
def test_few_undeclared_octets_make_words(text, codec, frame):
    text = frame.format(text)
    assert decode_text(text.encode(codec)) == text


@given(st.binary(max_size=60))
def test_any_octets_never_raise(octets):
    codec = likeliest(octets)
    assert codec is None or octets.decode(codec)
