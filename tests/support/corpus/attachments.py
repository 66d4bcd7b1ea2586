"""Attachments: names that mislead, RFC 2231 in every disorder, mailers' own containers, crypto."""

from tests.support.cms import signed_data

from .case import HTML, PDF, TEXT, Case, b64, crlf, mail, multipart

ZIP = b64(b"PK\x05\x06" + b"\0" * 18)


def _named(name: str, hard: str, fields: bytes, filename: str | None) -> Case:
    part = fields + b"\nContent-Transfer-Encoding: base64\n\n" + ZIP
    if b"Content-Type" not in fields:
        part = b"Content-Type: application/zip\n" + part
    shown = "" if filename is None else f' "{filename}"'
    return Case(
        "name-" + name,
        hard,
        mail(multipart(b"mixed", TEXT, part)),
        structure="1 multipart/mixed 7bit\n1.1 text/plain 7bit\n1.2 application/zip base64" + shown,
        text="hello",
        octets=(("1.2", 22),),
    )


def _disposed(name: str, hard: str, parameters: bytes, filename: str | None) -> Case:
    return _named(name, hard, b"Content-Disposition: attachment; " + parameters, filename)


NAMES = (
    _disposed("absent", "an attachment without a name", b"size=22", None),
    _disposed("path", "a path that climbs", b'filename="../../etc/passwd"', "passwd"),
    _disposed(
        "windows-path",
        "a path of Windows, its backslashes not escaped",
        b'filename="C:\\temp\\new.exe"',
        "new.exe",
    ),
    _disposed(
        "encoded-path",
        "slashes inside an encoded word",
        b'filename="=?utf-8?Q?..=2F..=2Fx.sh?="',
        "x.sh",
    ),
    _disposed(
        "whole-and-sections",
        "the whole name beside sections of another",
        b"filename*0=sec; filename*1=tion.zip; filename*=utf-8''w%C3%A4hrung.zip",
        "währung.zip",
    ),
    _disposed(
        "words-in-sections",
        "one encoded word in two sections",
        b'filename*0="=?utf-8?B?csOk"; filename*1="LnppcA==?="',
        "rä.zip",
    ),
    _disposed(
        "escape-in-two-sections",
        "a percent escape that was cut in two",
        b"filename*0*=utf-8''r%C3%A; filename*1*=4.zip",
        "rä.zip",
    ),
    _disposed("percent", "percent octets, but no charset", b'filename="r%C3%A4.zip"', "rä.zip"),
    _named(
        "question-marks",
        "question marks here, the name there",
        b'Content-Type: application/zip; name="=?euc-jp?B?raHGsw==?=.zip"\n'
        b'Content-Disposition: attachment; filename="??.zip"',
        "①導.zip",
    ),
    _disposed("dots", "nothing but dots", b'filename=".."', None),
    _disposed("hidden", "a name that would be hidden", b'filename=".bashrc"', "bashrc"),
    _disposed(
        "controls", "NUL, bell and a line break", b'filename="a\x00b\x07\n c.zip"', "a_b_ c.zip"
    ),
    _disposed(
        "long", "5,000 characters", b'filename="' + b"a" * 4996 + b'.zip"', "a" * 196 + ".zip"
    ),
    _disposed(
        "long-utf-8",
        "300 characters of three octets, cut between two",
        b'filename="' + "語".encode() * 300 + b'.zip"',
        "語" * 65 + ".zip",
    ),
    _disposed("device", "a device of Windows", b"filename=CON.txt", "_CON.txt"),
    _disposed("device-in-words", "not a device", b"filename=console.log", "console.log"),
    _disposed(
        "double-extension",
        "two extensions, the second counts",
        b'filename="invoice.pdf.exe"',
        "invoice.pdf.exe",
    ),
    _disposed(
        "blanks-before-extension",
        "forty blanks hide the extension",
        b'filename="invoice.pdf' + b" " * 40 + b'.exe"',
        "invoice.pdf" + " " * 40 + ".exe",
    ),
    _disposed(
        "bidi",
        "an override that turns the extension around",
        'filename="invoice\u202efdp.exe"'.encode(),
        "invoicefdp.exe",
    ),
    _disposed(
        "invisible", "characters of no width", 'filename="pay\u200bpal.zip"'.encode(), "paypal.zip"
    ),
    _disposed("zip-bomb", "the name of a well-known bomb", b'filename="42.zip"', "42.zip"),
    _disposed(
        "unquoted",
        "blanks and brackets without quotes",
        b"filename=my file (1).zip",
        "my file (1).zip",
    ),
    _disposed(
        "unclosed",
        "a quote that is never closed, 2,000 characters on",
        b'filename="' + b"a" * 2000,
        "a" * 200,
    ),
    _disposed(
        "raw-latin-1",
        "raw Latin-1",
        'filename="Übersicht März.zip"'.encode("latin-1"),
        "Übersicht März.zip",
    ),
    _disposed(
        "word",
        "an encoded word, which RFC 2047 forbids here",
        b'filename="=?utf-8?Q?R=C3=A4.zip?="',
        "Rä.zip",
    ),
    _disposed(
        "words-folded",
        "encoded words folded, split inside a character",
        b'filename="=?utf-8?Q?R=C3?=\n =?utf-8?Q?=A4.zip?="',
        "Rä.zip",
    ),
    _disposed(
        "extended",
        "RFC 2231 and a plain one for old readers",
        b"filename=Rae.zip; filename*=utf-8''R%C3%A4.zip",
        "Rä.zip",
    ),
    _disposed(
        "sections-disordered",
        "sections out of order, a character split between two",
        b"filename*2*=%A4.zip; filename*0*=utf-8''a; filename*1*=%C3",
        "aä.zip",
    ),
    _disposed(
        "sections-gap", "section 1 is missing", b"filename*0=a.zip; filename*2=.exe", "a.zip"
    ),
    _disposed(
        "sections-no-zero", "sections counted from one", b"filename*1=a; filename*2=.zip", "a.zip"
    ),
    _disposed(
        "sections-twice",
        "section 1 twice, the first counts",
        b"filename*0=a; filename*1=b.zip; filename*1=c.exe",
        "ab.zip",
    ),
    _disposed(
        "sections-leading-zeros",
        "section numbers with zeros in front",
        b"filename*00=a; filename*01=b.zip",
        "ab.zip",
    ),
    _disposed("percent-cut", "a percent escape cut off", b"filename*=utf-8''a%C3%A4%C", "aä%C"),
    _disposed(
        "percent-wrong",
        "percent signs that are no escapes",
        b"filename*=utf-8''100%25%zz.zip",
        "100%%zz.zip",
    ),
    _disposed(
        "percent-path", "slashes as percent escapes", b"filename*=utf-8''..%2F..%2Fx.sh", "x.sh"
    ),
    _disposed(
        "charset-wrong",
        "declared UTF-8, sent Latin-1",
        b"filename*=utf-8''%DCbersicht%20M%E4rz.zip",
        "Übersicht März.zip",
    ),
    _disposed(
        "charset-unknown", "a charset nobody knows", b"filename*=x-klingon''R%C3%A4.zip", "Rä.zip"
    ),
    _disposed(
        "charset-absent",
        "extended without charset and language",
        b"filename*=R%C3%A4.zip",
        "Rä.zip",
    ),
    _named(
        "type-only",
        "a name in Content-Type alone",
        b'Content-Type: application/zip; name="a.zip"',
        "a.zip",
    ),
    _named(
        "both-differ",
        "Content-Type and Content-Disposition differ",
        b'Content-Type: application/zip; name="a.txt"\n'
        b'Content-Disposition: attachment; filename="a.exe"',
        "a.exe",
    ),
)

