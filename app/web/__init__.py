"""HTML pages and the JSON API over the same use-cases.

A folder for each thing a person sees; what every page has is in `site`.
Owns: routes, forms, typed template contexts, the words of errors, security headers, cookies and the
checks against cross-site requests.
Must not know: sockets, parsing, settings.
"""

from app.web.app import install
from app.web.site.config import DemoAccount, OfferedTarget, Services, WebConfig

__all__ = ["DemoAccount", "OfferedTarget", "Services", "WebConfig", "install"]
