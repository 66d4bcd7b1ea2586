"""Popscope: a web-based POP3 mailbox inspector."""

__version__ = "0.1.0"
