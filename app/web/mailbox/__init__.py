"""The mailbox page: the list and the reader, and what is around them."""
