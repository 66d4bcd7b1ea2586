"""The route of a message in plain words."""

from datetime import datetime
from ipaddress import ip_address
from typing import Final

from app.mime.received import Hop
from app.mime.trace import Trace, organisation
from app.mime.verdicts import Result, VerdictKind

from . import formats
from .views.route import CheckView, HopView, Level, RouteView

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24  # hours
_MARKS: Final[dict[Level, str]] = {"ok": "good", "bad": "bad", "unsure": "not sure"}

_SPF: Final[dict[str, tuple[Level, str]]] = {
    "pass": ("ok", "the sending server was allowed to send for {domain}"),
    "fail": ("bad", "the sending server was not allowed to send for {domain}"),
    "softfail": ("unsure", "the sending server was probably not allowed to send for {domain}"),
    "neutral": ("unsure", "{domain} does not say whether the sending server may send for it"),
    "none": ("unsure", "{domain} has no rule about who may send for it"),
    "temperror": ("unsure", "the rule of {domain} could not be looked up at that moment"),
    "permerror": ("unsure", "the rule of {domain} is broken, so it could not be checked"),
    "policy": ("unsure", "the receiving server's own rules decided, not those of {domain}"),
}
_DKIM: Final[dict[str, tuple[Level, str]]] = {
    "pass": ("ok", "signed by {domain}, and not changed since"),
    "fail": ("bad", "the signature of {domain} does not fit: changed on the way, or forged"),
    "neutral": ("unsure", "the signature of {domain} could not be made sense of"),
    "none": ("unsure", "not signed"),
    "temperror": ("unsure", "the key of {domain} could not be looked up at that moment"),
    "permerror": ("unsure", "the signature or the key of {domain} is broken"),
    "policy": ("unsure", "signed by {domain} in a way the receiving server does not accept"),
}
_DMARC: Final[dict[str, tuple[Level, str]]] = {
    "pass": ("ok", "the sender's name is protected by {domain}, and it passed"),
    "fail": ("bad", "the sender's name is protected by {domain}, and it did not pass"),
    "none": ("unsure", "the sender's name is not protected by {domain}"),
    "temperror": ("unsure", "the rule of {domain} could not be looked up at that moment"),
    "permerror": ("unsure", "the rule of {domain} is broken, so it could not be checked"),
    "policy": ("unsure", "the receiving server's own rules decided, not those of {domain}"),
}
_METHODS: Final = {"spf": _SPF, "dkim": _DKIM, "dmarc": _DMARC}
_ALIASES: Final = {"hardfail": "fail", "error": "temperror", "unknown": "permerror"}
_DOMAINS: Final = {
    "spf": ("smtp.mailfrom", "smtp.mfrom", "envelope-from", "smtp.helo", "helo"),
    "dkim": ("header.d", "header.i"),
    "dmarc": ("header.from",),
}
_UNNAMED: Final = {
    "spf": "the sender's domain",
    "dkim": "an unnamed domain",
    "dmarc": "its domain",
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
        return f"{seconds} s"
    minutes = (seconds + _MINUTE // 2) // _MINUTE
    hours, minutes = divmod(minutes, 60)
    if hours < _DAY:
        return _two(hours, "h", minutes, "min")
    days, hours = divmod((seconds + _HOUR // 2) // _HOUR, _DAY)
    return _two(days, "d", hours, "h")


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    parts = ((large, large_unit), (small, small_unit))
    return " ".join(f"{formats.number(value)} {unit}" for value, unit in parts if value)


def _summary(trace: Trace) -> str:
    hops = trace.hops
    if not hops:
        return "No server has written down that it passed on this message."
    one = len(hops) == 1
    servers = "1 server" if one else f"{formats.number(len(hops))} servers"
    said = f"{servers} wrote down that {'it' if one else 'they'} passed it on"
    if "hops-cut" in trace.defects:
        said = f"The last {said}"
    first, last = hops[0].date, hops[-1].date
    if first and last and len(hops) > 1 and not any(hop.clock for hop in hops):
        return f"{said}, in {duration(_between(first, last))}."
    return f"{said}."


def _between(first: datetime, last: datetime) -> int:
    return round((last - first).total_seconds())


# Hops


def _hop(hop: Hop) -> HopView:
    words, level = _encryption(hop)
    return HopView(
        title=_title(hop),
        lines=tuple(_lines(hop)),
        when=formats.when_exactly(hop.date) if hop.date else "",
        when_iso=hop.date.isoformat() if hop.date else "",
        delay=_delay(hop),
        clock=hop.clock,
        encryption=words,
        level=level,
    )


def _title(hop: Hop) -> str:
    sender = hop.reverse or hop.helo or hop.address
    match (sender, hop.by):
        case (None, None):
            return "Within a server"
        case (None, by):
            return f"Within {by}"
        case (sender, None):
            return f"From {sender}"
    return f"From {sender} to {hop.by}"


def _lines(hop: Hop) -> list[str]:
    told = (
        (hop.helo if hop.reverse and hop.helo != hop.reverse else None, "The sender called itself"),
        (hop.address if hop.reverse or hop.helo else None, "Its address was"),
        (hop.protocol, "Handed over by"),
        (hop.recipient, "For"),
        (hop.id, "The server calls it"),
    )
    lines = [f"{words} {value}" for value, words in told if value]
    if not lines and not (hop.by or hop.helo or hop.reverse or hop.address):
        return [hop.value] if hop.value else []
    return lines


def _delay(hop: Hop) -> str:
    if hop.clock and hop.delay is not None and hop.delay < 0:
        return f"clock differs by {duration(-hop.delay)}"
    said = "" if hop.delay is None else duration(hop.delay)
    if hop.clock:
        return f"{said}, clock in doubt".removeprefix(", ")
    return said


def _encryption(hop: Hop) -> tuple[str, Level]:
    match hop.encrypted:
        case "yes":
            version = f" with {hop.tls_version}" if hop.tls_version else ""
            cipher = f" ({hop.tls_cipher})" if hop.tls_cipher else ""
            return f"encrypted{version}{cipher}", "ok"
        case "no":
            return "not encrypted", "bad"
    if hop.protocol == "LOCAL" or (hop.address and ip_address(hop.address).is_loopback):
        return "handed over within one machine", "ok"
    return "not told whether encrypted", "unsure"


# What is known of the sender


def _check(trace: Trace, method: str) -> CheckView:
    name = method.upper()
    trusted = [r for v in trace.verdicts if v.trusted for r in v.results if r.method == method]
    result = _chosen(trace, trusted)
    if result is not None:
        level, words = _judged(method, result)
        return _view(name, words.format(domain=_domain(method, result)), level)
    claimed = next((r for v in trace.verdicts for r in v.results if r.method == method), None)
    if claimed is not None:
        domain = _domain(method, claimed, "")
        whose = f" for {domain}" if domain else ""
        said = f"the message says “{claimed.result}”{whose}, but anybody could have written this"
        return _view(name, said, "unsure")
    domains = [signature.domain for signature in trace.signatures if signature.domain]
    if method == "dkim" and domains:
        said = f"the message says it is signed by {domains[0]}, but no server we trust has checked"
        return _view(name, said, "unsure")
    return _view(name, "the receiving server has not said whether it checked", "unsure")


def _view(name: str, words: str, level: Level) -> CheckView:
    return CheckView(f"{name}: {words}.", level, _MARKS[level])


def _judged(method: str, result: Result) -> tuple[Level, str]:
    word = _ALIASES.get(result.result, result.result)
    known = _METHODS[method].get(word)
    # The word is letters, digits, - and _ alone, so it adds no place to fill in.
    return known or ("unsure", f"the receiving server says “{word}” about {{domain}}")


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
    return _UNNAMED[method] if unnamed is None else unnamed
