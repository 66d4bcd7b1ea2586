"""What a refused login is about, by the server's words: the login itself, its form, encryption.

Only a few servers send response codes (RFC 2449, section 8; RFC 3206), and none has a code for "I
don't know this mechanism". So the words decide where no code does, those of servers that are in
use, in the languages they speak. What is in doubt counts as being about the login: then it is not
tried again, since servers count failures.
"""

import re
import unicodedata
from enum import Enum
from typing import Final


class Refusal(Enum):
    """What is refused."""

    LOGIN = "the name, the password, or the account"
    SYNTAX = "the way in which the means was written down"
    MEANS = "the means itself, or its command"
    ENCRYPTION = "a password without encryption"

    @property
    def of_form(self) -> bool:
        """Whether nothing was said of the name and the password, and other means may do."""
        return self in {Refusal.SYNTAX, Refusal.MEANS}


_MOST: Final = 300  # characters of a reply that are looked at
_DECIDED: Final = ("AUTH", "SYS", "IN-USE", "LOGIN-DELAY", "UTF8", "EXPIRED", "CONTACTADMIN")
"""Response codes, up to a slash, after which words do not matter."""

# The patterns: one alternative a line.
_MEANS: Final = (
    r"(?:mech(?:anism)?s?|methods?|commands?|cmd|schemes?|verbs?|keywords?|extensions?|sasl"
    r"|packages?|features?|functions?|(?:auth\w*|login)[ -]?types?)"
)
_WRITING: Final = (
    r"(?:arg(?:ument)?s?|param(?:eter)?s?|formats?|formed|syntax|encod(?:ing|ed)|base-?64"
    r"|protocol|requests?|responses?|inputs?|options?|sequence|characters?|lines?|octets?|strings?)"
)
_NO: Final = (
    r"(?:un(?:supported|known|recogni[sz]ed|acceptable|available|implemented|expected)"
    r"|invalid|bad|illegal|wrong|no|no such|missing|incorrect(?:ly)?|improper(?:ly)?|disabled"
    r"|disallowed|forbidden|weak|not|isn'?t|extra|another|different)"
)
_WHO: Final = r"(?:pass|user|name|login|logon|cred|account|mailbox)"
_GAP: Final = rf"(?:\W{{1,3}}(?!{_WHO})\w+){{0,3}}\W{{1,3}}"  # a few words, none of them of a login
_TLS: Final = r"(?:ssl|tls|stls|starttls|encrypt\w*|secured? (?:connection|channel|layer))"
_PLAIN: Final = r"\b(?:plain|clear)[ -]?text\b"
_TO_MANY: Final = r"(?:fail|attempt|login|logon|conn|session|error|time|tries|retr|user|pass|bad)"

