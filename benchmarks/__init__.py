"""Speed, measured beside everyone else: `python -m benchmarks` (extra `bench`)."""
