"""A log as one page of HTML that needs nothing but itself."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from pygments import highlight
from pygments.formatters import HtmlFormatter

from hsmshell.console.values import printable
from hsmshell.export.prose import Block, Kind, blocks, title
from hsmshell.lexers import HsmshellConsoleLexer
from hsmshell.transcript.markdown import is_markdown

_LIGHT, _DARK = "default", "github-dark"
"""Styles of Pygments."""
_CLASS = "log"
_LAYOUT = """\
:root { color-scheme: light dark; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; font-family: system-ui, sans-serif; line-height: 1.5;
  color: #1f2328; background: #ffffff; }
pre { padding: 0.8rem 1rem; overflow-x: auto; line-height: 1.35; border: 1px solid #8888; border-radius: 0.4rem; }
code { font-family: ui-monospace, monospace; }
"""
_DARK_LAYOUT = "body { color: #e6edf3; background: #0d1117; }"
_CODE = re.compile(r"`([^`]+)`")
_SECRET = re.compile(r"^(#:[ \t]*secret[ \t]).*", re.MULTILINE)


def page(text: str, path: str) -> str:
    """The page: a Markdown file's prose as headings and paragraphs, logs highlighted, light or dark as the reader's
    system is. The answers to hidden prompts are left out; the rest of the log is shown as it stands."""
    name = _text(title(text, path))
    body = "".join(_block(block) for block in blocks(text)) if is_markdown(path) else f"<h1>{name}</h1>\n{_log(text)}"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{name}</title>\n<style>\n{''.join(_styles())}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


def _styles() -> Iterator[str]:
    yield _LAYOUT
    yield _colours(_LIGHT)
    yield "@media (prefers-color-scheme: dark) {\n"
    yield f"{_DARK_LAYOUT}\n{_colours(_DARK)}}}\n"


def _colours(style: str) -> str:
    formatter: HtmlFormatter[str] = HtmlFormatter(style=style)
    return f"{formatter.get_style_defs(f'.{_CLASS}')}\n"  # type: ignore[no-untyped-call]


def _block(block: Block) -> str:
    if block.kind is Kind.CONSOLE:
        return _log(block.text)
    if block.kind is Kind.CODE:
        return f"<pre><code>{_text(block.text)}</code></pre>\n"
    if block.kind is Kind.HEADING:
        return f"<h{block.level}>{_inline(block.text)}</h{block.level}>\n"
    if block.kind is Kind.ITEM:
        return f"<ul><li>{_inline(block.text)}</li></ul>\n"
    return f"<p>{_inline(block.text)}</p>\n"


def _log(text: str) -> str:
    formatter: HtmlFormatter[str] = HtmlFormatter(cssclass=_CLASS)
    shown = _visible(_SECRET.sub(r"\1***", text.replace("\r\n", "\n")))
    return highlight(shown, HsmshellConsoleLexer(stripnl=False), formatter)


def _inline(text: str) -> str:
    """Prose; only code between backticks is marked."""
    return _CODE.sub(r"<code>\1</code>", _text(text))


def _text(text: str) -> str:
    return html.escape(_visible(text))


def _visible(text: str) -> str:
    """Control characters are shown, not obeyed, and bytes that are no text are escapes."""
    return "".join(letter if letter in "\n\t" else printable(letter) for letter in text)
