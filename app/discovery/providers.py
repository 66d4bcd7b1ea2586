"""Well-known providers: facts they publish about their own POP3 servers, as of 2026.

Beside those of whom more is known, `providers.tsv` has the servers of many others.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import resources

from app.transport import Security, Target

from .models import DOMAIN, LOCAL, WHOLE, Quirk, belongs

_APP = Quirk.FOR_APPS
_ON = Quirk.SWITCH_ON
_LESS = Quirk.MAY_REFUSE


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider.

    Attributes:
        name: as people know it.
        domains: domains of its addresses.
        host: its POP3 server; "" where it has none.
        quirks: what to know before one signs in.
        username: the form of the user name.
        exchangers: domains of its mail exchangers, by which its customers' domains are known.
        port, security: how it is reached; without encryption, it is never chosen unasked.
    """

    name: str
    domains: str
    host: str
    quirks: tuple[Quirk, ...] = ()
    username: str = WHOLE
    exchangers: str = ""
    port: int = 995
    security: Security = Security.TLS

    @property
    def target(self) -> Target:
        """Its server; only where it has one."""
        return Target(self.host, self.port, self.security)


PROVIDERS = (
    Provider(
        "Gmail",
        "gmail.com googlemail.com",
        "pop.gmail.com",
        (_APP, _ON, Quirk.RECENT_ONLY),
        exchangers="google.com googlemail.com",
    ),
    Provider(
        "Outlook.com",
        "outlook.com hotmail.com live.com msn.com windowslive.com passport.com "
        "outlook.at outlook.be outlook.cz outlook.de outlook.dk outlook.es outlook.fr outlook.ie "
        "outlook.it outlook.jp outlook.pt outlook.com.ar outlook.com.au outlook.com.br "
        "hotmail.be hotmail.ca hotmail.ch hotmail.co.jp hotmail.co.uk hotmail.com.ar "
        "hotmail.com.br hotmail.de hotmail.dk hotmail.es hotmail.fi hotmail.fr hotmail.it "
        "hotmail.nl hotmail.no hotmail.se "
        "live.at live.be live.ca live.co.uk live.com.au live.com.mx live.de live.dk live.fr "
        "live.ie live.it live.jp live.nl live.no live.se",
        "outlook.office365.com",
        (Quirk.OAUTH_ONLY, _ON),
        exchangers="mail.protection.outlook.com mx.microsoft",
    ),
    Provider(
        "Yahoo",
        "yahoo.com ymail.com rocketmail.com myyahoo.com yahoo.ca yahoo.de yahoo.es yahoo.fr "
        "yahoo.it yahoo.se yahoo.co.in yahoo.co.nz yahoo.co.uk yahoo.com.ar yahoo.com.au "
        "yahoo.com.br yahoo.com.mx",
        "pop.mail.yahoo.com",
        (_LESS,),
    ),
    Provider("Yahoo Japan", "yahoo.co.jp", "pop.mail.yahoo.co.jp", (_ON,), LOCAL),
    Provider(
        "AOL",
        "aol.com aim.com netscape.net netscape.com verizon.net aol.co.uk aol.de aol.es aol.fr "
        "aol.it",
        "pop.aol.com",
        (_LESS,),
    ),
    Provider("iCloud", "icloud.com me.com mac.com", "", exchangers="mail.icloud.com"),
    Provider(
        "Proton", "proton.me protonmail.com protonmail.ch pm.me", "", exchangers="protonmail.ch"
    ),
    Provider(
        "Tuta",
        "tuta.com tuta.io tutanota.com tutanota.de tutamail.com keemail.me",
        "",
        exchangers="tutanota.de",
    ),
    Provider("GMX", "gmx.net gmx.de gmx.at gmx.ch gmx.eu gmx.info gmx.org", "pop.gmx.net", (_ON,)),
    Provider("GMX", "gmx.com gmx.us gmx.co.uk gmx.es gmx.fr gmx.it gmx.ie", "pop.gmx.com", (_ON,)),
    Provider("WEB.DE", "web.de", "pop3.web.de", (_ON,), LOCAL),
    Provider(
        "mail.com", "mail.com email.com usa.com europe.com", "pop.mail.com", (Quirk.PAID, _ON)
    ),
    Provider("T-Online", "t-online.de magenta.de", "securepop.t-online.de", (Quirk.SEPARATE,)),
    Provider("freenet", "freenet.de", "mx.freenet.de"),
    Provider(
        "IONOS",
        "online.de onlinehome.de",
        "pop.ionos.de",
        exchangers="kundenserver.de ionos.de",
    ),
    Provider("Strato", "strato.de", "pop3.strato.de", exchangers="rzone.de"),
    Provider("mailbox.org", "mailbox.org", "pop3.mailbox.org", exchangers="mailbox.org"),
    Provider(
        "Posteo",
        "posteo.de posteo.net posteo.org posteo.eu posteo.at posteo.ch posteo.be posteo.nl "
        "posteo.es posteo.it posteo.uk posteo.co.uk posteo.us posteo.com posteo.pl posteo.se",
        "posteo.de",
    ),
    Provider(
        "Fastmail",
        "fastmail.com fastmail.fm sent.com",
        "pop.fastmail.com",
        (_APP,),
        exchangers="messagingengine.com",
    ),
    Provider("Zoho Mail", "zoho.com zohomail.com", "pop.zoho.com", (Quirk.PAID, _ON)),
    Provider("Zoho Mail", "zoho.eu zohomail.eu", "pop.zoho.eu", (Quirk.PAID, _ON)),
    Provider(
        "Yandex",
        "yandex.com yandex.ru yandex.by yandex.kz ya.ru narod.ru",
        "pop.yandex.com",
        (_APP, _ON),
        exchangers="yandex.net",
    ),
    Provider("Mail.ru", "mail.ru inbox.ru list.ru bk.ru", "pop.mail.ru", (_APP,)),
    Provider("Rambler", "rambler.ru", "pop.rambler.ru", (_ON,)),
    Provider("Orange", "orange.fr wanadoo.fr", "pop.orange.fr"),
    Provider("Free", "free.fr", "pop.free.fr", (), LOCAL),
    Provider("La Poste", "laposte.net", "pop.laposte.net", (), LOCAL),
    Provider("SFR", "sfr.fr neuf.fr club-internet.fr", "pop.sfr.fr"),
    Provider("Libero", "libero.it iol.it blu.it inwind.it giallo.it", "popmail.libero.it"),
    Provider("Virgilio", "virgilio.it", "in.virgilio.it"),
    Provider("Bluewin", "bluewin.ch bluemail.ch", "pop3s.bluewin.ch"),
    Provider("BT", "btinternet.com btopenworld.com talk21.com", "mail.btinternet.com"),
    Provider(
        "AT&T",
        "att.net ameritech.net bellsouth.net flash.net nvbell.net pacbell.net prodigy.net "
        "sbcglobal.net snet.net swbell.net wans.net currently.com",
        "inbound.att.net",
        (_LESS,),
    ),
    Provider("Seznam", "seznam.cz email.cz post.cz", "pop3.seznam.cz"),
    Provider("WP", "wp.pl", "pop3.wp.pl", (_ON,), LOCAL),
    Provider("o2.pl", "o2.pl go2.pl tlen.pl", "poczta.o2.pl", (_ON,), LOCAL),
    Provider("Naver", "naver.com", "pop.naver.com", (_ON,)),
    Provider("KPN", "kpnmail.nl planet.nl hetnet.nl telfort.nl", "pop.kpnmail.nl"),
    Provider("Ziggo", "ziggo.nl ziggomail.com home.nl chello.nl upcmail.nl", "pop.ziggo.nl"),
)

