"""`python -m autodialer_async.cli`."""

from autodialer_async.cli import main

if __name__ == "__main__":
    main()
