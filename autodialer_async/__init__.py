"""Async client for the «Автодайлер» voice-broadcast service."""

__version__ = "0.1.0"
