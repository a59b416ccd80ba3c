"""Decides: what a survey is, how it is conducted, how its answers are understood; no clock, ids, randomness, I/O."""
