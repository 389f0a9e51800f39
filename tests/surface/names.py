"""Every public name with its signature, read from the source: no extra has to be installed, nothing is run."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

import griffe

__all__ = ["PACKAGE", "modules", "names"]

PACKAGE = "autodialer_async"
_ROOT = Path(__file__).parents[2]
# Every plain name directly below the package is a promised import path; further down these are.
_FURTHER_DOWN = ("history.campaign", "history.export", "history.report", "history.tables", "webhooks.fastapi")
_WIDTH = 120
# Special methods that are no part of what users write.
_NOT_CALLED = ("__attrs_post_init__", "__getstate__", "__reduce__", "__repr__", "__setstate__")

_SAID_OTHERWISE = ("abstractmethod", "classmethod", "lru_cache", "overload", "override", "property", "staticmethod")


def modules(root: Path = _ROOT) -> list[str]:
    """The promised import paths: the package itself, then its rooms by name."""
    package = _load(root)
    rooms = [f"{PACKAGE}.{name}" for name in package.modules if not name.startswith("_")]
    return [PACKAGE, *sorted([*rooms, *(f"{PACKAGE}.{name}" for name in _FURTHER_DOWN)])]


def names(root: Path = _ROOT) -> str:
    """The text: module by module each name of `__all__`, then the tree of errors and what annotations lead to.

    Args:
        root: The folder with the package's source.
    """
    return "\n".join(_Surface(_load(root), modules(root)).lines()) + "\n"


def _load(root: Path) -> griffe.Module:
    loaded = griffe.load(
        PACKAGE, try_relative_path=False, search_paths=[root], allow_inspection=False, resolve_aliases=True
    )
    if not isinstance(loaded, griffe.Module):
        raise TypeError(loaded)
    return loaded


class _Surface:
    def __init__(self, package: griffe.Module, paths: list[str]) -> None:
        self._package = package
        self._paths = paths
        self._told: dict[str, str] = {}
        # Types of ours in annotations, by where they are defined, in the order in which they come up.
        self._reached: dict[str, griffe.Object] = {}
        self._exported: set[str] = set()
        self._below = False

    def lines(self) -> Iterator[str]:
        exports = {path: self._exports(path) for path in self._paths}
        self._exported = {thing.path for found in exports.values() for thing in found.values()}
        for path, found in exports.items():
            yield f"# {path}"
            for name, thing in found.items():
                if home := self._told.get(thing.path):
                    yield f"{name}: see {home}.{name}"
                    continue
                self._told[thing.path] = path
                yield from self._thing(name, thing)
            yield ""
        yield "# The errors"
        errors = [thing for path in self._paths for thing in exports[path].values() if isinstance(thing, griffe.Class)]
        yield from self._tree("AutodialerError", {kind.path: kind for kind in errors}.values(), 0)
        yield ""
        yield "# Not exported, but what annotations above lead to"
        self._below = True
        while waiting := sorted(self._reached.keys() - self._told.keys()):
            for place in waiting:
                self._told[place] = "below"
                yield from self._thing(place, self._reached[place])

    def _tree(self, name: str, kinds: Iterable[griffe.Class], depth: int) -> Iterator[str]:
        yield "    " * depth + name
        for kind in sorted(kinds, key=lambda kind: kind.name):
            parents = [base.name for base in kind.mro() if base.path in self._exported]
            if parents[:1] == [name]:
                yield from self._tree(kind.name, kinds, depth + 1)

    def _exports(self, path: str) -> dict[str, griffe.Object]:
        module = self._find(path)
        if not isinstance(module, griffe.Module):
            raise TypeError(f"{path} is no module")
        return {str(name): self._target(module[str(name)]) for name in sorted(module.exports or (), key=str)}

    def _find(self, path: str) -> griffe.Object:
        inside = path.removeprefix(PACKAGE).lstrip(".")
        return self._target(self._package[inside]) if inside else self._package

    @staticmethod
    def _target(thing: griffe.Object | griffe.Alias) -> griffe.Object:
        return thing.final_target if isinstance(thing, griffe.Alias) else thing

    def _thing(self, name: str, thing: griffe.Object) -> Iterator[str]:
        if isinstance(thing, griffe.Class):
            yield from self._class(name, thing)
        elif isinstance(thing, griffe.Function):
            yield from self._function(name, thing)
        elif isinstance(thing, griffe.Attribute):
            yield self._attribute(name, thing, value=True)
        else:
            yield f"module {name}"

    def _class(self, name: str, kind: griffe.Class) -> Iterator[str]:
        # Not noted as reached: members of parents that are not exported are told below, as the class's own.
        bases = ", ".join(map(str, kind.bases))
        for decorator in kind.decorators:
            yield f"@{decorator.value}"
        yield f"class {name}({bases}):" if bases else f"class {name}:"
        shown = [line for member in self._members(kind) for line in self._thing(member.name, member)]
        yield from textwrap.indent("\n".join(shown) or "(nothing of its own)", "    ").splitlines()

    def _members(self, kind: griffe.Class) -> Iterator[griffe.Object]:
        """Public ones, and those of parents that are not told of themselves; in the order of the source."""
        inherited: dict[str, griffe.Object] = {}
        line = kind.mro()
        told = {above.path for base in line if base.path in self._exported for above in [base, *base.mro()]}
        for base in reversed(line):
            if base.path.startswith(PACKAGE) and base.path not in told:
                inherited.update({name: self._target(member) for name, member in base.members.items()})
        for name, member in (inherited | {name: self._target(own) for name, own in kind.members.items()}).items():
            if name in _NOT_CALLED or not isinstance(member, griffe.Function | griffe.Attribute | griffe.Class):
                continue
            special = name.startswith("__") and name.endswith("__") and isinstance(member, griffe.Function)
            # What only __init__ sets, and says no type of, is described by the class's docstring alone.
            if special or not name.startswith("_"):
                yield member

    def _attribute(self, name: str, attribute: griffe.Attribute, *, value: bool = False) -> str:
        kind = "property " if "property" in attribute.labels else ""
        text = kind + name
        if attribute.annotation is not None:
            text += f": {self._text(attribute.annotation)}"
        inside = isinstance(attribute.parent, griffe.Class) and "instance-attribute" in attribute.labels
        if value and attribute.value is not None and not (inside and "class-attribute" not in attribute.labels):
            text += f" = {self._text(attribute.value)}"
        return text

    def _function(self, name: str, function: griffe.Function) -> Iterator[str]:
        for overload in self._overloads(function):
            yield "@overload"
            yield from self._signature(name, overload)
        for decorator in function.decorators:
            if str(decorator.value).partition("(")[0].rpartition(".")[2] not in _SAID_OTHERWISE:
                yield f"@{decorator.value}"
        labels = [label for label in ("classmethod", "staticmethod", "cached", "async") if label in function.labels]
        lines = list(self._signature(name, function))
        yield from [" ".join([*labels, lines[0]]), *lines[1:]]

    @staticmethod
    def _overloads(function: griffe.Function) -> list[griffe.Function]:
        parent = function.parent
        found = parent.overloads.get(function.name) if isinstance(parent, griffe.Class | griffe.Module) else None
        return list(found or ())

    def _signature(self, name: str, function: griffe.Function) -> Iterator[str]:
        parts = list(self._parameters([given for given in function.parameters if given.name not in ("self", "cls")]))
        returned = f" -> {self._text(function.returns)}" if function.returns is not None else ""
        line = f"def {name}({', '.join(parts)}){returned}"
        if len(line) + 8 <= _WIDTH:
            yield line
            return
        yield f"def {name}("
        yield from (f"    {part}," for part in parts)
        yield f"){returned}"

    def _parameters(self, given: list[griffe.Parameter]) -> Iterator[str]:
        kinds = griffe.ParameterKind
        for last, parameter in zip([None, *(earlier.kind for earlier in given)], given, strict=False):
            if last is kinds.positional_only and parameter.kind is not kinds.positional_only:
                yield "/"
            if parameter.kind is kinds.keyword_only and last not in (kinds.keyword_only, kinds.var_positional):
                yield "*"
            yield self._parameter(parameter)
        if given and given[-1].kind is kinds.positional_only:
            yield "/"

    def _parameter(self, parameter: griffe.Parameter) -> str:
        kinds = griffe.ParameterKind
        stars = {kinds.var_positional: "*", kinds.var_keyword: "**"}.get(parameter.kind or kinds.keyword_only, "")
        text = stars + parameter.name
        if parameter.annotation is not None:
            text += f": {self._text(parameter.annotation)}"
        if parameter.default is not None and not stars:
            text += f" = {self._text(parameter.default)}"
        return text

    def _text(self, expression: griffe.Expr | str) -> str:
        """As written, but with the values of our own constants and no needless brackets; types of ours are noted."""
        text = self._spelt_out(expression)
        try:
            return ast.unparse(ast.parse(text, mode="eval"))
        except SyntaxError:
            return text

    def _spelt_out(self, expression: griffe.Expr | str) -> str:
        if isinstance(expression, str):
            return expression
        pieces: list[str] = []
        for piece in expression.iterate(flat=True):
            thing = self._ours(piece)
            if isinstance(thing, griffe.Attribute) and isinstance(thing.parent, griffe.Class):
                pieces.append(str(piece))
                continue
            if isinstance(thing, griffe.Attribute) and thing.value is not None and thing.name.strip("_").isupper():
                pieces.append(self._spelt_out(thing.value))
                continue
            if isinstance(thing, griffe.Attribute) or (isinstance(thing, griffe.Class) and self._leads_to(thing)):
                self._reached.setdefault(thing.path, thing)
            pieces.append(str(piece))
        return "".join(pieces)

    def _leads_to(self, kind: griffe.Class) -> bool:
        # One step from what is exported: further on lies what nobody but ourselves makes or looks at.
        return not self._below and "._" not in kind.path

    def _ours(self, piece: griffe.Expr | str) -> griffe.Object | None:
        if not isinstance(piece, griffe.ExprName):
            return None
        path = piece.canonical_path
        if not path.startswith(f"{PACKAGE}."):
            return None
        try:
            return self._find(path)
        except (KeyError, griffe.GriffeError):
            return None
