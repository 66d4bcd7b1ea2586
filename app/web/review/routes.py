"""The review of what is marked, the commit, and its receipt as a page and as files."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from app.mailbox import Ambiguous, CommitFailed, CommitFault, LoginDelayed, MailboxError, aside
from app.pop3 import Pop3Error
from app.sessions import Session
from app.transport import TransportError
from app.web.site.forms import read_number
from app.web.site.navigation import HOME, from_htmx, way_back
from app.web.site.problems import describe
from app.web.site.views import ErrorView
from app.web.site.visit import AppServices, CurrentSession, Services
from app.web.site.words import _

from .page import fingerprint, receipt_page, review_page
from .receipt_files import receipt_csv, receipt_file, receipt_json
from .views import ReviewFragment

router = APIRouter(prefix="/mailbox")
Number = Annotated[str, Query()]
_MAX_NUMBER = 10**9


async def _review(
    request: Request, services: Services, session: Session, error: ErrorView | None = None
) -> Response:
    view = replace(await review_page(request, services, session), error=error)
    status = error.status if error else 200
    return await aside(services.renderer.page, "review/page", view, status)


@router.get("/review")
async def review(request: Request, services: AppServices, session: CurrentSession) -> Response:
    """What is marked, to be looked at before it goes."""
    await session.reader.ensure_listed()
    return await _review(request, services, session)


@router.post("/review/unmark/{id}")
async def unmark(
    request: Request, services: AppServices, session: CurrentSession, id: str
) -> Response:
    """Takes one mark back; for htmx the review as it is then."""
    mailbox = session.mailbox
    mailbox.marks.unmark([id])
    if from_htmx(request) is None:
        return way_back("/mailbox/review")
    view = await review_page(request, services, session)
    message = mailbox.index[id].summary
    said = _("Unmarked: %(what)s", what=message.subject if message else "")
    return await aside(services.renderer.fragment, "review/list", ReviewFragment(view, said))


@router.post("/commit")
async def commit(
    request: Request,
    services: AppServices,
    session: CurrentSession,
    count: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "",
) -> Response:
    """Deletes what is marked, for good, if that is still what the review showed."""
    marks = tuple(session.mailbox.marks)
    # Another tab may have marked since, or marked one and unmarked another.
    if marks and (count != str(len(marks)) or seen != await aside(fingerprint, marks)):
        told = describe(CommitFailed(CommitFault.OTHERS_MARKED))
        return await _review(request, services, session, told)
    try:
        await session.commit.run(confirmed=frozenset(marks))
    except (CommitFailed, Ambiguous) as error:  # to be looked at again
        return await _review(request, services, session, describe(error))
    return way_back("/mailbox/receipt")


def _number(session: Session, number: str) -> int:
    """The receipt that is meant: the one of that number if it is kept, else the last; 0 for none.

    Raises:
        InvalidRequest: that is no number.
    """
    receipts = session.mailbox.receipts
    asked = read_number("number", number, 1, _MAX_NUMBER) if number else 0
    return asked if asked in receipts else max(receipts, default=0)


@router.get("/receipt")
async def receipt(
    request: Request, services: AppServices, session: CurrentSession, number: Number = ""
) -> Response:
    """The outcome of the last commit, or of an earlier one."""
    which = _number(session, number)
    if not which:
        return way_back(HOME)
    view = receipt_page(request, services, session, which)
    return await aside(services.renderer.page, "review/receipt", view)


@router.post("/receipt/check")
async def check_receipt(
    request: Request,
    services: AppServices,
    session: CurrentSession,
    number: Annotated[str, Form()] = "",
) -> Response:
    """Signs in again to check a receipt that could not be checked; too early, it counts on."""
    which = _number(session, number)
    if not which:
        return way_back(HOME)
    there = f"/mailbox/receipt?number={which}"
    try:
        await session.commit.check(which)
    except LoginDelayed:
        return way_back(there)
    except (MailboxError, TransportError, Pop3Error) as error:
        told = describe(error)
        view = replace(receipt_page(request, services, session, which), error=told)
        return await aside(services.renderer.page, "review/receipt", view, told.status)
    return way_back(there)


@router.get("/receipt.json")
async def receipt_as_json(session: CurrentSession, number: Number = "") -> Response:
    """The same as a file for scripts."""
    which = _number(session, number)
    if not which:
        return way_back(HOME)
    found = session.mailbox.receipts[which]
    return receipt_file(found, await aside(receipt_json, found), "application/json", "json")


@router.get("/receipt.csv")
async def receipt_as_csv(session: CurrentSession, number: Number = "") -> Response:
    """The same as a file for spreadsheets."""
    which = _number(session, number)
    if not which:
        return way_back(HOME)
    found = session.mailbox.receipts[which]
    return receipt_file(found, await aside(receipt_csv, found), "text/csv; charset=utf-8", "csv")
