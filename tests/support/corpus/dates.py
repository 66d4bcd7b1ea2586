"""Dates as broken mailers write them."""

from .case import FROM, TEN, Case, crlf


def _date(name: str, hard: str, value: bytes, date: str | None, *defects: str) -> Case:
    raw = crlf(FROM + b"Date: " + value + b"\n\nhello\n")
    return Case("date-" + name, hard, raw, date=date, defects=defects)


DATES = (
    _date("two-digit-year", "a year of two digits", b"Fri, 01 Mar 24 10:00:00 GMT", TEN),
    _date(
        "two-digit-50",
        "50 is 1950 (RFC 5322, 4.3)",
        b"1 Mar 50 10:00:00 +0000",
        "1950-03-01T10:00:00+00:00",
    ),
    _date(
        "three-digit-year",
        "years since 1900, as a C program prints them",
        b"Fri, 1 Mar 124 10:00:00 +0000",
        TEN,
    ),
    _date(
        "five-digit-year", "19102 for 2002", b"Fri, 1 Mar 19102 10:00:00 +0000", None, "bad-date"
    ),
    _date("no-zone", "no zone at all", b"Fri, 1 Mar 2024 10:00:00", TEN),
    _date(
        "named-zone",
        "a zone by its American name",
        b"Fri, 1 Mar 2024 10:00:00 EST",
        "2024-03-01T10:00:00-05:00",
    ),
    _date("unknown-zone", "a zone that nobody knows", b"Fri, 1 Mar 2024 10:00:00 XYZT", TEN),
    _date(
        "military-zone",
        "a military zone, long sent wrongly (RFC 5322, 4.3)",
        b"Fri, 1 Mar 2024 10:00:00 K",
        TEN,
    ),
    _date(
        "windows-zone",
        "a zone by its Windows name",
        b"Fri, 1 Mar 2024 10:00:00 GMT Standard Time",
        TEN,
    ),
    _date(
        "zone-with-colon",
        "a colon in the zone",
        b"Fri, 1 Mar 2024 10:00:00 +05:30",
        "2024-03-01T10:00:00+05:30",
    ),
    _date("zone-too-far", "a zone of 99 hours", b"Fri, 1 Mar 2024 10:00:00 +9959", TEN),
    _date(
        "zone-touches",
        "no space before the zone",
        b"Fri, 1 Mar 2024 10:00:00+0100",
        "2024-03-01T10:00:00+01:00",
    ),
    _date(
        "wrong-weekday", "the first of March was a Friday", b"Mon, 1 Mar 2024 10:00:00 +0000", TEN
    ),
    _date(
        "chinese",
        "weekday and month in Chinese",
        "星期五, 1 三月 2024 10:00:00 +0800".encode(),
        "2024-03-01T10:00:00+08:00",
    ),
    _date(
        "chinese-weekday",
        "the weekday alone in Chinese",
        "星期五, 1 Mar 2024 10:00:00 +0800".encode(),
        "2024-03-01T10:00:00+08:00",
    ),
    _date(
        "german",
        "month in German",
        b"Fr, 1. M\xe4rz 2024 10:00:00 +0100",
        "2024-03-01T10:00:00+01:00",
    ),
    _date("iso", "ISO 8601", b"2024-03-01T10:00:00Z", TEN),
    _date(
        "iso-fraction",
        "ISO 8601 with a space, a fraction and a zone",
        b"2024-03-01 10:00:00.123456 +0100",
        "2024-03-01T10:00:00+01:00",
    ),
    _date("ctime", "as ctime() prints it", b"Fri Mar  1 10:00:00 2024", TEN),
    _date(
        "unix", "as date(1) prints it", b"Fri Mar  1 10:00:00 CET 2024", "2024-03-01T10:00:00+01:00"
    ),
    _date(
        "javascript",
        "as JavaScript prints it",
        b"Fri Mar 01 2024 10:00:00 GMT+0100 (CET)",
        "2024-03-01T10:00:00+01:00",
    ),
    _date(
        "american",
        "the month in front, twelve hours",
        b"Friday, March 1, 2024 10:00 PM",
        "2024-03-01T22:00:00+00:00",
    ),
    _date(
        "slashes", "day or month first, nobody can tell", b"03/01/2024 10:00:00", None, "bad-date"
    ),
    _date("epoch", "seconds since 1970", b"1709287200", None, "bad-date"),
    _date("dashes", "dashes and dots", b"Fri, 01-Mar-2024 10.00.00 UT", TEN),
    _date(
        "year-1900",
        "the first year there is",
        b"Mon, 1 Jan 1900 00:00:00 +0000",
        "1900-01-01T00:00:00+00:00",
    ),
    _date(
        "year-9999",
        "so that it stays on top for ever",
        b"Fri, 31 Dec 9999 23:59:59 -1200",
        None,
        "bad-date",
    ),
    _date(
        "year-1899", "before there was mail", b"Sun, 1 Jan 1899 00:00:00 +0000", None, "bad-date"
    ),
    _date(
        "leap-second", "second 60", b"Sat, 31 Dec 2016 23:59:60 +0000", "2016-12-31T23:59:59+00:00"
    ),
    _date(
        "no-seconds",
        "no seconds, one digit for the hour",
        b"1 Mar 2024 9:05 +0000",
        "2024-03-01T09:05:00+00:00",
    ),
    _date(
        "hour-24",
        "24 o'clock, the day is good",
        b"Fri, 1 Mar 2024 24:00:00 +0000",
        "2024-03-01T00:00:00+00:00",
    ),
    _date(
        "hour-29",
        "29 o'clock",
        b"Fri, 1 Mar 2024 29:24:05 +0100",
        "2024-03-01T00:00:00+01:00",
    ),
    _date(
        "three-digit-zone",
        "a zone that has lost its zero",
        b"Fri, 1 Mar 2024 10:00:00 +200",
        "2024-03-01T10:00:00+02:00",
    ),
    _date(
        "zone-without-sign",
        "a zone that has lost its sign",
        b"Fri, 1 Mar 2024 10:00:00 0200",
        "2024-03-01T10:00:00+02:00",
    ),
    _date("bst", "summer in Britain", b"Fri, 1 Mar 2024 10:00:00 BST", "2024-03-01T10:00:00+01:00"),
    _date(
        "american-numbers",
        "a number that can only be the day",
        b"6/29/2022 11:57:13 AM",
        "2022-06-29T11:57:13+00:00",
    ),
    Case(
        "date-of-arrival",
        "no date; a server of the receiver says when, and the sender something else",
        crlf(
            b"Received: from mx.example.org (mx.example.org [192.0.2.1]) by store.example.org\n"
            b" with LMTP id 1; garbage\n"
            b"Received: from mail.example.net (mail.example.net [198.51.100.1])\n"
            b" by mx.example.org with ESMTPS id 2; Fri, 1 Mar 2024 10:00:00 +0000\n"
            b"Received: from home by mail.example.net; Thu, 1 Jan 2099 00:00:00 +0000\n"
            + FROM
            + b"Date: yesterday\n\nhello\n"
        ),
        defects=("bad-date",),
    ),
    Case(
        "date-of-arrival-forged",
        "no date; what the sender wrote below counts for nothing",
        crlf(
            b"Received: from mail.example.net (mail.example.net [198.51.100.1])\n"
            b" by mx.example.org with ESMTPS id 2\n"
            b"Received: from home by mail.example.net; Thu, 1 Jan 2099 00:00:00 +0000\n"
            + FROM
            + b"\nhello\n"
        ),
        date=None,
        defects=("no-date",),
    ),
    _date(
        "february-30", "a day that never was", b"Fri, 30 Feb 2024 10:00:00 +0000", None, "bad-date"
    ),
    _date(
        "comments",
        "comments everywhere, one of them nested",
        b"Fri, (a) 1 (b (c)) Mar 2024 10:00:00 (d) +0000 (UTC)",
        TEN,
    ),
    _date(
        "unclosed-comment",
        "a comment that is never closed",
        b"Fri, 1 Mar 2024 10:00:00 +0000 (UTC",
        TEN,
    ),
    _date("folded", "folded in the middle", b"Fri, 1 Mar\n 2024\n\t10:00:00 +0000", TEN),
    _date(
        "encoded",
        "an encoded word",
        b"=?utf-8?Q?Fri,_1_Mar_2024_10:00:00_+0000?=",
        TEN,
    ),
    _date(
        "turkish",
        "a program's own language",
        b"1 Ara 2023 10:00 +0300",
        "2023-12-01T10:00:00+03:00",
    ),
    _date(
        "korean-words",
        "years, months and halves of a day in Korean",
        "2024년 3월 1일 금요일 오후 7:00 +0900".encode(),
        "2024-03-01T19:00:00+09:00",
    ),
    _date(
        "zone-written-out",
        "a zone as Windows calls it",
        b"Fri, 1 Mar 2024 10:00:00 Eastern Daylight Time",
        "2024-03-01T10:00:00-04:00",
    ),
    _date("at", "at a time", b"Fri, Mar 1, 2024 at 10:00 AM", TEN),
    _date("empty", "there and empty", b"", None, "no-date"),
    _date("nul", "a NUL in the year", b"Fri, 1 Mar 20\x0024 10:00:00 +0000", None, "bad-date"),
    Case(
        "date-twice",
        "two dates",
        crlf(FROM + b"Date: Fri, 1 Mar 2024 10:00:00 +0000\nDate: 1 Jan 1990\n\nhello\n"),
        defects=("duplicate-date",),
    ),
    Case("date-missing", "no date", crlf(FROM + b"\nhello\n"), date=None, defects=("no-date",)),
)
