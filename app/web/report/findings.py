"""What each finding of a server report says, and what to do about it: one line each."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.report import Finding
from app.web.site.words import N_, NN_


@dataclass(frozen=True, slots=True)
class Says:
    """A finding in words.

    Attributes:
        text: a sentence, or one with its plural for the fact `n`.
        advice: one line for whoever runs the server, or "".
    """

    text: str | tuple[str, str]
    advice: str = ""


_TLS = N_("Get a valid certificate, by ACME for example: it then renews itself.")
_RFC_5034 = N_("What CAPA announces should work as RFC 5034 has it.")
_WANTS_ERR = N_("A command that is not known wants -ERR, and the connection goes on.")
_CHOOSE_TLS = N_("Choose TLS or STARTTLS.")
_DOTS = N_(
    "A message breaks off at a lone dot, and its rest passes for answers: update the server."
)
BEFORE: Mapping[Finding, Says] = {
    Finding.UNKNOWN_NAME: Says(
        N_("No address is known for %(host)s."), N_("Check the name, and the DNS of its domain.")
    ),
    Finding.FORBIDDEN: Says(
        N_("This Popscope may not connect there."),
        N_("The operator of Popscope decides that: POPSCOPE_TARGETS and POPSCOPE_PORTS."),
    ),
    Finding.UNREACHABLE: Says(
        N_("Nothing answers at %(server)s."),
        N_("Check the port, the firewall, and that the server is running."),
    ),
    Finding.IPV4_ANSWERS: Says(N_("%(address)s answers in %(seconds)s.")),
    Finding.IPV4_SILENT: Says(
        N_("%(address)s does not answer: %(why)s."), N_("Repair it, or take it out of the DNS.")
    ),
    Finding.IPV4_NONE: Says(
        N_("The name has no IPv4 address."), N_("Many networks have IPv4 alone: add an A record.")
    ),
    Finding.IPV6_ANSWERS: Says(N_("%(address)s answers in %(seconds)s.")),
    Finding.IPV6_SILENT: Says(
        N_("%(address)s does not answer: %(why)s."),
        N_("Clients that try IPv6 first wait for it: repair it, or take it out of the DNS."),
    ),
    Finding.IPV6_NONE: Says(
        N_("The name has no IPv6 address."), N_("Add an AAAA record when you can.")
    ),
    Finding.GREETED: Says(N_("A POP3 server sends its greeting.")),
    Finding.GREETED_APOP: Says(
        N_("A POP3 server sends its greeting, with a challenge for APOP."),
        N_("APOP rests on MD5; prefer SCRAM, or any mechanism under TLS."),
    ),
    Finding.NO_GREETING: Says(
        N_("It accepts connections but sends no greeting."),
        N_("See whether the server behind it is running, and check its log."),
    ),
    Finding.TURNED_AWAY: Says(
        N_("Its greeting is a refusal."), N_("Its answer is below; its log may say more.")
    ),
    Finding.NOT_POP3: Says(
        N_("What answers is not a POP3 server. %(kind)s"),
        N_("POP3 is usually on port 995 (TLS) or 110."),
    ),
    Finding.SPEAKS_TLS: Says(
        N_("This port waits for TLS from the first octet on."), N_("Choose TLS for it.")
    ),
    Finding.SPEAKS_PLAIN: Says(
        N_("This port begins without encryption, not with TLS."), N_("Choose STARTTLS for it.")
    ),
    Finding.ROUND_TRIP: Says(N_("A command and its answer take %(seconds)s.")),
    Finding.ROUND_TRIP_LONG: Says(
        N_("A command and its answer take %(seconds)s: that is slow."),
        N_("Pipelining makes up for it; see whether DNS lookups hold the server up."),
    ),
    Finding.STLS_WORKS: Says(N_("STLS switches this port to TLS.")),
    Finding.STLS_UNANNOUNCED: Says(
        N_("STLS works, but CAPA does not announce it."), N_("Clients only use what is announced.")
    ),
    Finding.STLS_MISSING: Says(
        N_("This port has no TLS at all."),
        N_("Offer STLS here, or TLS on port 995: passwords go in clear otherwise."),
    ),
    Finding.STLS_REQUIRED: Says(
        N_("STLS is refused."), N_("Give the server a certificate and switch STLS on.")
    ),
    Finding.STLS_BROKEN: Says(
        N_("STLS is accepted, but the handshake fails."),
        N_("Look at certificate, key and their permissions."),
    ),
    Finding.TLS_CURRENT: Says(N_("%(versions)s, and nothing older.")),
    Finding.TLS_NO_13: Says(
        N_("%(versions)s, but not TLS 1.3."), N_("A newer TLS library brings TLS 1.3.")
    ),
    Finding.TLS_OLD_TOO: Says(
        N_("Still accepted: %(old)s."), N_("Switch it off: RFC 8996 forbids it.")
    ),
    Finding.TLS_OLD_ONLY: Says(
        N_("Nothing newer than %(old)s."),
        N_("Current clients refuse that; the server needs a newer TLS library."),
    ),
    Finding.TLS_NONE: Says(
        N_("No TLS handshake succeeds."), N_("Look at certificate, key and their permissions.")
    ),
    Finding.CIPHER: Says(N_("%(version)s with %(cipher)s, %(bits)s bits.")),
    Finding.CIPHER_WEAK: Says(
        N_("%(version)s with the weak cipher %(cipher)s."), N_("Allow current ciphers only.")
    ),
    Finding.CERT_TRUSTED: Says(N_("Its issuer is trusted: %(issuer)s.")),
    Finding.CERT_SELF_SIGNED: Says(
        N_("The certificate is self-signed; nobody vouches for it."), _TLS
    ),
    Finding.CERT_UNKNOWN_ISSUER: Says(
        N_("Its issuer is not known here: %(issuer)s."),
        N_("Send the intermediate certificates too, or use a public issuer."),
    ),
    Finding.CERT_UNTRUSTED: Says(N_("The certificate is not trusted: %(why)s."), _TLS),
    Finding.CERT_NAME_RIGHT: Says(N_("It is issued for %(host)s.")),
    Finding.CERT_NAME_WRONG: Says(
        N_("It is issued for %(names)s, not for %(host)s."),
        N_("Use a name that it is issued for, or have this one added to it."),
    ),
    Finding.CERT_DAYS: Says(
        NN_(
            "It is valid for %(n)s more day, until %(ends)s.",
            "It is valid for %(n)s more days, until %(ends)s.",
        )
    ),
    Finding.CERT_SOON: Says(
        NN_(
            "It is valid for only %(n)s more day, until %(ends)s.",
            "It is valid for only %(n)s more days, until %(ends)s.",
        ),
        N_("Renew it now, and see why it was not renewed by itself."),
    ),
    Finding.CERT_EXPIRED: Says(
        NN_("It expired %(n)s day ago, on %(ends)s.", "It expired %(n)s days ago, on %(ends)s."),
        N_("Renew it, and restart the server so that it takes the new one."),
    ),
    Finding.CERT_NOT_YET: Says(
        N_("It is valid only from %(begins)s on."), N_("Check the clocks of both machines.")
    ),
    Finding.CERT_KEY: Says(N_("%(key)s.")),
    Finding.CERT_KEY_WEAK: Says(
        N_("%(key)s: too weak by today's standards."),
        N_("Use RSA with 2048 bits or more, or an elliptic curve."),
    ),
    Finding.INJECTION_SAFE: Says(N_("Input injected before the handshake is discarded.")),
    Finding.INJECTION_UNSAFE: Says(
        N_("A command sent in clear after STLS is carried out under TLS."),
        N_("Update the server (CVE-2021-38084 and similar), or offer port 995 alone."),
    ),
    Finding.INJECTION_UNCLEAR: Says(N_("Whether input after STLS is discarded is not known.")),
    Finding.CAPA: Says(NN_("%(n)s capability announced.", "%(n)s capabilities announced.")),
    Finding.CAPA_MISSING: Says(
        N_("CAPA is not known; clients have to guess what the server can do."),
        N_("CAPA has been a standard since 1998 (RFC 2449); the server should support it."),
    ),
    Finding.CAPA_HANGS_UP: Says(
        N_("It hangs up at CAPA; Popscope signs in without asking it."), _WANTS_ERR
    ),
    Finding.TAG_MISSPELLED: Says(
        N_("It announces %(tag)s, which should be %(meant)s."),
        N_("Clients ignore what they do not know; tell the makers of the server."),
    ),
    Finding.TAG_UNKNOWN: Says(N_("%(tags)s: not in any standard.")),
    Finding.CAPA_TLS_SAME: Says(
        N_("The same under TLS."), N_("STLS should not be offered again under TLS.")
    ),
    Finding.CAPA_TLS_DIFFERS: Says(N_("CAPA changes under TLS.")),
    Finding.MECHANISMS: Says(N_("%(names)s.")),
    Finding.MECHANISMS_PLAIN: Says(
        N_("%(names)s."), N_("All of them send the password itself: SCRAM-SHA-256 would not.")
    ),
    Finding.MECHANISMS_NONE: Says(
        N_("No SASL mechanism is announced: only USER and PASS are left."),
        N_("SCRAM-SHA-256 would keep passwords off the wire."),
    ),
    Finding.CLEARTEXT_OFFERED: Says(
        N_("Before TLS it takes passwords in clear: %(names)s."),
        N_("Allow them under TLS only: otherwise anyone along the way can read them."),
    ),
    Finding.CLEARTEXT_REFUSED: Says(
        N_("Without TLS, it offers no sign-in that sends the password in clear.")
    ),
    Finding.IMPLEMENTATION: Says(N_("It calls itself %(name)s.")),
    Finding.LANGUAGES: Says(N_("It can answer in other languages (LANG).")),
    Finding.UTF8: Says(N_("It accepts names and headers in UTF-8 (UTF8).")),
    Finding.UTF8_HEADERS: Says(N_("It sends headers in UTF-8, but accepts no such names (UTF8).")),
}
AFTER: Mapping[Finding, Says] = {
    Finding.NO_ACCOUNT: Says(
        N_("No account was given: this is all that can be seen from outside.")
    ),
    Finding.LOGIN: Says(N_("Signed in by %(means)s within %(seconds)s.")),
    Finding.LOGIN_SLOW: Says(
        N_("Signing in by %(means)s took %(seconds)s."),
        N_("See what delays it: DNS lookups, PAM, a slow disk."),
    ),
    Finding.LOGIN_CLEAR: Says(N_("The password went over the network in clear."), _CHOOSE_TLS),
    Finding.LOGIN_MEANS_REFUSED: Says(
        N_("Refused for the form: %(names)s. Signed in by %(means)s instead."), _RFC_5034
    ),
    Finding.LOGIN_FORM: Says(N_("Refused for the form: %(names)s."), _RFC_5034),
    Finding.LOGIN_ENCRYPTION: Says(N_("It takes no password in clear."), _CHOOSE_TLS),
    Finding.LOGIN_REJECTED: Says(
        N_("The server refuses this name with this password. It was tried once."),
        N_("Check both (ä goes as UTF-8); some want an app password, or POP3 to be allowed first."),
    ),
    Finding.LOGIN_IN_USE: Says(
        N_("Another program holds the mailbox."),
        N_("Close it, or wait; then check again."),
    ),
    Finding.LOGIN_TOO_SOON: Says(
        N_("Too soon after the last sign-in."), N_("Wait, then check again.")
    ),
    Finding.LOGIN_NO_WAY: Says(
        N_("The server offers no way to sign in with this name and password. Nothing was sent."),
        N_("Choose TLS, or allow a mechanism that works without it."),
    ),
    Finding.LOGIN_UNTRUSTED: Says(
        N_("Not tried: the password is only sent under TLS that can be trusted.")
    ),
    Finding.LOGIN_BROKE_OFF: Says(
        N_("The connection broke off during the sign-in."), N_("The server's log should say why.")
    ),
    Finding.CAPA_LOGIN_SAME: Says(N_("The same after the sign-in.")),
    Finding.CAPA_LOGIN_DIFFERS: Says(N_("CAPA changes with the sign-in.")),
    Finding.DELAY_NONE: Says(N_("Sign-ins may follow each other at once.")),
    Finding.DELAY: Says(
        NN_(
            "%(n)s second is required between two sign-ins.",
            "%(n)s seconds are required between two sign-ins.",
        ),
        N_("Clients that check more often are turned away."),
    ),
    Finding.LOCK_SHARED: Says(N_("Two programs can be signed in at the same time.")),
    Finding.LOCK_CODED: Says(
        N_("A second program is told that the mailbox is in use, with the code for it.")
    ),
    Finding.LOCK_WORDS: Says(
        N_("A second program is told that the mailbox is in use, but without the code for it."),
        N_("The code [IN-USE] would let clients know (RFC 2449)."),
    ),
    Finding.LOCK_SILENT: Says(
        N_("A second program gets no answer while the mailbox is held."),
        N_("Answer -ERR [IN-USE] instead (RFC 2449)."),
    ),
    Finding.LOCK_LIKE_WRONG: Says(
        N_("A second program is refused as if its password were wrong."),
        N_("Clients ask for the password then: answer -ERR [IN-USE] (RFC 2449)."),
    ),
    Finding.PASS_KEPT: Says(N_("A command in the same packet as PASS is answered.")),
    Finding.PASS_LOST: Says(
        N_("Commands sent after PASS without waiting for its answer are lost."),
        N_("It announces PIPELINING, so nothing should get lost; tell its makers."),
    ),
    Finding.PASS_LOST_UNANNOUNCED: Says(
        N_("Commands sent after PASS without waiting for its answer are lost."),
        N_("Clients must wait for the answer, as they should."),
    ),
    Finding.COUNT_SAME: Says(
        NN_(
            "STAT and LIST agree: %(n)s message, %(octets)s octets.",
            "STAT and LIST agree: %(n)s messages, %(octets)s octets.",
        )
    ),
    Finding.COUNT_DIFFERS: Says(
        N_("STAT and LIST do not agree."),
        N_("The mailbox's index may be damaged: have it rebuilt."),
    ),
    Finding.COUNT_NONE: Says(N_("There is no message: much cannot be checked.")),
    Finding.UIDL_UNIQUE: Says(
        NN_("%(n)s unique-id, and it is usable.", "%(n)s unique-ids, no two of them the same.")
    ),
    Finding.UIDL_UNANNOUNCED: Says(
        N_("UIDL works, but CAPA does not announce it."), N_("Clients only use what is announced.")
    ),
    Finding.UIDL_DUPLICATES: Says(
        NN_(
            "%(n)s unique-id stands for more than one message.",
            "%(n)s unique-ids stand for more than one message each.",
        ),
        N_("Clients then miss or duplicate mail; look for messages that are there twice."),
    ),
    Finding.UIDL_NUMBERS: Says(
        NN_(
            "The unique-id of the only message is its number.",
            "The unique-ids of all %(n)s messages are their numbers.",
        ),
        N_("Clients take one message for another, and may delete the wrong one."),
    ),
    Finding.UIDL_UNUSABLE: Says(
        NN_("%(n)s message has no usable unique-id.", "%(n)s messages have no usable unique-id."),
        N_("1 to 70 printable characters are allowed (RFC 1939)."),
    ),
    Finding.UIDL_MISSING: Says(
        N_("There is no UIDL: clients cannot tell which mail they have."),
        N_("Without UIDL, leaving mail on the server does not work."),
    ),
    Finding.UIDL_REFUSED: Says(
        N_("CAPA announces UIDL, but it is refused."), N_("Clients that rely on it fail.")
    ),
    Finding.STABLE: Says(
        NN_(
            "%(n)s unique-id was the same at a second sign-in.",
            "%(n)s unique-ids were the same at a second sign-in.",
        )
    ),
    Finding.STABLE_CHANGED: Says(
        NN_(
            "%(n)s unique-id was different at the second sign-in.",
            "%(n)s unique-ids were different at the second sign-in.",
        ),
        N_("Clients fetch all mail again each time: the server must keep the unique-ids."),
    ),
    Finding.SIZES_SAME: Says(
        NN_(
            "LIST told the exact size of %(n)s message.",
            "LIST told the exact size of %(n)s messages.",
        )
    ),
    Finding.SIZES_DIFFER: Says(
        N_("LIST is wrong for %(n)s of %(of)s messages: it said %(listed)s, RETR sent %(sent)s."),
        N_("Clients must not rely on it; often only the last line end is not counted."),
    ),
    Finding.TOP_EXACT: Says(N_("As many lines as asked for, and headers as in the whole message.")),
    Finding.TOP_MISSING: Says(
        N_("TOP is refused."),
        N_("Without TOP, nothing of a message can be seen without fetching all of it."),
    ),
    Finding.TOP_WHOLE: Says(
        N_("TOP with 0 lines sends the whole message."),
        N_("Showing headers means transferring whole messages: update the server."),
    ),
    Finding.TOP_LINES: Says(
        NN_(
            "TOP with %(asked)s lines sent %(n)s line.",
            "TOP with %(asked)s lines sent %(n)s lines.",
        ),
        N_("It should send exactly as many as asked for (RFC 1939)."),
    ),
    Finding.TOP_NO_BLANK: Says(
        N_("TOP leaves out the blank line behind the headers."), N_("RFC 1939 wants it.")
    ),
    Finding.TOP_HEADERS: Says(
        N_("TOP shows other headers than RETR."), N_("Clients may take it for another message.")
    ),
    Finding.TOP_MOST: Says(N_("TOP with very many lines is refused.")),
    Finding.DOTS_STUFFED: Says(N_("Lines that begin with a dot are byte-stuffed.")),
    Finding.DOTS_TOP: Says(N_("RETR byte-stuffs dots, TOP does not."), _DOTS),
    Finding.DOTS_RETR: Says(N_("TOP byte-stuffs dots, RETR does not."), _DOTS),
    Finding.DOTS_NEVER: Says(N_("Dots are not byte-stuffed."), _DOTS),
    Finding.DOTS_SEEN: Says(N_("A message broke off at a line that is a lone dot."), _DOTS),
    Finding.PIPELINING: Says(N_("A group of commands in one packet was answered in order.")),
    Finding.PIPELINING_UNANNOUNCED: Says(
        N_("A group of commands in one packet works, but CAPA does not announce it."),
        N_("Announcing PIPELINING makes clients faster."),
    ),
    Finding.PIPELINING_BROKEN: Says(
        N_("CAPA announces PIPELINING, but a group of commands fails."),
        N_("Take it out of CAPA, or update the server."),
    ),
    Finding.PIPELINING_NONE: Says(
        N_("One command at a time: a group of them is not answered."),
        N_("Pipelining makes clients faster on connections with high latency."),
    ),
    Finding.SMALL_SEGMENTS: Says(
        N_("Each message costs %(seconds)s more: its answer comes in small TCP segments."),
        N_("Write whole answers, or set TCP_NODELAY."),
    ),
    Finding.EXPIRE_NEVER: Says(N_("Mail stays until somebody deletes it.")),
    Finding.EXPIRE_ZERO: Says(
        N_("What was fetched may be deleted at QUIT (EXPIRE 0)."),
        N_("Warn people who leave mail on the server."),
    ),
    Finding.EXPIRE_DAYS: Says(
        NN_(
            "Mail is kept for %(n)s day at least, then it may be deleted.",
            "Mail is kept for %(n)s days at least, then it may be deleted.",
        )
    ),
    Finding.IDLE_HELD: Says(N_("The connection was still open after %(seconds)s of inactivity.")),
    Finding.IDLE_CLOSED: Says(N_("It closes the connection after %(seconds)s of inactivity.")),
    Finding.IDLE_CLOSED_SOON: Says(
        N_("It closes the connection after %(seconds)s of inactivity."),
        N_("RFC 1939 requires at least ten minutes."),
    ),
}
