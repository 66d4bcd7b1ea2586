"""Settings, from `POPSCOPE_…` variables or a `.env` file; the environment wins.

Read by the composition root and the command line alone; everything below gets plain arguments.
"""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.discovery import NameServer
from app.gate import Rates, read_rates
from app.sessions import StoreAddress
from app.transport import Reach, Security, asked_for

PREFIX = "POPSCOPE_"
_RATES = Rates()
_MAX_PORT = 65535
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_ORIGIN = re.compile(r"(https?)://([a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?/?")
OWN_PATHS = frozenset(
    {"api", "demo", "discover", "keys", "language", "livez", "mailbox", "metrics", "readyz"}
    | {"report", "scripts", "signin", "signout", "static"}
)
"""How paths of our own begin, which a root path must not."""
_PATH = re.compile(rf"(?!/(?:{'|'.join(OWN_PATHS)})(?:/|$))(?:/(?!\.\.?(?:/|$))[A-Za-z0-9._~-]+)+")
_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}
_SIZE = re.compile(r"(\d{1,15})\s*([kmgKMG]?)")
_DURATION = re.compile(r"\s*(\d{1,9})\s*([smhd]?)\s*")


class PortRange(NamedTuple):
    """Ports from `low` to `high`, both included."""

    low: int
    high: int

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"


class OfferedServer(BaseModel):
    """One entry of `POPSCOPE_SERVERS`: `host[:port][;tls|starttls|none][;unverified]`.

    IPv6 addresses stand in brackets. Without a port, 995 is for TLS and 110 for the others;
    without a protection, TLS, or STARTTLS on port 110. `unverified` accepts any certificate.
    """

    model_config = ConfigDict(frozen=True)

    host: str
    port: int
    security: Security
    verified: bool = True

    @classmethod
    def parse(cls, text: str) -> "OfferedServer":
        """Reads one entry.

        Raises:
            ValueError: it is no such thing.
        """
        place, *options = (word.strip() for word in text.split(";"))
        found = re.fullmatch(r"\[([0-9A-Fa-f:.]+)\](?::(\d+))?|([^\s:\[\]/@]+)(?::(\d+))?", place)
        if found is None:
            raise ValueError(f"{text!r} is not host[:port][;tls|starttls|none][;unverified]")
        host = found[1] or asked_for(found[3])
        port = int(found[2] or found[4] or 0)
        if port > _MAX_PORT:
            raise ValueError(f"{text!r}: there is no port {port}")
        verified = "unverified" not in options
        kinds = [option for option in options if option != "unverified"]
        if len(kinds) > 1 or any(kind not in {s.value for s in Security} for kind in kinds):
            raise ValueError(f"{text!r}: after the host come tls, starttls or none, and unverified")
        if kinds:
            security = Security(kinds[0])
        else:
            security = Security.STARTTLS if port == Security.STARTTLS.default_port else Security.TLS
        return cls(
            host=host.lower().rstrip("."),
            port=port or security.default_port,
            security=security,
            verified=verified,
        )

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        flag = "" if self.verified else ";unverified"
        return f"{host}:{self.port};{self.security.value}{flag}"


def _rate(value: str) -> str:
    try:
        read_rates(value)
    except ValueError:
        raise ValueError(f"{value!r} is no rate such as 5/minute;30/hour") from None
    return value


Rate = Annotated[str, AfterValidator(_rate)]
"""As `app.gate.read_rates` reads it, such as `5/minute;15/10 minutes`."""