_FORMS = {"address": WHOLE, "local": LOCAL, "local.domain": f"{LOCAL}.{DOMAIN}"}


def _listed() -> Iterator[Provider]:
    """The providers of the list; what is known of a server holds for its other domains, too."""
    known = {one.host: one for one in PROVIDERS if one.host}
    listed = (resources.files(__package__) / "providers.tsv").read_text(encoding="utf-8")
    for line in listed.splitlines():
        if line.startswith("#"):
            continue
        name, host, port, security, form, domains = line.split("\t")
        if host in known:
            yield replace(known[host], domains=domains, exchangers="")
        else:
            one = Provider(name, domains, host, username=_FORMS[form])
            yield replace(one, port=int(port), security=Security(security))


LISTED = tuple(_listed())
_BY_DOMAIN = {d: one for one in (*LISTED, *PROVIDERS) for d in one.domains.split()}


def by_domain(domain: str) -> Provider | None:
    """The provider whose addresses end in a domain (ASCII, lower case)."""
    return _BY_DOMAIN.get(domain)


def by_exchanger(hosts: list[str]) -> Provider | None:
    """The provider that takes in a domain's mail, by the names of its mail exchangers.

    Exchangers lie in domains of their own, or in one that the provider has addresses in.
    """
    for host in hosts:
        for one in PROVIDERS:
            if any(belongs(host, known) for known in one.exchangers.split()):
                return one
        labels = host.split(".")
        for start in range(len(labels) - 1):
            found = _BY_DOMAIN.get(".".join(labels[start:]))
            if found is not None:
                return found
    return None
