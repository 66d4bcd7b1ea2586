"""A server report in words: for its page, for JSON, and as text for a terminal or for support."""

from collections.abc import Iterator, Mapping
from unicodedata import east_asian_width

from app import __version__
from app.report import Check, Fact, Finding, Report, Step, Stopped, Topic, TopicGroup, Verdict
from app.web.site import formats
from app.web.site.words import N_, NN_, _, ngettext
from app.web.transcript.lines import milliseconds
from app.web.transcript.masking import Masker

from .findings import AFTER, BEFORE, Says
from .unseen import UNSEEN
from .views import FindingView

SAYINGS: Mapping[Finding, Says] = {
    **BEFORE,
    **AFTER,
    **{finding: Says(text) for finding, text in UNSEEN.items()},
}
GROUPS = {
    TopicGroup.REACH: N_("Reachability"),
    TopicGroup.TLS: N_("Encryption"),
    TopicGroup.DIALOGUE: N_("Dialogue"),
    TopicGroup.SIGN_IN: N_("Sign-in"),
    TopicGroup.MAILBOX: N_("Mailbox"),
}
VERDICTS = {
    Verdict.GOOD: N_("good"),
    Verdict.NOTE: N_("note"),
    Verdict.WARN: N_("warning"),
    Verdict.BAD: N_("fault"),
    Verdict.SKIPPED: N_("not checked"),
}
TOPICS = {
    Topic.NAME: N_("Server"),
    Topic.IPV4: "IPv4",
    Topic.IPV6: "IPv6",
    Topic.GREETING: N_("Greeting"),
    Topic.ROUND_TRIP: N_("Round trip"),
    Topic.STLS: "STLS",
    Topic.TLS_VERSIONS: N_("TLS versions"),
    Topic.CIPHER: N_("Cipher"),
    Topic.TRUST: N_("Certificate"),
    Topic.CERT_NAME: N_("Certificate names"),
    Topic.CERT_DATES: N_("Certificate dates"),
    Topic.CERT_KEY: N_("Certificate key"),
    Topic.INJECTION: N_("STLS injection"),
    Topic.CAPA: "CAPA",
    Topic.TAGS: N_("Unusual CAPA tags"),
    Topic.CAPA_TLS: N_("CAPA under TLS"),
    Topic.MECHANISMS: N_("Mechanisms"),
    Topic.CLEARTEXT: N_("Passwords in clear"),
    Topic.IMPLEMENTATION: N_("Software"),
    Topic.LANGUAGES: "LANG",
    Topic.UTF8: "UTF8",
    Topic.LOGIN: N_("Sign-in"),
    Topic.CAPA_LOGIN: N_("CAPA after sign-in"),
    Topic.LOGIN_DELAY: "LOGIN-DELAY",
    Topic.LOCK: N_("Lock"),
    Topic.BEHIND_PASS: N_("After PASS"),
    Topic.COUNT: N_("Message count"),
    Topic.UIDL: "UIDL",
    Topic.STABLE: N_("UIDL stability"),
    Topic.SIZES: N_("Sizes"),
    Topic.TOP: "TOP",
    Topic.DOTS: N_("Dots"),
    Topic.PIPELINING: N_("Pipelining"),
    Topic.SEGMENTS: N_("Small TCP segments"),
    Topic.EXPIRE: "EXPIRE",
    Topic.IDLE: N_("Idle timeout"),
}
STEPS = {
    Step.REACHING: N_("Looking for the server…"),
    Step.TLS: N_("Trying TLS in every version…"),
    Step.DIALOGUE: N_("Asking what the server can do…"),
    Step.SIGNING_IN: N_("Signing in…"),
    Step.READING: N_("Reading, deleting nothing…"),
}
_PROTECTIONS = {
    "tls": "TLS",
    "starttls": "STARTTLS",
    "none": N_("not encrypted"),
}
COUNTED = {
    Verdict.GOOD: NN_("%(n)s good", "%(n)s good"),
    Verdict.NOTE: NN_("%(n)s note", "%(n)s notes"),
    Verdict.WARN: NN_("%(n)s warning", "%(n)s warnings"),
    Verdict.BAD: NN_("%(n)s fault", "%(n)s faults"),
    Verdict.SKIPPED: NN_("%(n)s not checked", "%(n)s not checked"),
}
_TOPIC_WIDTH = 20
_SHORT = 10.0  # seconds; below it, in milliseconds


