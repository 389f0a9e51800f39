"""The rows, a module for each peer, imported only in the process that measures it; each has `ROWS`."""
