"""A mail's HTML in a frame of its own: an opaque origin in which no script runs.

The sandbox stands in the frame's tag and in the answer's policy. Either would do: one holds if the
address is opened by itself, the other if a header gets lost on the way.
"""

from typing import Final

from markupsafe import Markup
from starlette.responses import Response

from app.mime import SafeHtml
from app.web.site.render import Renderer

from .views import MailDocument

# Links open in tabs of their own, which are no longer sandboxed. Nothing else: with
# allow-same-origin the mail would be a page of ours.
SANDBOX: Final = "allow-popups allow-popups-to-escape-sandbox"
_POLICY: Final = (
    f"sandbox {SANDBOX}; default-src 'none'; img-src {{images}}; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
BLOCKED_POLICY: Final = _POLICY.format(images="data:")
SHOWN_POLICY: Final = _POLICY.format(images="data: https:")


def frame_headers(*, remote: bool) -> dict[str, str]:
    """The headers by which the frame's document differs from a page.

    Args:
        remote: images from elsewhere are shown.
    """
    return {
        "Content-Security-Policy": SHOWN_POLICY if remote else BLOCKED_POLICY,
        "Referrer-Policy": "no-referrer",
    }


def mail_document(renderer: Renderer, safe: SafeHtml, *, remote: bool) -> Response:
    """The frame's document.

    Args:
        renderer: of the pages.
        safe: the mail's HTML, sanitised.
        remote: images from elsewhere are shown; `safe` was made with the same.
    """
    # The one place where text becomes markup unescaped: it is what the sanitiser wrote.
    html = Markup(safe.html)  # noqa: S704
    answer = renderer.document(
        "reader/mail_document", MailDocument(html, safe.coloured, safe.backdrop)
    )
    answer.headers.update(frame_headers(remote=remote))
    return answer
