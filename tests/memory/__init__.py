"""Uploads in fresh processes, and what they cost."""
