from datetime import UTC, datetime
from random import Random

from app.demo.notices import (
    LIST_MESSAGES,
    backups,
    bounces,
    invitations,
    mailing_list,
    photo_notices,
)

from .parse import parsed, text_of

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_list_mail_goes_over_the_list_and_carries_checksums():
    drafts = list(mailing_list(NOW, 1000, Random(1)))
    assert len(drafts) == LIST_MESSAGES
    assert all(draft.when < NOW for draft in drafts)
    sums = 0
    for draft in drafts[:30]:
        message = parsed(draft)
        assert "announce" in message["List-Id"]
        assert message["To"].startswith("announce@")
        sums += message.get_content().count("SHA256 (") > 100
    assert 5 <= sums <= 15


def test_a_failed_backup_says_so_in_subject_and_text():
    drafts = list(backups(NOW, 156, Random(1)))
    failed = [draft for draft in drafts if "FAILED" in draft.subject]
    assert 1 <= len(failed) <= 25
    for draft in drafts:
        text = parsed(draft).get_content()
        assert ("FAILED" in text) == ("FAILED" in draft.subject)


def test_invitations_hold_a_calendar_object():
    for draft in invitations(NOW, 500, 8, Random(1)):
        plain, event = parsed(draft).iter_parts()
        assert event.get_content_type() == "text/calendar"
        assert event.get_param("method") == "REQUEST"
        lines = event.get_content().splitlines()
        assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
        begin = next(line for line in lines if line.startswith("DTSTART:"))
        end = next(line for line in lines if line.startswith("DTEND:"))
        assert begin[8:] < end[6:]
        assert draft.subject.split(": ")[1].split(",")[0] in plain.get_content()


def test_bounces_are_delivery_reports():
    for draft in bounces(NOW, 500, 4, Random(1)):
        message = parsed(draft)
        assert message.get_content_type() == "multipart/report"
        assert message.get_param("report-type") == "delivery-status"
        _, status, original = message.iter_parts()
        blocks = status.get_payload()
        assert isinstance(blocks, list)
        lost = str(blocks[1]["Final-Recipient"]).split("; ")[1]  # type: ignore[index]  # the stubs know no blocks
        assert original.get_content()["To"] == lost


def test_photo_notices_are_within_the_days_and_have_a_pixel():
    drafts = list(photo_notices(NOW, 300, 20, Random(1)))
    assert len(drafts) == 20
    assert all(0 < (NOW - draft.when).total_seconds() < 300 * 86_400 for draft in drafts)
    assert 'width="1"' in text_of(drafts[0], "html")
