LIBRARY_TEXTS: tuple[str, ...] = ()
