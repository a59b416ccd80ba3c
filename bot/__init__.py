"""Talks: everything that meets the outside world, and the one place where the parts are joined."""
