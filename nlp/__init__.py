"""Understands: which themes a verbatim speaks of, and how it feels about each."""
