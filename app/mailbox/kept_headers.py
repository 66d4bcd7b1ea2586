"""The headers that one mailbox keeps, within a budget; one that was let go is read again."""

from collections import OrderedDict
from collections.abc import Set as AbstractSet
from typing import Final

from .allowance import Share
from .models import Header

PAGE: Final = 100  # so many are kept in any case: what somebody looks at would come and go else


class KeptHeaders:
    """Keeps the newest ones, and lets the oldest go.

    Args:
        share: of the octets that all mailboxes may keep.

    Attributes:
        full: some were let go, so there is no use in reading on unasked.
    """

    def __init__(self, share: Share) -> None:
        self.full = False
        self._share = share
        self._kept: OrderedDict[Header, int] = OrderedDict()
        self._octets = 0

    def keep(self, header: Header) -> int:
        """One has come; returns how many others were let go for it."""
        before, octets = self._kept.pop(header, 0), header.kept_octets
        self._kept[header] = octets
        self._octets += octets - before
        let_go = 0
        while not self._share.hold(self._octets) and len(self._kept) > PAGE:
            oldest, less = self._kept.popitem(last=False)
            oldest.let_go()
            self._octets -= less
            let_go += 1
        self.full |= let_go > 0
        return let_go

    def only(self, headers: AbstractSet[Header]) -> None:
        """The others belong to no message any more."""
        gone = self._kept.keys() - headers
        for header in gone:
            self._octets -= self._kept.pop(header)
        self._share.hold(self._octets)
        self.full &= not gone

    def close(self) -> None:
        """Keeps none."""
        self._kept.clear()
        self._octets = 0
        self._share.hold(0)
