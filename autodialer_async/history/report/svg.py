"""A drawing made fit to stand inside a page."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from autodialer_async.history.report.colours import put_in_variables

__all__ = ["inline_svg"]

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
# The size of the text is the drawing's, the family is the page's; in older versions both stand in `font: 10px …`.
_FAMILY = re.compile(r"font-family:[^;]*;? ?")
_FONT = re.compile(r"font: ([\d.]+)px[^;]*")
_REFERENCE = re.compile(r"url\(#")


def inline_svg(drawing: bytes, *, name: str, title: str, said: str) -> str:
    """The drawing as markup: no addresses, ids of its own, the page's colours and font, and words for who cannot see.

    Args:
        drawing: What matplotlib wrote.
        name: Unique on the page: ids begin with it.
        title: What it shows.
        said: What can be seen in it.
    """
    root = ET.fromstring(drawing)  # noqa: S314 - our own drawing
    for parent in list(root.iter()):
        for element in list(parent):
            # Metadata hold addresses, and a style in a drawing is in force on the whole page.
            if element.tag in (f"{_SVG}metadata", f"{_SVG}style"):
                parent.remove(element)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        _make_own(element, name)
    for attribute in ("width", "height", "version"):
        root.attrib.pop(attribute, None)
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-said")
    for place, (tag, part, text) in enumerate((("title", "title", title), ("desc", "said", said))):
        words = ET.Element(tag, {"id": f"{name}-{part}"})
        words.text = text
        root.insert(place, words)
    return put_in_variables(ET.tostring(root, encoding="unicode", short_empty_elements=True))


def _make_own(element: ET.Element, name: str) -> None:
    """Ids and references that no other drawing of the page has, and text in the page's font."""
    # Groups have ids that nothing refers to.
    if (own := element.attrib.pop("id", None)) is not None and element.tag != "g":
        element.set("id", f"{name}-{own}")
    if (link := element.attrib.pop(_LINK, None)) is not None:
        element.set("href", f"#{name}-{link.removeprefix('#')}")
    for attribute in ("style", "clip-path"):
        if (value := element.get(attribute)) is not None:
            value = _FONT.sub(r"font-size: \1px", _FAMILY.sub("", value))
            element.set(attribute, _REFERENCE.sub(f"url(#{name}-", value))
