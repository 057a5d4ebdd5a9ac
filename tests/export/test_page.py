"""The page: whole, escaped, and without anything from elsewhere."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsmshell.export.page import page

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    ROOT / "hsmshell/rehearsal/procedures/migration.md",
    ROOT / "transcripts/document/appendix2.transcript",
    ROOT / "transcripts/cloudhsm_mgmt_util/dialogs.transcript",
]
KNOWN = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "li"),
    *("pre", "code", "div", "span"),
}


class Page(HTMLParser):
    """Collects the tags, the attributes, and the text below each kind of tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.texts: dict[str, str] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.texts[tag] = self.texts.get(tag, "") + data


def is_sound(made: str) -> Page:
    found = Page(made)
    assert not found.open
    assert set(found.tags) <= KNOWN
    assert found.attributes <= {"class", "charset", "name", "content", "lang"}
    for word in ("url(", "@import", "://", "javascript:"):
        assert word not in found.texts["style"]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_page_of_a_log(path: Path) -> None:
    text = path.read_text("utf-8")
    found = is_sound(page(text, str(path)))
    assert "prefers-color-scheme: dark" in found.texts["style"]
    assert "color-scheme: light dark" in found.texts["style"]
    if path.suffix == ".transcript":
        assert found.texts["pre"] == text
    else:
        assert found.texts["title"] == "move an AES key from a Luna SA partition to a CloudHSM cluster"
        assert found.texts["h1"] == "From Luna SA to CloudHSM"
        assert found.texts["code"].startswith("$")
        assert "$ ssh luna-client\n" in found.texts["pre"]
        assert "```" not in found.texts["body"]
        assert "scenario:" not in found.texts["body"]


def test_everything_is_escaped_and_controls_are_shown() -> None:
    hostile = "<script>x</script> & \"' \x1b[31m"
    for path in ("x.md", "x.transcript"):
        made = page(f"# {hostile}\n\n- {hostile}\n\n`{hostile}`\n\n```console\n{hostile}\n```\n", path)
        is_sound(made)
        assert "<script" not in made
        assert "\x1b" not in made
        assert "\\x1b[31m" in made


def test_the_answer_to_a_hidden_prompt_is_left_out() -> None:
    made = page("#: tool key_mgmt_util\n#: secret topsecret\nEnter password: \n", "x.transcript")
    assert "topsecret" not in made
    assert "#: secret ***" in Page(made).texts["pre"]


@given(st.text(), st.sampled_from(["x.md", "x.transcript"]))
def test_any_text_makes_a_sound_page(text: str, path: str) -> None:
    is_sound(page(text, path)).texts["title"].encode()