_LOGIN: Final = rf"""
\b(?:wrong|bad|invalid|incorrect|unknown|no such)(?:\W{{1,3}}(?!{_MEANS}|{_WRITING})\w+){{0,2}}\
\W{{1,3}}(?:pass(?:word|wd|phrase)?|user(?:id|name)?|login|logon|credentials?|account)s?\b\
(?![ -]?(?:types?|{_MEANS}))
\b(?:or|and)\W{{1,3}}(?:\w+\W{{1,3}})?(?:pass(?:word|wd)|user(?:name)?|logins?)\b
/\W{{0,2}}pass(?:word|wd)
(?:kenn|pass)wort|mot de passe|contraseña|senha|wachtwoord|lösenord|hasło|heslo|парол
パスワード|密[码碼]|口令|비밀번호
"""
_ENCRYPTION: Final = rf"""
{_PLAIN}.{{0,40}}\b(?:not|dis\w+|forbidden|denied|refused|only|un\w+)\b
\b(?:no|not|dis\w+)\b.{{0,20}}{_PLAIN}
\b(?:{_TLS}|under a layer)\b.{{0,40}}\b(?:required|needed|first|only|necessary|mandatory)\b
\b(?:requires?|must|need\w*|use|only|without|issue|until|unless|switch)\b.{{0,40}}\b(?:{_TLS}|layer)\b
\b(?:non-secure|insecure|unsecured?|unencrypted)\b.{{0,20}}\b(?:connection|{_TLS})
verschlüssel\w+.{{0,30}}(?:erforderlich|nötig|notwendig)
connexion.{{0,20}}chiffrée.{{0,30}}requise
"""
_SYNTAX: Final = rf"""
\bmal-?formed\b|\bill-formed\b|\bsyntax\b|\bbase-?64\b|\b(?:not|mis)[ -]?understood\b
\b{_NO}{_GAP}{_WRITING}\b
\b{_WRITING}{_GAP}(?:not|{_NO}|errors?|violat\w+|requires?|required|too long|long)\b
\binitial[ -]?responses?\b|\bunexpected data\b|\bauthentication (?:was )?(?:cancel|abort)
\bout of (?:sequence|order|turn)\b
\b(?:wrong|bad|invalid|(?:in|for) (?:this|the current|current)) state\b
\btoo (?:long|many|few|large|short)\b(?!\W{{1,3}}(?:\w+\W{{1,3}}){{0,2}}{_TO_MANY})
\b(?:expected|expecting|expects|usage)\b
\b(?:can(?:not|'t| not)|could ?n(?:'t|ot)|unable to|fail\w* to|error\w*|failed)\W{{1,3}}\
(?:\w+ )?(?:decod|pars|understand|interpret)
\berrors? in (?:the )?(?:arg|param|format|command)
\b(?:decod|pars)(?:e|ing)\W{{1,3}}(?:error|fail)
\b(?:requires?|needs?|wants?|takes?|accepts?) (?:an?|one|two|more|no|only|\d)\b.{{0,12}}\
(?:arg|param)
\b(?:line|length|command|argument|response|input)\b.{{0,15}}\bexceed
syntaxfehler|fehlerhafte[rs]? (?:befehl|syntax|kommando)|(?:parameter|argument)e? (?:fehl|ung)
(?:zu viele|falsche|ungültige|fehlende) (?:anzahl|parameter|argumente|zeichen|kodierung)
zeile (?:ist )?zu lang|kann nicht dekodiert
erreur de syntaxe|syntaxe (?:incorrecte|invalide)|ligne trop longue|mal ?formée?|décod
(?:argument|paramètre)s? (?:incorrect|invalide|manquant)
sintaxis|mal formad[oa]|línea demasiado larga|descodific|decodific
(?:parámetro|argumento)s? (?:no válido|inválido|incorrecto|faltante)
sintaxe|(?:parâmetro|argumento)s? inválido|linha muito longa
sintassi|(?:parametr|argoment)[oi] non valid[oi]|riga troppo lunga
syntaxis|ongeldige? (?:parameter|argument)|regel te lang|syntaxfel|syntaktick|chyba syntaxe
składni|nieprawidłow\w+ (?:parametr|argument)
синтакси|неверн\w+ (?:аргумент|параметр|формат)|слишком длинн
構文|書式|引数|パラメータ.{{0,6}}(?:不正|無効|誤)
长度|過長|过长|语法|語法|参数|參數|格式(?:错误|錯誤|不)
구문|인수|형식
"""
_OTHER_MEANS: Final = rf"""
\b{_NO}{_GAP}{_MEANS}\b
\b{_MEANS}\b{_GAP}(?:{_NO}|rejected|refused)\b
\b{_MEANS}\W{{1,3}}(?:un\w+|not|invalid|disabled|rejected|refused)\b
\b(?:not|un|non)[ -]?(?:supported|implemented|recogni[sz]ed (?:command|here))\b
\bunrecogni[sz]ed\b(?!\W{{1,3}}(?:user|pass|account|login|name))
\b(?:auth|sasl|(?:plain|login|cram-md5) auth\w*)\W{{1,3}}(?:is )?\
(?:disabled|not (?:enabled|available|allowed|offered))\b
\b(?:do|did)(?:n't| not) (?:know|understand|recogni[sz]e){_GAP}{_MEANS}\b
\bcan(?:'t|not| not) use{_GAP}{_MEANS}\b
\b(?:plain|cram-md5|apop|digest-md5|ntlm|scram[-\w]*|xoauth2|oauthbearer)\b\W{{1,3}}\
(?:auth\w*\W{{1,3}})?(?:is |was )?(?:not|un\w+|dis\w+)\b
\b(?:do|did)(?:n't| not) (?:know how|understand)\b(?!\W{{1,3}}you)
\b(?:use|try|only|give|send|needs?|requires?|issue)\W{{1,3}}(?:\w+ )?user\b\
\W{{1,3}}(?:(?:and|or|then)\W{{1,3}})?(?:pass|commands?|first)\b
\bvalid commands are\b|^\W*user\b\W{{1,3}}(?:command )?(?:\w+ )?first\b
^\W*(?:what|huh|eh|pardon)\W*$
\b(?:unknown|unrecogni[sz]ed|unsupported)\W{{1,3}}["'<]?auth\b(?![ -]?(?:or|user|pass))
(?:unbekannte|ungültige|falsche)[rs]? (?:befehl|kommando|anweisung|methode|mechanismus|auth\w*)
nicht (?:unterstützt|implementiert|verstanden)
(?:befehl|kommando|methode|mechanismus)\b.{{0,20}}\b(?:unbekannt|ungültig|nicht)
(?:commande|méthode|mécanisme)\b.{{0,30}}\b(?:inconnue?|invalide|non|pas|incorrecte?)
(?:non|pas) (?:supporté|implémenté|reconnu|pris)e?s?
(?:comando|orden|método|mecanismo)\b.{{0,30}}\b(?:desconocid|no |inválid|incorrect)
no (?:soportad|admitid|implementad|reconocid)
(?:comando|método|mecanismo)\b.{{0,30}}\b(?:desconhecid|não|nao)
não (?:suportad|implementad|reconhecid)
(?:comando|meccanismo|metodo)\b.{{0,30}}\b(?:sconosciut|non )
non (?:supportat|implementat|riconosciut)
(?:onbekend|ongeldig)e? (?:opdracht|commando|methode|mechanisme)|niet (?:ondersteund|geïmpl)
(?:okänt|ogiltigt|ukendt|ukjent|ugyldig) kommando|tuntematon komento|ismeretlen parancs
(?:bilinmeyen|geçersiz) komut|άγνωστη εντολή
stöds (?:inte|ej)|neznámý (?:příkaz|mechanismus)|nepodporov
niezna\w+ (?:polecenie|komenda|mechanizm)|nieobsługiwan
(?:неизвестн|неверн|неправильн|недопустим|нераспознан)\w+ (?:команд|метод|механизм)
не поддержива|не реализован|(?:команда|метод|механизм) не
(?:不明|無効|未知|不正)な?の?(?:コマンド|命令|認証方式|認証方法|メカニズム)
コマンド.{{0,4}}(?:正しく|認識|無効|不明|間違)|認識できない(?:コマンド|命令)
サポート(?:され|し)て(?:い)?(?:ません|ない)|未対応|対応していません|未実装
(?:未知|无效|無效|不明|错误|錯誤)的?(?:命令|指令|认证方式|驗證方式|机制|機制)
(?:命令|指令)(?:未知|无效|無效|错误)|不支[持援]|无法识别|無法識別|未实现|未實作
알 수 없는 (?:명령|인증)|지원(?:하지|되지)|잘못된 명령
"""


