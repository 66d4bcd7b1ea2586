"""Mail that machines write: a mailing list, backup reports, invitations, notices and bounces.

RFC 5545 and 6047 (invitations by mail), RFC 3464 (delivery reports), RFC 2919 (List-Id).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from . import compose
from .compose import Part
from .delivery import OWNER_ADDRESS, Draft, Sender, boundary, message_id, stamp, token
from .message import Checksums

LIST_MESSAGES = 214
LIST_HOST = "lists.puffin-os.example"
LIST_POSTERS = (
    Sender("Ingrid Halvorsen", "ingrid@puffin-os.example", 1, "Mutt/2.2.13"),
    Sender("Rafael Couto", "rafael@puffin-os.example", -3, "Sylpheed 3.8"),
    Sender("T. Okonkwo", "tok@puffin-os.example", 1, "Gnus/5.13"),
)
COMPONENTS = (
    "dhcpleased",
    "libtermkey",
    "mailwrapper",
    "pfsyncd",
    "ntpq",
    "the boot loader",
    "ftp",
)
EFFECTS = (
    "reads one octet past the end of a reply",
    "may lose its route when the lease is renewed",
    "prints dates of the year 1970 after a leap second",
    "refuses file names that contain a space",
    "starts twice when started once",
)
FAILURE_RATE = 0.06
"""Share of backups that fail: about three in a year."""
MACHINES = ("nas", "greenhouse", "attic")
FRIENDS = ("Jonas Weber", "Lucía Ortega", "林 美咲", "Tom Hargreaves", "Ελένη Παππά", "Uncle Bob")
PHOTO_NEWS = ("commented on your photo", "added 12 photos to “Garden”", "likes your photo")
APPOINTMENTS = (
    ("Band practice", "Church hall", 2.0),
    ("Library committee", "Reading room, first floor", 1.5),
    ("Dentist", "Mill Lane 4", 0.5),
    ("Allotment meeting", "The shed", 1.0),
)


def mailing_list(now: datetime, days: int, dice: Random) -> Iterator[Draft]:
    """Announcements of an operating system that does not exist, some with long checksum lists."""
    extra = (
        ("List-Id", f"Announcements <announce.{LIST_HOST}>"),
        ("List-Post", f"<mailto:announce@{LIST_HOST}>"),
        ("List-Archive", f"<https://{LIST_HOST}/announce>"),
        ("Precedence", "list"),
        ("X-Loop", f"announce@{LIST_HOST}"),
        ("Sender", f"owner-announce@{LIST_HOST}"),
    )
    for number in range(LIST_MESSAGES):
        when = now - timedelta(days=days * (1 - number / LIST_MESSAGES) * 0.995 + 0.2)
        poster = dice.choice(LIST_POSTERS)
        version = f"{4 + number // 60}.{number % 60 // 30}"
        component, effect = dice.choice(COMPONENTS), dice.choice(EFFECTS)
        if number % 3:
            subject = f"[puffin-announce] errata {number:03d} for {version}: {component}"
            part = compose.text(
                f"Errata {number:03d} for Puffin {version}\n\nIn {component} a mistake was found: "
                f"it {effect}.\nA patch is on the mirrors. Machines with nobody else on them are "
                f"hardly at risk.\n\n  $ doas syspatch {number:03d}\n\n"
                f"Reported by a reader of this list, fixed within "
                f"{dice.randint(2, 40)} hours.\n\n-- \n{poster.name}"
            )
        else:
            subject = f"[puffin-announce] packages for {version}, build {number}"
            opening = compose.text(
                f"New packages for Puffin {version} are on the mirrors. What changed is in the\n"
                f"notes beside them; the checksums follow.\n\n{poster.name}\n\n"
            )
            sums = Checksums(f"build-{number}", dice.randint(300, 1300))
            part = Part(opening.fields, (*opening.body, sums))
        to = f"announce@{LIST_HOST}"
        yield Draft(when, poster, subject, part, extra, to=to, relay=LIST_HOST)


def backups(now: datetime, weeks: int, dice: Random) -> Iterator[Draft]:
    """A weekly report from the machines at home; now and then one has failed."""
    for age in range(weeks):
        when = now - timedelta(days=7 * age + 0.3, minutes=dice.uniform(0, 9))
        machine = MACHINES[age % len(MACHINES)]
        sender = Sender(f"{machine} (cron)", f"root@{machine}.home.example", 1)
        failed = dice.random() < FAILURE_RATE
        rows = [
            f"{name:<12}{dice.randint(900, 90_000):>9} files {dice.randint(10, 4000):>8} MB  ok"
            for name in ("documents", "music", "photos", "mail")
        ]
        if failed:
            rows[-1] = rows[-1][:-2] + "FAILED: no space left on device"
        verdict = "FAILED" if failed else "ok"
        part = compose.text(
            "\n".join([f"Backup of {machine}", "", *rows, "", f"Result: {verdict}"])
        )
        extra = (("Auto-Submitted", "auto-generated"), ("X-Cron-Env", "<SHELL=/bin/sh>"))
        yield Draft(when, sender, f"backup {machine}: {verdict}", part, extra)


def photo_notices(now: datetime, days: int, count: int, dice: Random) -> Iterator[Draft]:
    """One-line notices of a photo site."""
    sender = Sender("Fotokiste", "no-reply@fotokiste.example", 1, "Fotokiste Notifier")
    for number in range(count):
        when = now - timedelta(days=dice.uniform(0.1, days))
        subject = f"{dice.choice(FRIENDS)} {dice.choice(PHOTO_NEWS)}"
        link = f"https://fotokiste.example/p/{token(str(number), 8)}"
        plain = compose.text(f"{subject}.\n\nLook: {link}\n")
        rich = compose.html(
            f'<p>{subject}.</p>\n<p><a href="{link}"><img src="{link}.jpg" alt=""></a></p>\n'
            f'<img src="https://fotokiste.example/seen?m={number}" width="1" height="1" alt="">\n'
        )
        part = compose.multipart("alternative", boundary(f"photo/{number}"), [plain, rich])
        yield Draft(when, sender, subject, part, bulk=True)


def invitations(now: datetime, days: int, count: int, dice: Random) -> Iterator[Draft]:
    """Invitations to appointments, as text and as a calendar object."""
    sender = Sender("Parish calendar", "calendar@parish.example", 0, "Kalends 2.1")
    for number in range(count):
        when = now - timedelta(days=dice.uniform(0.5, days))
        title, place, hours = dice.choice(APPOINTMENTS)
        begin = (when + timedelta(days=7)).replace(hour=18, minute=30, second=0, microsecond=0)
        end = begin + timedelta(hours=hours)
        lines = [
            "BEGIN:VCALENDAR",
            "PRODID:-//Kalends//2.1//EN",
            "VERSION:2.0",
            "METHOD:REQUEST",
            "BEGIN:VEVENT",
            f"UID:{token(f'event/{number}')}@parish.example",
            f"DTSTAMP:{when:%Y%m%dT%H%M%SZ}",
            f"DTSTART:{begin:%Y%m%dT%H%M%SZ}",
            f"DTEND:{end:%Y%m%dT%H%M%SZ}",
            f"SUMMARY:{title}",
            "LOCATION:" + place.replace(",", "\\,"),
            "ORGANIZER;CN=Parish calendar:mailto:calendar@parish.example",
            f"ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:{OWNER_ADDRESS}",
            "END:VEVENT",
            "END:VCALENDAR",
        ]
        plain = compose.text(f"{title}\n{begin:%A %d %B %Y, %H:%M} UTC\n{place}\n")
        event = compose.text("\n".join(lines), subtype="calendar", parameters="; method=REQUEST")
        part = compose.multipart("alternative", boundary(f"event/{number}"), [plain, event])
        subject = f"Invitation: {title}, {begin:%d %B %H:%M}"
        yield Draft(when, sender, subject, part, bulk=True)


def bounces(now: datetime, days: int, count: int, dice: Random) -> Iterator[Draft]:
    """Delivery reports with the message that did not arrive."""
    sender = Sender("Mail Delivery System", "MAILER-DAEMON@popscope.example", 0)
    for number in range(count):
        when = now - timedelta(days=dice.uniform(1, days))
        lost = f"old.friend{number}@moved-away.example"
        reason = f"<{lost}>: user unknown" if number % 2 else f"<{lost}>: mailbox is full"
        code = "5.1.1" if number % 2 else "4.2.2"
        plain = compose.text(
            "The mail server of popscope.example could not hand over your message. It will not "
            f"try again.\nWhat the other side said:\n\n    {reason}\n"
        )
        status = (
            f"Reporting-MTA: dns; mx2.popscope.example\r\nArrival-Date: {stamp(when, 0)}\r\n\r\n"
            f"Final-Recipient: rfc822; {lost}\r\nAction: failed\r\nStatus: {code}\r\n"
            f"Diagnostic-Code: smtp; 550 {code} {reason}\r\n"
        )
        report = Part("Content-Type: message/delivery-status\r\n", (status.encode(),))
        original = (
            f"From: Anna Example <{OWNER_ADDRESS}>\r\nTo: {lost}\r\nSubject: Long time no see\r\n"
            f"Date: {stamp(when - timedelta(minutes=3), 1)}\r\n"
            f"Message-ID: {message_id(when, lost, 'popscope.example')}\r\n\r\n"
            "Hello,\r\n\r\nis this still your address? I found your postcard.\r\n\r\nAnna\r\n"
        )
        returned = Part("Content-Type: message/rfc822\r\n", (original.encode(),))
        parts = [plain, report, returned]
        part = compose.multipart("report; report-type=delivery-status", boundary(lost), parts)
        extra = (("Auto-Submitted", "auto-replied"),)
        yield Draft(when, sender, "Your message came back", part, extra)
