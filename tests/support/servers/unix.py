"""Users of the system inside, for servers that ask PAM."""

from .overlay import PASSWORD, Overlaid


def add_unix_user(server: Overlaid, user: str, uid: int, *, home: str) -> None:
    """Make a user of the system the server runs in."""
    hashed = server.inside("openssl", "passwd", "-5", PASSWORD).decode().strip()
    server.inside(
        *("useradd", "--uid", str(uid), "--user-group", "--no-create-home", "--home-dir", home),
        *("--password", hashed, user),
    )
