"""The demo mailbox: about 1,200 messages over three years, some 410 MB, ending at a given time.

Each kind of mail has its own module; here they are put together, ordered by arrival and given the
UIDLs that they keep until the next start.
"""

from datetime import datetime, timedelta
from random import Random

from .delivery import Delivered, deliver, token
from .heavy import parcels, scans
from .letters import letters
from .message import Message
from .newsletters import newsletters
from .notices import backups, bounces, invitations, mailing_list, photo_notices
from .oddities import oddities, spam
from .shopping import orders, statements

DAYS = 3 * 365
WEEKS = DAYS // 7
MONTHS = 36
PHOTO_NOTICES = 110
INVITATIONS = 30
BOUNCES = 12


def build_mailbox(now: datetime, seed: int = 1939) -> list[Message]:
    """Make the messages; for the same `now` and `seed` they are the same, octet by octet.

    Args:
        now: When the newest messages arrived; aware.
        seed: Chooses among the variants of texts, sizes and times.

    Returns:
        The messages, oldest first. Attachments are generated when they are read.
    """
    dice = Random(seed)  # noqa: S311 - no secret: the mailbox shall be the same each time
    now = now.replace(microsecond=0)
    drafts = [
        *letters(now, DAYS, dice),
        *parcels(now),
        *scans(now, DAYS, dice),
        *newsletters(now, DAYS, dice),
        *orders(now, DAYS, dice),
        *statements(now, MONTHS, dice),
        *mailing_list(now, DAYS, dice),
        *backups(now, WEEKS, dice),
        *photo_notices(now, DAYS, PHOTO_NOTICES, dice),
        *invitations(now, DAYS, INVITATIONS, dice),
        *bounces(now, DAYS, BOUNCES, dice),
        *spam(now, DAYS, dice),
    ]
    arrived = [deliver(draft) for draft in drafts]
    arrived += oddities(now)
    arrived.sort(key=_arrival)
    start = f"{int((now - timedelta(days=DAYS)).timestamp()):08x}"
    return [
        Message(f"{start}.{token(f'{seed}/{number}', 16)}", item.head, item.body)
        for number, item in enumerate(arrived)
    ]


def _arrival(item: Delivered) -> datetime:
    return item.when
