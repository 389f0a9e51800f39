"""What users see of the package, written down: `python -m tests.surface` writes it anew after an intended change."""