def words_of(check: Check) -> FindingView:
    """A check in the language of whoever asks."""
    said = SAYINGS[check.finding]
    shown = {name: _fact(value) for name, value in check.facts.items()}
    if "kind" in shown:
        shown["kind"] = _kind(shown["kind"])
    if isinstance(said.text, tuple):
        number = check.facts["n"]
        assert isinstance(number, int)  # noqa: S101 -- what `n` is, for the type checker
        says = ngettext(*said.text, number, **shown)
    else:
        says = _(said.text, **shown).strip()
    advice = _(said.advice) if said.advice else ""
    topic, word = _(TOPICS[check.topic]), _(VERDICTS[check.verdict])
    return FindingView(topic, check.verdict, word, says, advice, check.details)


def _kind(kind: str) -> str:
    return _("It sounds like %(protocol)s.", protocol=kind) if kind else ""


def _fact(value: Fact) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, float):
        return seconds(value)
    return formats.number(value) if isinstance(value, int) else value


def seconds(value: float) -> str:
    """`41 ms`, `1,480 ms`, `90 s`."""
    if value < _SHORT:
        return milliseconds(1000 * value)
    return _("%(n)s s", n=formats.number(round(value)))


def protection(report: Report) -> str:
    """`TLS`, `STARTTLS` or that there is none."""
    return _(_PROTECTIONS[report.target.security.value])


def headline(report: Report) -> str:
    """The verdict of the whole report in one sentence."""
    found = [verdict for verdict in (Verdict.BAD, Verdict.WARN) if report.count(verdict)]
    counted = [counted_words(report, verdict) for verdict in found]
    if len(counted) > 1:
        return _("%(faults)s and %(warnings)s.", faults=counted[0], warnings=counted[1])
    if counted:
        return _("%(found)s.", found=counted[0])
    if report.whole:
        return _("All is well.")
    return _("Nothing wrong so far.") if report.checks else _("Nothing has been checked yet.")


def counted_words(report: Report, verdict: Verdict) -> str:
    """`2 warnings`."""
    number = report.count(verdict)
    return ngettext(*COUNTED[verdict], number, n=formats.number(number))


def doing(report: Report) -> str:
    """What is being done now, or how it ended where that was too soon; else ""."""
    match report.step:
        case Step.PAUSING:
            return _(
                "The server requires a pause between two sign-ins: %(seconds)s.",
                seconds=seconds(report.seconds),
            )
        case Step.IDLING:
            return _(
                "Idle for up to %(seconds)s, to see when the server closes the connection…",
                seconds=seconds(report.seconds),
            )
        case None:
            return _ended(report)
        case step:
            return _(STEPS[step])


def _ended(report: Report) -> str:
    match report.stopped:
        case Stopped.TIME_UP:
            return _("Time ran out before all was checked.")
        case Stopped.CALLED_OFF:
            return _("Cancelled before all was checked.")
    return ""


def as_text(report: Report, *, masked: bool) -> str:
    """The whole report for a terminal, or with the account's name masked for support."""
    name, lines = report.username, list(_text(report))
    if masked and name:
        masker = Masker(name)
        name, lines = masker.name(name), [masker.text(line) for line in lines]
    if name:
        lines.insert(1, _("Account: %(name)s", name=name))
    return "\n".join(lines) + "\n"


def _text(report: Report) -> Iterator[str]:
    yield _(
        "Popscope %(version)s on %(server)s (%(protection)s)",
        version=__version__,
        server=report.target.shown,
        protection=protection(report),
    )
    yield report.began.isoformat(sep=" ", timespec="seconds")
    yield ""
    yield headline(report)
    for group in TopicGroup:
        checks = report.of(group)
        if checks:
            yield ""
            yield _(GROUPS[group])
            for check in checks:
                yield from _lines(check)
    if ended := _ended(report):
        yield ""
        yield ended


def _columns(text: str) -> int:
    """How many columns of a terminal it takes; ideographs take two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _columns(text))


def _lines(check: Check) -> Iterator[str]:
    words = words_of(check)
    width = max(_columns(_(verdict)) for verdict in VERDICTS.values())
    yield f"  {_padded(words.word, width)}  {_padded(words.topic, _TOPIC_WIDTH)}{words.says}"
    indent = " " * (width + 4 + _TOPIC_WIDTH)
    if words.advice:
        yield f"{indent}→ {words.advice}"
    for line in check.details:
        yield f"{indent}| {line}"
