"""Write the surface down anew: `python -m tests.surface`."""

from tests.surface.written import SURFACES

for _surface in SURFACES:
    print(_surface.write())  # noqa: T201 - says what it has done
