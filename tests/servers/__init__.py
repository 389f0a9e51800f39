"""Servers to test against: threads and processes of their own, importing nothing of the package."""
