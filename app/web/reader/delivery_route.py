"""The route of a message in plain words."""

from datetime import datetime
from ipaddress import ip_address
from typing import Final

from app.mime.received import Hop
from app.mime.receivers import organisation
from app.mime.trace import Trace
from app.mime.verdicts import Result, VerdictKind
from app.web.site import formats
from app.web.site.words import N_, NN_, _, ngettext

from .views import CheckView, HopView, Level, RouteView

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24  # hours
_SPF: Final[dict[str, tuple[Level, str]]] = {
    "pass": ("ok", N_("SPF: the sending server was allowed to send for %(domain)s.")),
    "fail": ("bad", N_("SPF: the sending server was not allowed to send for %(domain)s.")),
    "softfail": (
        "unsure",
        N_("SPF: the sending server was probably not allowed to send for %(domain)s."),
    ),
    "neutral": (
        "unsure",
        N_("SPF: %(domain)s does not say whether the sending server may send for it."),
    ),
    "none": ("unsure", N_("SPF: %(domain)s has no rule about who may send for it.")),
    "temperror": (
        "unsure",
        N_("SPF: the rule of %(domain)s could not be looked up at that moment."),
    ),
    "permerror": (
        "unsure",
        N_("SPF: the rule of %(domain)s is broken, so it could not be checked."),
    ),
    "policy": (
        "unsure",
        N_("SPF: the receiving server's own rules decided, not those of %(domain)s."),
    ),
}
_DKIM: Final[dict[str, tuple[Level, str]]] = {
    "pass": ("ok", N_("DKIM: signed by %(domain)s, and not changed since.")),
    "fail": (
        "bad",
        N_(
            "DKIM: the signature of %(domain)s does not match: the message was changed on "
            "the way, or forged."
        ),
    ),
    "neutral": ("unsure", N_("DKIM: the signature of %(domain)s could not be processed.")),
    "none": ("unsure", N_("DKIM: not signed.")),
    "temperror": (
        "unsure",
        N_("DKIM: the key of %(domain)s could not be looked up at that moment."),
    ),
    "permerror": ("unsure", N_("DKIM: the signature or the key of %(domain)s is broken.")),
    "policy": (
        "unsure",
        N_("DKIM: signed by %(domain)s in a way the receiving server does not accept."),
    ),
}
_DMARC: Final[dict[str, tuple[Level, str]]] = {
    "pass": (
        "ok",
        N_("DMARC: the sender's address is protected by %(domain)s, and the check passed."),
    ),
    "fail": (
        "bad",
        N_("DMARC: the sender's address is protected by %(domain)s, and the check failed."),
    ),
    "none": ("unsure", N_("DMARC: the sender's address is not protected by %(domain)s.")),
    "temperror": (
        "unsure",
        N_("DMARC: the rule of %(domain)s could not be looked up at that moment."),
    ),
    "permerror": (
        "unsure",
        N_("DMARC: the rule of %(domain)s is broken, so it could not be checked."),
    ),
    "policy": (
        "unsure",
        N_("DMARC: the receiving server's own rules decided, not those of %(domain)s."),
    ),
}
_METHODS: Final = {"spf": _SPF, "dkim": _DKIM, "dmarc": _DMARC}
_ALIASES: Final = {"hardfail": "fail", "error": "temperror", "unknown": "permerror"}
_DOMAINS: Final = {
    "spf": ("smtp.mailfrom", "smtp.mfrom", "envelope-from", "smtp.helo", "helo"),
    "dkim": ("header.d", "header.i"),
    "dmarc": ("header.from",),
}
_UNNAMED: Final = {
    "spf": N_("the sender's domain"),
    "dkim": N_("an unnamed domain"),
    "dmarc": N_("its domain"),
}
# By whether servers are left out, and whether it is known how long it took.
_SUMMARIES: Final = {
    (False, False): NN_(
        "%(n)s server recorded passing it on.",
        "%(n)s servers recorded passing it on.",
    ),
    (False, True): NN_(
        "%(n)s server recorded passing it on, in %(time)s.",
        "%(n)s servers recorded passing it on, in %(time)s.",
    ),
    (True, False): NN_(
        "The last %(n)s server recorded passing it on.",
        "The last %(n)s servers recorded passing it on.",
    ),
    (True, True): NN_(
        "The last %(n)s server recorded passing it on, in %(time)s.",
        "The last %(n)s servers recorded passing it on, in %(time)s.",
    ),
}


def route_view(trace: Trace) -> RouteView:
    """The route as the page shows it."""
    return RouteView(
        summary=_summary(trace),
        checks=tuple(_check(trace, method) for method in _METHODS),
        hops=tuple(map(_hop, trace.hops)),
    )