def _loosely(pattern: str) -> str:
    """Latin letters with accents also as `e`, `ue`, and as `decode` shows them in Latin-1."""
    return "".join(map(_letter, pattern))


def _letter(letter: str) -> str:
    plain = unicodedata.normalize("NFD", letter)[0]
    if letter.isascii() or not plain.isascii():
        return letter
    return rf"(?:{letter}|{plain}e?|\\x[0-9a-f]{{2}})"


def _any(patterns: str) -> re.Pattern[str]:
    lines = patterns.replace("\\\n", "").split("\n")
    return re.compile("|".join(_loosely(line) for line in lines if line), re.IGNORECASE)


_TABLE: Final = (
    (_any(_ENCRYPTION), Refusal.ENCRYPTION),
    (_any(_LOGIN), Refusal.LOGIN),
    (_any(_OTHER_MEANS), Refusal.MEANS),
    (_any(_SYNTAX), Refusal.SYNTAX),
)


def about(code: str | None, text: str, *, unheard: bool = False) -> Refusal:
    """What a `-ERR` to a login is about.

    Args:
        code: its response code, or None.
        text: the words behind it.
        unheard: nothing of the name or the password had been said, so it can't be about these.
    """
    said = text[:_MOST]
    found = next((kind for words, kind in _TABLE if words.search(said)), Refusal.LOGIN)
    if unheard and code in {None, "AUTH", "SYS/PERM"}:
        return Refusal.MEANS if found is Refusal.LOGIN else found
    if code is None or code.partition("/")[0] not in _DECIDED:
        return found
    # Dovecot says AUTH of passwords in clear; a lasting problem may be that of a mechanism.
    told = (code, found) in {("AUTH", Refusal.ENCRYPTION), ("SYS/PERM", Refusal.MEANS)}
    return found if told else Refusal.LOGIN
