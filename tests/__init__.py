"""The tests, a package so that they can share the servers in `tests.servers`."""
