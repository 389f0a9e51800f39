"""Docstrings as pages: written to be read in an editor too, so they say `Call` and `make`, and not :class:`~…Call`.

What stands between backticks becomes a link where it names something of ours, and code where it does not. An indented
block after a blank line is code, as in Markdown. The sections of Google's style are napoleon's business.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from contextlib import suppress
from datetime import time
from enum import Enum
from types import ModuleType
from typing import Any, Literal, cast, is_typeddict

import attrs
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config as SphinxConfig
from sphinx.environment import BuildEnvironment
from sphinx.ext.napoleon import Config
from sphinx.ext.napoleon.docstring import GoogleDocstring
from sphinx.util.docutils import SphinxRole
from sphinx.util.nodes import make_refnode

import autodialer_async

# Where a name is looked for that its own class and module do not have.
_HOMES = ("autodialer_async", "autodialer_async.errors", "autodialer_async.models")
# Types of arguments that have a page, and no name to import.
_TOLD_ON = {"Calls": "frames"}
_CALL = re.compile(r"\((?:…|\.\.\.)?\)$")
_CODE_BEFORE_LETTER = re.compile(r"(`[^`\n]+`)(\w?)")
_INDENTED = re.compile(r" {4}\S")
# Without an underscore, since another module calls it; no part of the API.
_BETWEEN_OUR_MODULES = {"Fidelity.history_writer", "Inbox.worker"}
# Napoleon asks for no more of the configuration than this.
_NAPOLEON = cast(
    "SphinxConfig",
    Config(
        napoleon_numpy_docstring=False,
        napoleon_attr_annotations=True,
        napoleon_custom_sections=[("Members", "Attributes")],
    ),
)

_Kind = Literal["module", "class", "exception", "function", "method", "attribute", "property", "data"]


class _Name(SphinxRole):
    """The role of text between single backticks."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        code = nodes.literal(self.rawtext, self.text)
        target = _CALL.sub("", self.text)
        if not all(part.isidentifier() for part in target.split(".")):
            return [code], []
        wanted = addnodes.pending_xref(
            self.rawtext,
            code,
            refdomain="py",
            reftype="obj",
            reftarget=target,
            refdoc=self.env.docname,
            between_backticks=True,
        )
        wanted["py:module"] = self.env.ref_context.get("py:module")
        wanted["py:class"] = self.env.ref_context.get("py:class")
        self.set_source_info(wanted)
        return [wanted], []


def _find_elsewhere(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, code: nodes.TextElement
) -> nodes.Node | None:
    if node["reftarget"] in _TOLD_ON:
        return make_refnode(app.builder, node["refdoc"], _TOLD_ON[node["reftarget"]], "", code)
    if "between_backticks" not in node:
        return None
    domain = env.domains.python_domain
    for home in _HOMES:
        name = f"{home}.{node['reftarget']}"
        if name in domain.objects:
            return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", name, node, code)
    return code


