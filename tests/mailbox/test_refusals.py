"""What a refusal is about, in the words of servers as they are."""

import pytest

from app.mailbox.refusals import Refusal, about
from tests.support.table import table

LOGIN = """
Authentication failed.
Login failed.
LOGIN failed
invalid username/password
Invalid user name or password.
Logon failure: unknown user name or bad password.
Unable to log on
Authentication failed (bad password?)
Password supplied for "anna" is incorrect.
authentication failure
user not found
invalid login
Invalid Userid/Password
too many bad commands or logins
Too many login failures
Username and password not accepted
your account is not enabled for POP access
POP3 is not enabled for this user
POP access disabled
invalid credentials
Invalid auth
Benutzername oder Passwort falsch
Ungültiger Benutzername
Nom d'utilisateur ou mot de passe incorrect
Usuario o contraseña no válidos
ユーザー名またはパスワードが違います
用户名或密码错误
Неверное имя пользователя или пароль
name not recognized
unexpected error
Service not available
ERR.LOGIN.PASSERR
Web login required: https://mail.example/
Application-specific password required
Invalid password format
Too many connections
Login not permitted
Login disabled
Account is disabled
I don't know you
Authentication credentials invalid
Invalid command or password
use the full address as user name
Please use your user password
plain password not accepted
account in a bad mood
the user must first sign in on the web
I don't understand you
"""
MEANS = """
Unsupported authentication mechanism
unsupported mechanism
unknown command
Unknown command: "auth".
Unrecognized authentication type
Unknown AUTH method
Invalid command
bad command
Command not implemented
Unrecognized command
AUTH not supported
mechanism not supported
no mechanism available
Command is not valid in this state.
Unknown or unimplemented command
Authentication failed: Unsupported mechanism
Authentication mechanism is disabled
what?
unsupported auth type
No such command
Please use another authentication method
Unknown command: AUTH LOGIN
Auth mechanism unknown
500 5.5.1 Command unrecognized: "AUTH PLAIN"
AUTH disabled
LOGIN authentication disabled
I don't understand that command
You can't use that mechanism
コマンドが正しくありません
Ugyldig kommando
Tuntematon komento
Bilinmeyen komut
Unbekannter Befehl
Authentifizierungsmethode wird nicht unterstützt
Ungueltiger Befehl
Commande inconnue
Mécanisme non supporté
M\\xe9canisme non support\\xe9
Comando desconocido
Mecanismo no soportado
Comando inválido
Mecanismo não suportado
Comando non riconosciuto
Onbekende opdracht
Nieznane polecenie
Неизвестная команда
Механизм не поддерживается
不明なコマンドです
サポートされていません
不支持的认证方式
알 수 없는 명령
The specified authentication package is unknown
use USER/PASS
please use USER and PASS
only USER/PASS supported
need USER command
Must give USER command first
USER first
Valid commands are USER, PASS, QUIT
PLAIN not available
PLAIN is not enabled
AUTH PLAIN unknown
don't know how to do PLAIN
Sorry, I don't understand
"""
SYNTAX = """
malformed command
authenticating: bad protocol / cancel
line too long
Invalid base64 data
BASE64 decode error
cannot decode response
expected base64
argument expected
bad parameter
too many arguments
Too many parameters
wrong number of arguments
syntax error in parameters or arguments
Protocol error. 10
Missing argument
initial response not expected
Unexpected argument
Error in parameters
AUTH takes one argument
Line length exceeded
Incorrect format
incorrectly formed request
Syntaxfehler
Erreur de syntaxe
Error de sintaxis
構文エラー
语法错误
command out of sequence
not in this state
initial response not allowed
unexpected initial response
invalid response
protocol violation
Unexpected data
authentication cancelled
"""
ENCRYPTION = """
Plaintext authentication disallowed on non-secure (SSL/TLS) connections.
Cleartext authentication disallowed on non-secure (SSL/TLS) connections.
cleartext logins disabled
USER command only available under a layer
Must issue a STLS command first
TLS required
Encryption required for requested authentication mechanism
Plain text logins not allowed
You must use SSL
unsupported, use STLS first
Command is not available until you switch to TLS
"""


@table("line", LOGIN.splitlines()[1:])
def test_what_is_about_the_login(line):
    assert about(None, line) is Refusal.LOGIN
    assert about("AUTH", line) is Refusal.LOGIN


@table("line", (MEANS.strip() + SYNTAX).splitlines())
def test_what_is_about_the_form(line):
    found = about(None, line)
    assert found.of_form
    assert found is about(None, line.upper().replace("\\XE9", "\\xe9")), "case does not matter"
    assert about("X-ODD", line) is found


@table("line", SYNTAX.splitlines()[1:])
def test_what_two_steps_may_mend(line):
    assert about(None, line) is Refusal.SYNTAX


@pytest.mark.parametrize("line", ENCRYPTION.splitlines()[1:])
def test_what_is_about_encryption(line):
    assert about(None, line) is Refusal.ENCRYPTION
    assert about("AUTH", line) is Refusal.ENCRYPTION  # Dovecot's code for it


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("AUTH", "malformed command"),
        ("AUTH", "unsupported mechanism"),
        ("SYS/TEMP", "unknown command"),
        ("SYS/PERM", "syntax error in the account's file"),
        ("SYS/PERM", "your account is not enabled for POP"),
        ("IN-USE", "bad command"),
        ("LOGIN-DELAY", "not supported"),
    ],
)
def test_a_response_code_decides_first(code, text):
    assert about(code, text) is Refusal.LOGIN


@pytest.mark.parametrize("code", [None, "AUTH", "SYS/PERM"])
@pytest.mark.parametrize("line", ["authentication failed", "failed", "", "login incorrect"])
def test_before_anything_was_said_it_is_about_the_means_whatever_the_words(code, line):
    assert about(code, line, unheard=True) is Refusal.MEANS
    assert about(code, line) is Refusal.LOGIN
    for temporary in ("SYS/TEMP", "IN-USE", "LOGIN-DELAY"):
        assert about(temporary, line, unheard=True) is Refusal.LOGIN
    assert about(code, "TLS required", unheard=True) is not Refusal.LOGIN


def test_a_lasting_problem_may_be_that_of_a_mechanism():
    assert about("SYS/PERM", "AUTH method not implemented") is Refusal.MEANS


@pytest.mark.parametrize("unit", ["bad ", "unknown \t", "a", "plain text ", "not. ", "no no-", " "])
@pytest.mark.timeout(10)  # quadratic time would be 10^10 steps of a regular expression
def test_only_the_beginning_of_a_long_reply_is_read(unit):
    for telling in ("TLS required", "AUTH method not implemented", "syntax error"):
        assert about(None, telling) is not Refusal.LOGIN
        assert about(None, unit * 200_000 + telling) is about(None, unit * 300)
