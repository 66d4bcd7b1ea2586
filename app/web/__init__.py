"""HTML pages and the JSON API over the same use-cases.

Owns: routes, forms, typed template contexts, the table of errors, security headers, cookies and
the checks against cross-site requests.
Must not know: sockets, parsing, settings.
"""

from .deps import DemoAccount, OfferedTarget, Services, WebConfig
from .routes import install

__all__ = ["DemoAccount", "OfferedTarget", "Services", "WebConfig", "install"]
