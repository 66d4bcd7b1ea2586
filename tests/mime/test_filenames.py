import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.filenames import best_filename, safe_filename


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("Rä 日本.pdf", "Rä 日本.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\evil.exe", "evil.exe"),
        ("dir/", "dir"),
        ("..", None),
        ("", None),
        ("/", None),
        (".bashrc", "bashrc"),
        ("a\r\nb\x00c.txt", "a b_c.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("pay\u200bpal.pdf", "paypal.pdf"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("console.txt", "console.txt"),
        ("trailing. . ", "trailing"),
    ],
)
def test_names(name, safe):
    assert safe_filename(name) == safe


def test_a_long_name_keeps_its_suffix_and_whole_characters():
    found = safe_filename("ä" * 500 + ".pdf")
    assert found is not None
    assert found.endswith("ä.pdf")
    assert 190 <= len(found.encode()) <= 200


@given(st.text(max_size=300))
def test_any_name_is_harmless_and_stays_as_it_is_the_second_time(name):
    safe = safe_filename(name)
    if safe is not None:
        assert len(safe.encode()) <= 200
        assert not set(safe) & set('/\\<>:"|?*\0\r\n\t')
        assert not safe.startswith(".")
        assert not safe.endswith((".", " "))
        assert safe_filename(safe) == safe


@pytest.mark.parametrize(
    ("names", "best"),
    [
        (("a.pdf", "b.pdf"), "a.pdf"),
        ((None, "b.pdf"), "b.pdf"),
        (("..", "b.pdf"), "b.pdf"),
        (("????.pdf", "日本語.pdf"), "日本語.pdf"),
        (("R\ufffd.pdf", "Rä.pdf"), "Rä.pdf"),
        (("R\ufffd.pdf", "R\ufffd\ufffd.pdf"), "R_.pdf"),
        (("R\ufffd.pdf", None), "R_.pdf"),
        (("", None), None),
    ],
)
def test_of_two_names_the_whole_one_counts(names, best):
    assert best_filename(*names) == best
