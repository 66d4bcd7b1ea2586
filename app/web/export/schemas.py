"""What the JSON API takes to put many messages into one file."""

from pydantic import Field

from app import mailbox as domain
from app.web.site.schemas import RequestBody


class ExportIds(RequestBody):
    """Which messages to put into one file."""

    ids: list[str] = Field(max_length=100_000, fail_fast=True)
    format: domain.ExportFormat = Field(domain.ExportFormat.MBOX, strict=False)
