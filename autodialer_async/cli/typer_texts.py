TYPER_TEXTS: tuple[str, ...] = ()
