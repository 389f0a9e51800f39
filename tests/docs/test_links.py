"""The checker of links finds what is wrong, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.links import complaints


def site(folder: Path, **pages: str) -> Path:
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return folder


def test_links_that_lead_somewhere_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "index.html").write_text('<a href="../one.html#где">one</a>', encoding="utf-8")
    (tmp_path / "a.png").write_bytes(b"")
    site(
        tmp_path,
        one='<p id="где"></p><a href="#где">here</a><a href="#">top</a><img src="a.png?1">',
        two='<a href="one.html#%D0%B3%D0%B4%D0%B5">one</a><a href="sub/">sub</a><img src="data:image/png;base64,">'
        '<a href="https://site.url">a site that is followed, not loaded</a><a href="mailto:a@b">mail</a>'
        '<link rel="canonical" href="https://site.url/two.html">',
    )
    assert complaints(tmp_path) == []


@pytest.mark.parametrize(
    ("html", "wrong"),
    [
        ('<a href="no.html">x</a>', "no.html: there is no such file"),
        ('<a href="#no">x</a>', "#no: there is no such place on the page"),
        ('<a href="other.html#no">x</a>', "other.html#no: there is no such place on the page"),
        ('<a href="../other.html">x</a>', "../other.html: there is no such file"),
        ('<img src="no.png">', "no.png: there is no such file"),
        ('<script src="https://cdn.test/a.js"></script>', "https://cdn.test/a.js: is loaded from elsewhere"),
        ('<link rel="stylesheet" href="//cdn.test/a.css">', "//cdn.test/a.css: is loaded from elsewhere"),
        ('<img srcset="https://cdn.test/a.png 2x">', "https://cdn.test/a.png: is loaded from elsewhere"),
        ('<iframe src="https://site.test/"></iframe>', "https://site.test/: is loaded from elsewhere"),
    ],
)
def test_a_link_into_nothing_and_a_stranger_are_found(tmp_path: Path, html: str, wrong: str) -> None:
    site(tmp_path, page=html, other="<p>")
    assert complaints(tmp_path) == [f"page.html: {wrong}"]


@pytest.mark.parametrize("style", ["@import 'a.css';", "p { background: url( 'https://cdn.test/a.png') }"])
def test_a_style_that_loads_something_is_found(tmp_path: Path, style: str) -> None:
    site(tmp_path, page="<p>")
    (tmp_path / "site.css").write_text(style, encoding="utf-8")
    assert complaints(tmp_path) == ["site.css: loads something else"]


def test_an_empty_folder_is_no_site(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no page"):
        complaints(tmp_path)
