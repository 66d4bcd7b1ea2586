"""What the JSON API takes to delete what is marked, and its receipt."""

from datetime import datetime

from pydantic import BaseModel

from app import mailbox as domain
from app.web.list.schemas import Refused, Totals
from app.web.site import formats
from app.web.site.schemas import RequestBody

from . import receipt_words


class Quit(RequestBody):
    """Whether the commit is checked by signing in again."""

    verify: bool = True


class Receipt(BaseModel):
    """What became of the marked messages.

    `retry_after` counts the seconds until a receipt that could not be checked is worth another try,
    by `POST /receipts/{number}/check`; null where there is nothing more to check.
    """

    deleted: list[str]
    still_there: list[Refused]
    not_verified: list[str]
    verified: bool
    why: str | None
    octets_freed: int
    before: Totals
    after: Totals | None
    at: datetime
    number: int
    retry_after: int | None


def receipt(found: domain.Receipt) -> Receipt:
    """The receipt of a commit."""

    def ids(outcome: domain.Outcome) -> list[str]:
        return [item.id for item in found.items if item.outcome is outcome]

    return Receipt(
        deleted=ids(domain.Outcome.GONE),
        still_there=[
            Refused(id=item.id, reason=receipt_words.reason(item), agreed=item.agreed)
            for item in found.items
            if item.outcome is domain.Outcome.STILL_THERE
        ],
        not_verified=ids(domain.Outcome.NOT_VERIFIED),
        verified=found.verified,
        why=receipt_words.why(found) or None,
        octets_freed=found.octets_freed,
        before=Totals.of(found.before),
        after=Totals.of(found.after) if found.after else None,
        at=found.at,
        number=found.number,
        retry_after=formats.seconds_until(found.due) if found.due else None,
    )
