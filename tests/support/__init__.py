"""Tools the tests stand on: real servers, misbehaving servers, links, certificates, a browser.

Nothing in here is imported by the app. Everything listens on loopback only, and ends with the
``with`` block that started it.
"""
