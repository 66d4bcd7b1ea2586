"""The review of what is marked, the commit, and its receipt as a page and as files."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from app.mailbox import Ambiguous, CommitFailed, CommitFault, LoginDelayed, MailboxError, in_thread
from app.pop3 import Pop3Error
from app.sessions import Session
from app.transport import TransportError
from app.web.site.access import CurrentSession
from app.web.site.forms import read_number
from app.web.site.languages import region
from app.web.site.navigation import HOME, way_back
from app.web.site.problems import describe
from app.web.site.shell import titled
from app.web.site.views import ErrorView
from app.web.site.visit import ChangingVisit, CurrentVisit, Visit
from app.web.site.words import _

from .page import fingerprint, receipt_page, receipt_title, review_page
from .receipt_files import receipt_csv, receipt_file, receipt_json, separator
from .views import ReceiptsView, ReviewFragment

router = APIRouter(prefix="/mailbox")
Number = Annotated[str, Query()]
_MAX_NUMBER = 10**9


async def _review(visit: Visit, error: ErrorView | None = None) -> Response:
    view = replace(await review_page(visit.mailbox), error=error)
    title, status = titled(visit.mailbox, _("Review")), error.status if error else 200
    return await visit.page("review/page", view, title, status)


@router.get("/review")
async def review(visit: CurrentVisit) -> Response:
    """What is marked, to be looked at before it goes."""
    await visit.session.reader.ensure_listed()
    return await _review(visit)


@router.post("/review/unmark/{id}")
async def unmark(visit: ChangingVisit, id: str) -> Response:
    """Takes one mark back; for htmx the review as it is then."""
    mailbox = visit.mailbox
    mailbox.marks.unmark([id])
    if visit.from_htmx is None:
        return way_back("/mailbox/review")
    view = await review_page(mailbox)
    message = mailbox.index[id].summary
    said = _("Unmarked: %(what)s", what=message.subject if message else "")
    title = titled(mailbox, _("Review"))
    return await visit.fragment("review/list", ReviewFragment(view, said), title)


@router.post("/commit")
async def commit(
    visit: ChangingVisit, count: Annotated[str, Form()] = "", seen: Annotated[str, Form()] = ""
) -> Response:
    """Deletes what is marked, for good, if that is still what the review showed."""
    marks = tuple(visit.mailbox.marks)
    # Another tab may have marked since, or marked one and unmarked another.
    if marks and (count != str(len(marks)) or seen != await in_thread(fingerprint, marks)):
        told = describe(CommitFailed(CommitFault.OTHERS_MARKED))
        return await _review(visit, told)
    try:
        await visit.session.commit.run(confirmed=frozenset(marks))
    except (CommitFailed, Ambiguous) as error:  # to be looked at again
        return await _review(visit, describe(error))
    return way_back("/mailbox/receipt")


def _number(session: Session, number: str) -> int:
    """The receipt that is meant: the one of that number if it is kept, else the last; 0 for none.

    Raises:
        InvalidRequest: that is no number.
    """
    receipts = session.mailbox.receipts
    asked = read_number("number", number, 1, _MAX_NUMBER) if number else 0
    return asked if asked in receipts else max(receipts, default=0)


async def _receipt(visit: Visit, number: int, error: ErrorView | None = None) -> Response:
    view = replace(receipt_page(visit.mailbox, number), error=error)
    title, status = receipt_title(visit.mailbox, view), error.status if error else 200
    return await visit.page("review/receipt", view, title, status)


@router.get("/receipts")
async def receipts(visit: CurrentVisit) -> Response:
    """All receipts of this session that are kept."""
    view = ReceiptsView(tuple(visit.mailbox.receipts.values())[::-1])
    return await visit.page("review/receipts", view, titled(visit.mailbox, _("Receipts")))


@router.get("/receipt")
async def receipt(visit: CurrentVisit, number: Number = "") -> Response:
    """The outcome of the last commit, or of an earlier one."""
    which = _number(visit.session, number)
    if not which:
        return way_back(HOME)
    return await _receipt(visit, which)


@router.post("/receipt/check")
async def check_receipt(visit: ChangingVisit, number: Annotated[str, Form()] = "") -> Response:
    """Signs in again to check a receipt that could not be checked; too early, it counts on."""
    which = _number(visit.session, number)
    if not which:
        return way_back(HOME)
    there = f"/mailbox/receipt?number={which}"
    try:
        await visit.session.commit.check(which)
    except LoginDelayed:
        return way_back(there)
    except (MailboxError, TransportError, Pop3Error) as error:
        return await _receipt(visit, which, describe(error))
    return way_back(there)


@router.get("/receipt.json")
async def receipt_as_json(session: CurrentSession, number: Number = "") -> Response:
    """The same as a file for scripts."""
    which = _number(session, number)
    if not which:
        return way_back(HOME)
    found = session.mailbox.receipts[which]
    return receipt_file(found, await in_thread(receipt_json, found), "application/json", "json")


@router.get("/receipt.csv")
async def receipt_as_csv(
    request: Request, session: CurrentSession, number: Number = ""
) -> Response:
    """The same as a file for the spreadsheets of the browser's region."""
    which = _number(session, number)
    if not which:
        return way_back(HOME)
    found = session.mailbox.receipts[which]
    between = separator(region(request.headers.get("accept-language", "")))
    content = await in_thread(receipt_csv, found, between)
    return receipt_file(found, content, "text/csv; charset=utf-8", "csv")