def _as_rst(app: Sphinx, what: _Kind, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    del app, options
    text = [_CODE_BEFORE_LETTER.sub(_part, line) for line in lines]
    if what == "module":
        text = _with_code_blocks(text)
    # Napoleon takes what stands before a colon in the first line of a property's docstring for its type.
    kind = "function" if what in ("attribute", "property", "data") else what
    lines[:] = _with_types_beside_names(GoogleDocstring(text, _NAPOLEON, None, kind, name, obj).lines())


def _part(code: re.Match[str]) -> str:
    """`Call`s is code and a letter, which RST wants parted."""
    return f"{code[1]}\\ {code[2]}" if code[2] else code[1]


def _with_code_blocks(lines: list[str]) -> list[str]:
    marked: list[str] = []
    inside = False
    for number, line in enumerate(lines):
        if not inside and _INDENTED.match(line) and number and not lines[number - 1]:
            marked += ["::", ""]
            inside = True
        elif inside and line and not line.startswith(" "):
            inside = False
        marked.append(line)
    return marked


def _with_types_beside_names(lines: list[str]) -> list[str]:
    """Napoleon writes the type of an attribute below its description, where it takes three lines."""
    beside: list[str] = []
    attribute = 0
    for line in lines:
        if line.startswith(".. attribute:: "):
            attribute = len(beside) + 1
        if attribute and line.startswith("   :type: "):
            beside.insert(attribute, line)
            attribute = 0
        else:
            beside.append(line)
    return beside


@attrs.frozen
class _Written:
    """A default as it is shown in a signature."""

    text: str

    def __repr__(self) -> str:
        return self.text


def _write_defaults(app: Sphinx, function: Any, bound: bool) -> None:
    """Shows `RetryPolicy()` where that is the default, and not the fields of what it makes."""
    del app, bound
    function = getattr(function, "__func__", function)
    try:
        signature = inspect.signature(function)
    except ValueError:
        return
    shown = [
        parameter if parameter.default is parameter.empty else parameter.replace(default=_written(parameter.default))
        for parameter in signature.parameters.values()
    ]
    with suppress(AttributeError):
        function.__signature__ = signature.replace(parameters=shown)


def _written(value: object) -> _Written:
    match value:
        case Enum():
            text = f"{type(value).__name__}.{value.name}"
        case frozenset() if value:
            text = f"{{{', '.join(sorted(str(_written(part)) for part in value))}}}"
        case time():
            text = f"time({value.hour})"
        case _Written():
            text = value.text
        case _ if attrs.has(type(value)):
            text = _as_call(value)
        case _ if value is attrs.NOTHING or getattr(value, "__name__", "") == "<lambda>":
            text = "..."
        case _ if inspect.isroutine(value):
            text = value.__name__
        case _:
            text = repr(value)
    return _Written(text)


def _as_call(value: Any) -> str:
    given = []
    for field in attrs.fields(type(value)):
        default = field.default.factory() if hasattr(field.default, "factory") else field.default
        if (part := getattr(value, field.name)) != default:
            given.append(str(_written(part)))
    return f"{type(value).__name__}({', '.join(given)})"


def _without_uncalled_constructors(
    app: Sphinx, what: _Kind, name: str, obj: Any, options: Any, signature: str | None, returns: str | None
) -> tuple[str | None, str | None] | None:
    """Hides how a class is made that nobody but the package makes: its docstring describes no arguments."""
    del app, name, options, signature, returns
    if what == "class" and not attrs.has(obj) and "Args:" not in (inspect.getdoc(obj) or ""):
        return "", None
    return None


def _is_described_by_its_class(member: Enum) -> bool:
    text = inspect.getdoc(type(member)) or ""
    return "Members:" in text and re.search(rf"^    {member.name}:", text, re.MULTILINE) is not None


def _is_left_out(app: Sphinx, what: str, name: str, obj: object, skip: bool, options: Any) -> bool | None:
    """Fields of named tuples, which their class describes, and what only our own modules call.

    Members of an enumeration stay, though few need words of their own.
    """
    del app, what, name, skip, options
    if isinstance(obj, Enum):
        return _is_described_by_its_class(obj)
    if type(obj).__name__ == "_tuplegetter" or getattr(obj, "__qualname__", "") in _BETWEEN_OUR_MODULES:
        return True
    return None


def _write_dashes(app: Sphinx, document: nodes.document) -> None:
    """Sphinx puts two hyphens between an argument and its description, for a typesetter that is switched off."""
    del app
    for text in list(document.findall(nodes.Text)):
        if text == " -- ":
            text.parent.replace(text, nodes.Text(" – "))


def _give_type_checkers_names(app: Sphinx, config: object) -> None:
    """Gives each module the names that only type checkers import, so that every annotation can be read."""
    del app, config
    found = pkgutil.walk_packages(autodialer_async.__path__, f"{autodialer_async.__name__}.")
    modules = [importlib.import_module(module.name) for module in found if not module.name.endswith("__main__")]
    for module in modules:
        _import_for_types(module)


def _import_for_types(module: ModuleType) -> None:
    names = vars(module)
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            exec(compile(ast.Module(node.body, []), f"{module.__name__}, for types", "exec"), names)  # noqa: S102 - our own source
    for kind in list(names.values()):
        if is_typeddict(kind):
            # autodoc falls over the one that Python makes.
            kind.__signature__ = inspect.Signature()
        # The constructor that attrs makes has a copy of the module's names, as they were then.
        if inspect.isclass(kind) and attrs.has(kind) and kind.__module__ == module.__name__:
            for name, value in names.items():
                kind.__init__.__globals__.setdefault(name, value)


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx calls this."""
    app.add_role("name", _Name())
    app.connect("config-inited", _give_type_checkers_names)
    app.connect("autodoc-process-docstring", _as_rst)
    app.connect("autodoc-process-signature", _without_uncalled_constructors)
    app.connect("autodoc-before-process-signature", _write_defaults)
    app.connect("autodoc-skip-member", _is_left_out)
    app.connect("missing-reference", _find_elsewhere)
    app.connect("doctree-read", _write_dashes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
