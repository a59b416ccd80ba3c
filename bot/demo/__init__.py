"""Fills an empty database with invented contacts, so that everything can be tried."""