class Settings(BaseSettings):
    """All settings. None of them is a secret, but for a password in `store`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    servers: Annotated[tuple[OfferedServer, ...], NoDecode] = Field(
        (), description="servers to offer: host[:port][;tls|starttls|none][;unverified], …"
    )
    targets: Reach = Field(
        Reach.LAN,
        description="where sign-ins may connect: fixed (only SERVERS), lan (private and public "
        "addresses), public (public addresses only)",
    )
    ports: Annotated[tuple[PortRange, ...], NoDecode] = Field(
        (PortRange(110, 110), PortRange(995, 995)),
        description="ports sign-ins may connect to; ranges such as 1-65535",
    )
    discovery: bool = Field(
        True, description="whether servers are searched for in the DNS, on the web and by guessing"
    )
    dns: Annotated[tuple[NameServer, ...], NoDecode] = Field(
        (), description="name servers to ask instead of the system's: address[:port], …"
    )
    allow_loopback: bool = Field(False, description="whether this machine itself may be a target")
    ca_file: Path | None = Field(
        None, description="certificates (PEM) to trust beside the system's"
    )
    idle_release: Annotated[float, NoDecode] = Field(
        60, gt=0, description="idle time after which the maildrop lock is given back"
    )
    session_idle: Annotated[float, NoDecode] = Field(
        30 * 60, gt=0, description="idle time after which a session ends"
    )
    session_max: Annotated[float, NoDecode] = Field(
        12 * 3600, gt=0, description="time after which a session ends in any case"
    )
    store: Annotated[StoreAddress, NoDecode] = Field(
        StoreAddress(),
        description="where sessions are kept: memory, or a Redis that they outlive this process "
        "in: redis://…, rediss://… or unix://…",
    )
    session_limit: int = Field(200, ge=1, description="sessions at once")
    session_limit_client: int = Field(
        60, ge=1, description="sessions at once of one client address"
    )
    stream_limit: int = Field(8, ge=1, description="event streams at once of one session")
    report_limit: int = Field(12, ge=1, description="server reports at once")
    report_limit_client: int = Field(
        2, ge=1, description="server reports at once for one client address"
    )
    spool_limit: Annotated[int, NoDecode] = Field(
        1024**3, ge=1024**2, description="octets on disk for the whole messages of one session"
    )
    connection_limit: int = Field(
        512, ge=1, description="connections of browsers at once, at most half of the descriptors"
    )
    connection_limit_client: int = Field(
        256, ge=1, description="connections at once of one client address"
    )
    lookup_limit: int = Field(16, ge=1, description="names looked up at once, by the system")
    lookup_limit_client: int = Field(
        4, ge=1, description="names looked up at once for one client address"
    )
    opening_limit: int = Field(64, ge=1, description="sign-ins under way at once")
    opening_limit_client: int = Field(
        8, ge=1, description="sign-ins under way at once of one client address"
    )
    opening_limit_host: int = Field(
        32, ge=1, description="sign-ins under way at once at one mail server"
    )
    opening_time: Annotated[float, NoDecode] = Field(
        5 * 60, gt=0, description="time after which a sign-in and its listings are given up"
    )
    least_rate: int = Field(
        256, ge=1, description="octets a second at least, of an answer that takes long"
    )
    sign_ins_client: Rate = Field(
        _RATES.sign_ins_client, description="sign-ins of one client address, right or wrong"
    )
    wrong_client: Rate = Field(
        _RATES.wrong_client, description="wrong passwords of one client address"
    )
    wrong_account: Rate = Field(
        _RATES.wrong_account, description="wrong passwords for one name at one server"
    )
    wrong_host: Rate = Field(_RATES.wrong_host, description="wrong passwords at one server")
    wrong: Rate = Field(_RATES.wrong, description="wrong passwords in all")
    searches_client: Rate = Field(
        _RATES.searches_client, description="searches for servers by one client address"
    )
    searches: Rate = Field(_RATES.searches, description="searches for servers in all")
    spool_total: Annotated[int, NoDecode] = Field(
        4 * 1024**3,
        ge=1024**2,
        description="octets on disk for the whole messages of all sessions",
    )
    listing_limit: int = Field(
        200_000, ge=1, description="messages of one mailbox that are listed at once"
    )
    listing_total: int = Field(
        500_000, ge=1, description="messages that are listed for all sessions together"
    )
    headers_limit: Annotated[int, NoDecode] = Field(
        32 * 1024**2, ge=1024**2, description="octets of headers that are kept for one session"
    )
    headers_total: Annotated[int, NoDecode] = Field(
        64 * 1024**2, ge=1024**2, description="octets of headers that are kept for all sessions"
    )
    grace: Annotated[float, NoDecode] = Field(
        5, ge=0, description="time that downloads have to end once Popscope is told to stop"
    )
    public_origin: str | None = Field(
        None, description="where browsers reach Popscope, such as https://popscope.lan"
    )
    root_path: str = Field("", description="path below which browsers reach it, such as /mail")
    allow_insecure_http: bool = Field(
        False, description="whether browsers on other machines may use plain HTTP"
    )
    audit: bool = Field(
        True, description="whether sign-ins, refusals, sign-outs and deletions are logged"
    )
    hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="further names of this machine that plain HTTP is served under: name, …"
    )
    trusted_proxy: str | None = Field(
        None, description="address or network of the proxy in front, whose X-Forwarded-… count"
    )

    @field_validator("servers", mode="before")
    @classmethod
    def _servers(cls, value: Any) -> Any:  # noqa: ANN401 -- whatever the environment holds
        if not isinstance(value, str):
            return value
        return tuple(OfferedServer.parse(entry) for entry in re.split(r"[,\s]+", value) if entry)

    @field_validator("store", mode="before")
    @classmethod
    def _store(cls, value: Any) -> Any:  # noqa: ANN401 -- whatever the environment holds
        return StoreAddress.parse(value) if isinstance(value, str) else value

    @field_validator("hosts", mode="before")
    @classmethod
    def _hosts(cls, value: Any) -> Any:  # noqa: ANN401 -- whatever the environment holds
        if not isinstance(value, str):
            return value
        return tuple(_host_name(entry) for entry in re.split(r"[,\s]+", value) if entry)

    @field_validator("ports", mode="before")
    @classmethod
    def _ports(cls, value: Any) -> Any:  # noqa: ANN401 -- whatever the environment holds
        if not isinstance(value, str):
            return value
        return tuple(_port_range(entry) for entry in re.split(r"[,\s]+", value) if entry)

    @field_validator("dns", mode="before")
    @classmethod
    def _dns(cls, value: Any) -> Any:  # noqa: ANN401 -- whatever the environment holds
        if not isinstance(value, str):
            return value
        return tuple(_name_server(entry) for entry in re.split(r"[,\s]+", value) if entry)

    @field_validator(
        "idle_release", "session_idle", "session_max", "opening_time", "grace", mode="before"
    )
    @classmethod
    def _seconds(cls, value: Any) -> Any:  # noqa: ANN401 -- whatever the environment holds
        if not isinstance(value, str):
            return value
        found = _DURATION.fullmatch(value)
        if found is None:
            raise ValueError(f"{value!r} is no time: seconds, or a number with s, m, h or d")
        return float(found[1]) * _SECONDS[found[2]]

    @field_validator("spool_limit", "spool_total", "headers_limit", "headers_total", mode="before")
    @classmethod
    def _octets(cls, value: Any) -> Any:  # noqa: ANN401 -- whatever the environment holds
        if not isinstance(value, str):
            return value
        found = _SIZE.fullmatch(value.strip())
        if found is None:
            raise ValueError(f"{value!r} is no size: octets, or a number with K, M or G")
        return int(found[1]) * _UNITS[found[2].upper()]

    @field_validator("public_origin")
    @classmethod
    def _origin(cls, value: str | None) -> str | None:
        if value is None:
            return None
        found = _ORIGIN.fullmatch(value.lower())
        if found is None or int(found[3] or 0) > _MAX_PORT:
            raise ValueError(f"{value!r} is no origin such as https://popscope.lan")
        scheme, host, port = found.groups()
        # Browsers leave out the usual port when they say where a request comes from.
        usual = {"http": 80, "https": 443}[scheme]
        return f"{scheme}://{host}" + (f":{int(port)}" if port and int(port) != usual else "")

    @field_validator("root_path")
    @classmethod
    def _root_path(cls, value: str) -> str:
        path = value.removesuffix("/")
        if path and not _PATH.fullmatch(path):
            raise ValueError(f"{value!r} is no path such as /mail, or begins as pages of ours do")
        return path

    @field_validator("trusted_proxy")
    @classmethod
    def _proxy(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                network = ipaddress.ip_network(value)
            except ValueError:
                network = None
            if network is None or network.prefixlen == 0:  # it would believe what anyone claims
                raise ValueError(f"{value!r} is no address or network of a proxy")
        return value

    @field_validator("ca_file")
    @classmethod
    def _readable(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"there is no file {value}")
        return value

    @model_validator(mode="after")
    def _sensible(self) -> "Settings":
        if self.targets is Reach.FIXED and not self.servers:
            raise ValueError(f"{PREFIX}TARGETS=fixed needs {PREFIX}SERVERS")
        for server in self.servers:
            if _is_loopback(server.host) and not self.allow_loopback:
                raise ValueError(f"{server} is this machine: set {PREFIX}ALLOW_LOOPBACK=1")
        return self

    def shown(self) -> list[tuple[str, str, str]]:
        """Every setting as (variable, value, description), the values as they can be set."""
        return [
            (PREFIX + name.upper(), _shown(getattr(self, name)), field.description or "")
            for name, field in type(self).model_fields.items()
        ]


def _host_name(text: str) -> str:
    name = asked_for(text).lower().rstrip(".")
    if not re.fullmatch(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", name):
        raise ValueError(f"{text!r} is no name of a machine, such as nas.example.net")
    return name


def _port_range(text: str) -> PortRange:
    found = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", text)
    if found is None:
        raise ValueError(f"{text!r} is no port or range of ports")
    low, high = int(found[1]), int(found[2] or found[1])
    if not 1 <= low <= high <= _MAX_PORT:
        raise ValueError(f"{text!r}: ports go from 1 to {_MAX_PORT}, the lower one first")
    return PortRange(low, high)


def _name_server(text: str) -> NameServer:
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::(\d{1,5}))?", text)
    port = int(found[3] or 53) if found else 0
    try:
        address = ipaddress.ip_address((found[1] or found[2]) if found else text)
    except ValueError:
        raise ValueError(f"{text!r} is no address of a name server") from None
    if found is None:  # an IPv6 address without brackets
        port = 53
    if not 1 <= port <= _MAX_PORT:
        raise ValueError(f"{text!r}: there is no port {port}")
    return NameServer(str(address), port)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case float():
            return str(int(value)) if value.is_integer() else str(value)
        case Reach():
            return value.value
        case tuple():
            return ",".join(map(str, value))
    return str(value)
