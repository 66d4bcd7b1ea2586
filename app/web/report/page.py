"""Reports as pages show them, and whose they are."""

from app.report import ReportRun, TopicGroup, Verdict, WaitRefused
from app.sessions import Session, browser_id
from app.web.signin.choose_server import located
from app.web.signin.forms import SignInForm
from app.web.site.config import Services
from app.web.site.cookies import browser_cookie
from app.web.site.visit import Visit
from app.web.site.words import _

from .views import ChecksView, ReportView
from .words import GROUPS, as_text, counted_words, doing, headline, protection, words_of

MAX_WAIT = 900  # seconds of silence that pages and the API may ask for


def owner(session: Session | None, browser: str) -> str:
    """Whose report one is: the session's, or the browser's that has this cookie."""
    return f"browser:{browser_id(browser)}" if session is None else f"session:{session.sid}"


def owners(visit: Visit) -> frozenset[str]:
    """All whose reports this visit may see."""
    browser = browser_cookie(visit.request).value(visit.request.cookies)
    known = [owner(visit.guest, "")] if visit.guest is not None else []
    return frozenset(known + ([owner(None, browser)] if browser else []))


async def begin_own(services: Services, session: Session, wait: float = 0.0) -> ReportRun:
    """A report on the session's own account; its lock is given back first.

    Raises:
        SignInHeld: nobody may sign in there yet.
        ReportError: there is one under way, or there are too many.
    """
    account = session.mailbox.account
    mine, name = owner(session, ""), account.username
    await services.reports.check(account.target, name)
    await session.mailbox.tenancy.release()
    return services.reports.start(mine, account.target, name, session.line.key, wait)


async def begin_on(visit: Visit, mine: str, form: SignInForm, wait: float) -> ReportRun:
    """A report on the server that the form names, or that is found for its address.

    Raises:
        InvalidRequest, ServerNotFound, ConfirmServer: what was filled in leads to no server.
        SignInHeld: nobody may sign in there yet.
        ReportError: there is one under way, there are too many, or nobody is there to wait for.
    """
    if wait and visit.guest is None:
        raise WaitRefused
    if not (form.username or form.password):
        return visit.services.reports.start(mine, form.target(visit.config), wait=wait)
    account, credentials = await located(visit.services, form)
    target, name = account.target, account.username
    await visit.services.reports.check(target, name)
    return visit.services.reports.start(mine, target, name, lambda: credentials, wait)


def report_view(run: ReportRun) -> ReportView:
    """A report as far as it is made."""
    report = run.report
    return ReportView(
        path=f"/report/{run.id}",
        server=report.target.shown,
        protection=protection(report),
        account=report.username,
        began=report.began,
        running=run.running,
        doing=doing(report),
        headline=headline(report),
        worst=report.worst,
        counts=tuple(
            (verdict, counted_words(report, verdict))
            for verdict in reversed(Verdict)
            if report.count(verdict)
        ),
        groups=tuple(
            ChecksView(group.value, _(GROUPS[group]), findings)
            for group in TopicGroup
            if (findings := tuple(map(words_of, report.of(group))))
        ),
        text=as_text(report, masked=True),
    )
