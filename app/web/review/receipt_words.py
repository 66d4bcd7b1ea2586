"""What a receipt says to files and scripts, in the API's words."""

from app.mailbox import Receipt, ReceiptItem, Unproven


def reason(item: ReceiptItem) -> str:
    """Why a message is not gone, as files and scripts read it; the server's words, if any."""
    return item.reason or ("the server agreed and did not do it" if item.agreed else "")


def why(found: Receipt) -> str:
    """Why the check of a commit could not be made, as files and scripts read it."""
    said = found.why.value if isinstance(found.why, Unproven) else found.why
    return f"QUIT was not answered; {said}" if found.quit_lost else said
