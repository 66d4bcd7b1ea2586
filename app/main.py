"""The composition root: from settings to an app."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import fields, replace
from importlib import import_module

from fastapi import FastAPI

from app import __version__
from app.discovery import Discovery, Fetcher, Lookups
from app.gate import Gate, Rates
from app.mailbox import Allowances, Pot
from app.pop3 import Limits
from app.report import Reports
from app.sessions import MemoryStore, SessionLimits, Sessions, Store
from app.settings import OfferedServer, Settings
from app.transport import (
    Dialer,
    Reach,
    Resolve,
    SystemNames,
    Target,
    TargetPolicy,
    Timeouts,
    trusting,
)
from app.web import DemoAccount, OfferedTarget, Services, WebConfig, install
from app.web.site.render import Renderer

_DAY = 24 * 3600
# Seconds after which a thread that reads mail lets another one run. The event loop waits as long
# for its turn at every call of the system: by Python's 5 ms, ten calls would take it 50.
_TURN = 0.0005
_KNOCKING = Timeouts(connect=1.5, stall=1.5, reader=1.5)  # a search has seconds


def create_app(
    settings: Settings, demo: DemoAccount | None = None, *, timeouts: Timeouts | None = None
) -> FastAPI:
    """The whole app.

    Args:
        settings: what the operator decided.
        demo: the embedded demo mailbox, where one is running.
        timeouts: how long mail servers may be silent.
    """
    policy = _policy(settings, demo)
    lookups = Lookups(settings.dns)
    names = SystemNames(settings.lookup_limit, settings.lookup_limit_client)
    resolve = lookups.addresses if settings.dns else names.addresses
    gate = _gate(settings)
    timeouts = replace(
        timeouts or Timeouts(), sign_in=settings.opening_time, rate=settings.least_rate
    )
    discovery = _discovery(settings, policy, lookups, gate, demo)
    dialer = Dialer(
        policy,
        ca_file=settings.ca_file,
        timeouts=timeouts,
        limits=Limits(listing_entries=settings.listing_limit),
        resolve=resolve,
        gate=gate,
    )
    reports = Reports(dialer, settings.report_limit, settings.report_limit_client)
    sessions = Sessions(
        dialer,
        _store(settings) if demo is None else MemoryStore(),  # that mailbox ends with the process
        SessionLimits(
            idle=settings.session_idle,
            absolute=settings.session_max,
            most=settings.session_limit,
            each=settings.session_limit_client,
            openings=settings.opening_limit,
            openings_client=settings.opening_limit_client,
            openings_host=settings.opening_limit_host,
            release=settings.idle_release,
        ),
        allowances=Allowances(
            spools=Pot(settings.spool_total),
            spool_octets=settings.spool_limit,
            rows=Pot(settings.listing_total),
            headers=Pot(settings.headers_total),
            header_octets=settings.headers_limit,
        ),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        sys.setswitchinterval(_TURN)
        reaper = asyncio.create_task(sessions.run())
        try:
            yield
        finally:
            reaper.cancel()
            with suppress(asyncio.CancelledError):
                await reaper
            await discovery.close()
            await reports.close()
            await sessions.close()

    app = FastAPI(
        title="Popscope",
        version=__version__,
        description="A POP3 mailbox inspector.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        servers=[{"url": settings.root_path}] if settings.root_path else None,
        lifespan=lifespan,
        form_limits={"max_files": 0},
    )
    services = Services(sessions, _web_config(settings, demo), Renderer(), discovery, reports)
    install(app, services)
    return app


def _store(settings: Settings) -> Store:
    if not settings.store.lasting:
        return MemoryStore()
    # Not loaded where nobody wants it.
    store: Store = import_module("app.sessions.redis_store").RedisStore(
        settings.store.url, idle=settings.session_idle, absolute=settings.session_max
    )
    return store


def _target(server: OfferedServer) -> Target:
    return Target(server.host, server.port, server.security, server.verified)


def _policy(settings: Settings, demo: DemoAccount | None) -> TargetPolicy:
    return TargetPolicy(
        reach=settings.targets,
        ports=settings.ports,
        loopback=settings.allow_loopback,
        offered=frozenset((server.host, server.port) for server in settings.servers),
        own=frozenset({(demo.target.host, demo.target.port)} if demo is not None else ()),
    )


def _gate(settings: Settings) -> Gate:
    return Gate(Rates(**{one.name: getattr(settings, one.name) for one in fields(Rates)}))


def _discovery(
    settings: Settings,
    policy: TargetPolicy,
    lookups: Lookups,
    gate: Gate,
    demo: DemoAccount | None,
) -> Discovery:
    resolve: Resolve = lookups.addresses  # never the system's: that would take its few threads
    asks = settings.discovery and settings.targets is not Reach.FIXED
    return Discovery(
        policy,
        lookups if asks else None,
        Fetcher(policy, resolve, trusting(settings.ca_file)),
        Dialer(policy, ca_file=settings.ca_file, timeouts=_KNOCKING, resolve=resolve, gate=gate),
        offered=tuple(map(_target, settings.servers)),
        own=demo.domains if demo is not None else {},
    )


def _web_config(settings: Settings, demo: DemoAccount | None) -> WebConfig:
    return WebConfig(
        offered=tuple(OfferedTarget(_label(s), _target(s)) for s in settings.servers),
        fixed=settings.targets.value == "fixed",
        demo=demo,
        public_origin=settings.public_origin,
        allow_insecure_http=settings.allow_insecure_http,
        hosts=settings.hosts,
        # It outlives the session, so that marks of an expired one find their way back.
        cookie_age=int(settings.session_max) + _DAY,
        stream_limit=settings.stream_limit,
        root_path=settings.root_path,
    )


def _label(server: OfferedServer) -> str:
    host = f"[{server.host}]" if ":" in server.host else server.host
    kinds = {"tls": "TLS", "starttls": "STARTTLS", "none": "not encrypted"}
    return f"{host}, port {server.port}, {kinds[server.security.value]}"
