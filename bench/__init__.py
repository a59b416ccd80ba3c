"""Measurements: what is claimed of speed is printed here, beside a floor measured in the same run."""
