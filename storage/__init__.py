"""Remembers: everything kept, for as long as it may be kept."""
