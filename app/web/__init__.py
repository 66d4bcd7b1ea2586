"""HTML pages and the JSON API over the same use-cases.

Owns: routes, forms, typed template contexts, the table of errors, security headers, cookies and
the checks against cross-site requests.
Must not know: sockets, parsing, settings.
"""

from app.web.app import install
from app.web.site.config import DemoAccount, OfferedTarget, Services, WebConfig

__all__ = ["DemoAccount", "OfferedTarget", "Services", "WebConfig", "install"]