TNEF = (
    b'Content-Type: application/ms-tnef; name="winmail.dat"\nContent-Transfer-Encoding: base64\n\n'
)
SIGNED = b64(b"0\x80\x06\x09*\x86H\x86\xf7\r\x01\x07\x02")

CONTAINERS = (
    Case(
        "winmail",
        "Outlook's container beside a text",
        mail(multipart(b"mixed", TEXT, TNEF + b"eJ8+Ig==")),
        structure="""1 multipart/mixed 7bit
             1.1 text/plain 7bit
             1.2 application/ms-tnef base64 "winmail.dat"
         """,
        text="hello",
        octets=(("1.2", 4),),
    ),
    Case(
        "tnef-alone",
        "a message that is nothing but Outlook's container",
        mail(TNEF + b"eJ8+Ig==\n"),
        structure='1 application/ms-tnef base64 "winmail.dat"',
        text="",
        octets=(("1", 4),),
    ),
    Case(
        "smime-opaque",
        "signed, the text inside the signature",
        mail(
            b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n"
            b"Content-Transfer-Encoding: base64\n"
            b"Content-Disposition: attachment; filename=smime.p7m\n\n" + SIGNED + b"\n"
        ),
        structure='1 application/pkcs7-mime base64 "smime.p7m"',
        text="",
        octets=(("1", 13),),
    ),
    Case(
        "smime-opaque-text",
        "signed, the text inside the signature, all of it here",
        mail(
            b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n"
            b"Content-Transfer-Encoding: base64\n"
            b"Content-Disposition: attachment; filename=smime.p7m\n\n"
            + b64(signed_data(crlf(TEXT + b"\n")))
            + b"\n"
        ),
        structure='1 application/pkcs7-mime base64 "smime.p7m"',
    ),
    Case(
        "smime-opaque-streamed",
        "the same in pieces, with an attachment, under a type that says nothing",
        mail(
            b"Content-Type: application/octet-stream; name=smime.p7m\n"
            b"Content-Transfer-Encoding: base64\n\n"
            + b64(signed_data(crlf(multipart(b"mixed", TEXT, PDF)), piece=50))
            + b"\n"
        ),
        structure='1 application/octet-stream base64 "smime.p7m"',
        text="hello",
        octets=(("1:1.2", 3),),
    ),
    Case(
        "smime-opaque-cut",
        "signed, and the signature breaks off within the text",
        mail(
            b"Content-Type: application/pkcs7-mime; smime-type=signed-data\n"
            b"Content-Transfer-Encoding: base64\n\n"
            + b64(signed_data(crlf(TEXT + b" and more\n" * 9)))[:160]
        ),
        structure="1 application/pkcs7-mime base64 cut",
        text="hello and more\n and more\n and ",
        whole=False,
    ),
    Case(
        "smime-clear",
        "signed, the text beside the signature",
        mail(
            multipart(
                b'signed; protocol="application/pkcs7-signature"; micalg=sha-256',
                TEXT,
                b"Content-Type: application/pkcs7-signature; name=smime.p7s\n"
                b"Content-Transfer-Encoding: base64\n\n" + SIGNED,
            )
        ),
        structure="""1 multipart/signed 7bit
             1.1 text/plain 7bit
             1.2 application/pkcs7-signature base64 "smime.p7s"
         """,
        text="hello",
        octets=(("1.2", 13),),
    ),
    Case(
        "pgp-mime",
        "encrypted, nothing to read",
        mail(
            multipart(
                b'encrypted; protocol="application/pgp-encrypted"',
                b"Content-Type: application/pgp-encrypted\n\nVersion: 1",
                b'Content-Type: application/octet-stream; name="encrypted.asc"\n\n'
                b"-----BEGIN PGP MESSAGE-----\n\nhQ==\n-----END PGP MESSAGE-----",
            )
        ),
        structure="""1 multipart/encrypted 7bit
             1.1 application/pgp-encrypted 7bit
             1.2 application/octet-stream 7bit "encrypted.asc"
         """,
        text="",
        octets=(("1.1", 10), ("1.2", 62)),
    ),
    Case(
        "pgp-inline",
        "lines of dashes that are no delimiters",
        mail(
            b"\n-----BEGIN PGP SIGNED MESSAGE-----\n\n- --x\nhello\n-----END PGP SIGNATURE-----\n"
        ),
        text="-----BEGIN PGP SIGNED MESSAGE-----\n\n- --x\nhello\n-----END PGP SIGNATURE-----\n",
    ),
    Case(
        "inline-named-text",
        "a named text behind the text that its sender wants shown",
        mail(
            multipart(
                b"mixed",
                TEXT,
                b"Content-Type: text/plain; name=a.log\nContent-Disposition: inline\n\nlog",
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 text/plain 7bit
             1.2 text/plain 7bit "a.log"
         """,
        text="hello\nlog",
    ),
    Case(
        "lying-type",
        "an executable that says it is a picture",
        mail(
            multipart(
                b"mixed",
                HTML,
                b"Content-Type: image/jpeg; name=photo.jpg.exe\n"
                b"Content-Transfer-Encoding: base64\n\nTVqQAA==",
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 text/html 7bit
             1.2 image/jpeg base64 "photo.jpg.exe"
         """,
        text="hello",
        octets=(("1.2", 4),),
    ),
    Case(
        "disposition-unknown",
        "a disposition nobody knows is an attachment's",
        mail(
            multipart(
                b"mixed", b"Content-Disposition: x-secret\nContent-Type: text/plain\n\nhidden", TEXT
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 text/plain 7bit
             1.2 text/plain 7bit
         """,
        text="hello",
        octets=(("1.1", 6),),
    ),
    Case(
        "message-is-attachment",
        "the whole message is a file",
        mail(
            b"Content-Type: text/plain; name=a.txt\n"
            b"Content-Disposition: attachment; filename=a.txt\n\nhello\n"
        ),
        structure='1 text/plain 7bit "a.txt"',
        text="",
        octets=(("1", 7),),
    ),
)