def duration(seconds: int) -> str:
    """`12 s`, `3 min`, `2 h 5 min`, `3 d 4 h`; rounded to the smaller unit shown."""
    seconds = max(seconds, 0)
    if seconds < _MINUTE:
        return _("%(n)s s", n=seconds)
    minutes = (seconds + _MINUTE // 2) // _MINUTE
    hours, minutes = divmod(minutes, 60)
    if hours < _DAY:
        return _two((hours, N_("%(n)s h")), (minutes, N_("%(n)s min")))
    days, hours = divmod((seconds + _HOUR // 2) // _HOUR, _DAY)
    return _two((days, N_("%(n)s d")), (hours, N_("%(n)s h")))


def _two(large: tuple[int, str], small: tuple[int, str]) -> str:
    said = [_(words, n=formats.number(value)) for value, words in (large, small) if value]
    return _("%(large)s %(small)s", large=said[0], small=said[1]) if said[1:] else said[0]


def _summary(trace: Trace) -> str:
    hops = trace.hops
    if not hops:
        return _("No server has recorded passing on this message.")
    first, last = hops[0].date, hops[-1].date
    timed = first and last and len(hops) > 1 and not any(hop.clock for hop in hops)
    given = {"n": formats.number(len(hops))}
    if first and last and timed:
        given["time"] = duration(_between(first, last))
    words = _SUMMARIES["hops-cut" in trace.defects, bool(timed)]
    return ngettext(*words, len(hops), **given)


def _between(first: datetime, last: datetime) -> int:
    return round((last - first).total_seconds())


# Hops


def _hop(hop: Hop) -> HopView:
    words, level = _encryption(hop)
    return HopView(
        title=_title(hop),
        lines=tuple(_lines(hop)),
        date=hop.date,
        delay=_delay(hop),
        clock=hop.clock,
        encryption=words,
        level=level,
    )


def _title(hop: Hop) -> str:
    sender = hop.reverse or hop.helo or hop.address
    match (sender, hop.by):
        case (None, None):
            return _("Within a server")
        case (None, by):
            return _("Within %(name)s", name=by)
        case (sender, None):
            return _("From %(name)s", name=sender)
    return _("From %(name)s to %(by)s", name=sender, by=hop.by)


def _lines(hop: Hop) -> list[str]:
    told = (
        (
            hop.helo if hop.reverse and hop.helo != hop.reverse else None,
            N_("The sender called itself %(value)s"),
        ),
        (hop.address if hop.reverse or hop.helo else None, N_("Its address was %(value)s")),
        (hop.protocol, N_("Handed over by %(value)s")),
        (hop.recipient, N_("For %(value)s")),
        (hop.id, N_("Its id on the server: %(value)s")),
    )
    lines = [_(words, value=value) for value, words in told if value]
    if not lines and not (hop.by or hop.helo or hop.reverse or hop.address):
        return [hop.value] if hop.value else []
    return lines


def _delay(hop: Hop) -> str:
    if hop.clock and hop.delay is not None and hop.delay < 0:
        return _("clock differs by %(time)s", time=duration(-hop.delay))
    said = "" if hop.delay is None else duration(hop.delay)
    if hop.clock:
        return _("%(time)s, clock in doubt", time=said) if said else _("clock in doubt")
    return said


def _encryption(hop: Hop) -> tuple[str, Level]:
    match hop.encrypted:
        case "yes":
            return _encrypted(hop.tls_version, hop.tls_cipher), "ok"
        case "no":
            return _("not encrypted"), "bad"
    if hop.protocol == "LOCAL" or (hop.address and ip_address(hop.address).is_loopback):
        return _("handed over within one machine"), "ok"
    return _("encryption not stated"), "unsure"


def _encrypted(version: str | None, cipher: str | None) -> str:
    if version and cipher:
        return _("encrypted with %(version)s (%(cipher)s)", version=version, cipher=cipher)
    if version:
        return _("encrypted with %(version)s", version=version)
    return _("encrypted (%(cipher)s)", cipher=cipher) if cipher else _("encrypted")


# What is known of the sender


def _check(trace: Trace, method: str) -> CheckView:
    name = method.upper()
    trusted = [r for v in trace.verdicts if v.trusted for r in v.results if r.method == method]
    result = _chosen(trace, trusted)
    if result is not None:
        return _judged(method, result)
    claimed = next((r for v in trace.verdicts for r in v.results if r.method == method), None)
    if claimed is not None:
        domain = _domain(method, claimed, "")
        if domain:
            return _unsure(
                N_(
                    "%(method)s: the message says “%(word)s” for %(domain)s, but anybody could "
                    "have written this."
                ),
                method=name,
                word=claimed.result,
                domain=domain,
            )
        return _unsure(
            N_("%(method)s: the message says “%(word)s”, but anybody could have written this."),
            method=name,
            word=claimed.result,
        )
    domains = [signature.domain for signature in trace.signatures if signature.domain]
    if method == "dkim" and domains:
        return _unsure(
            N_(
                "%(method)s: the message says it is signed by %(domain)s, but no server we trust "
                "has checked."
            ),
            method=name,
            domain=domains[0],
        )
    return _unsure(
        N_("%(method)s: the receiving server has not said whether it checked."), method=name
    )


def _unsure(message: str, **values: object) -> CheckView:
    return CheckView(_(message, **values), "unsure")


def _judged(method: str, result: Result) -> CheckView:
    word = _ALIASES.get(result.result, result.result)
    domain = _domain(method, result)
    if word in _METHODS[method]:
        level, words = _METHODS[method][word]
        return CheckView(_(words, domain=domain), level)
    return _unsure(
        N_("%(method)s: the receiving server says “%(word)s” about %(domain)s."),
        method=method.upper(),
        word=word,
        domain=domain,
    )


def _chosen(trace: Trace, results: list[Result]) -> Result | None:
    """Of several signatures the best one: a pass, and one of the sender's own domain first."""
    if not results or results[0].method != "dkim":
        return results[0] if results else None
    sender = _sender(trace)
    passed = [result for result in results if result.result == "pass"]
    own = [r for r in passed if sender and organisation(_domain("dkim", r, "")) == sender]
    return next(iter((*own, *passed, *results)))


def _sender(trace: Trace) -> str:
    """The organisation in From, as a trusted DMARC result names it."""
    for verdict in trace.verdicts:
        if verdict.trusted and verdict.kind is not VerdictKind.SPF:
            for result in verdict.results:
                if result.method == "dmarc":
                    return organisation(result.get("header.from"))
    return ""


def _domain(method: str, result: Result, unnamed: str | None = None) -> str:
    for name in _DOMAINS[method]:
        domain = result.get(name).rpartition("@")[2].strip("<>")
        if domain and domain != "none":
            return domain
    return _(_UNNAMED[method]) if unnamed is None else unnamed
