"""The comfortable console: an editor with a history, for a person at a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from io import TextIOWrapper

from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import DummyHistory, History
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.key_binding.key_processor import KeyPress, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout.processors import PasswordProcessor, Processor, Transformation, TransformationInput
from prompt_toolkit.lexers import Lexer, PygmentsLexer
from prompt_toolkit.output import Output, create_output
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.styles import Style

from hsmshell.console.console import Answer, Ask, EndOfInput
from hsmshell.console.history import PrivateHistory
from hsmshell.console.masking import masked
from hsmshell.console.values import Part, text_of
from hsmshell.engine.lab import HISTORY
from hsmshell.lexers import line_lexer

_STYLE = {
    "pygments.name.function": "bold",
    "pygments.name.builtin": "bold",
    "pygments.name.attribute": "ansicyan",
    "pygments.name.variable": "ansimagenta",
    "pygments.keyword": "ansimagenta",
    "pygments.literal.number": "ansiblue",
    "pygments.literal.string": "ansigreen",
}
"""Colours that a terminal's own palette defines, so that they suit a dark ground and a light one."""


class TerminalConsole:
    """Asks with an editor and writes straight to the screen.

    With ``colour`` a command is highlighted while it is typed; what a tool writes never is.
    """

    interactive = True

    def __init__(self, tool: str, directory: str, mask: Callable[[str], str] = masked, *, colour: bool = False) -> None:
        self._output = _output()
        self._history = PrivateHistory(os.path.join(directory, f"{HISTORY}{tool}"), mask)
        lexer = line_lexer(tool) if colour else None
        self._commands = self._session(self._history, lexer=PygmentsLexer(lexer) if lexer else None)
        self._lines: PromptSession[str] | None = None
        self._unfinished = ""
        self.given_up = ""
        """What had been typed when Ctrl-C was pressed last; nothing of a secret."""
        if isinstance(sys.stdout, TextIOWrapper):
            # Labels may hold bytes that are no text; they leave as they came.
            sys.stdout.reconfigure(errors="surrogateescape")

    def write(self, *parts: Part) -> None:
        text = text_of(parts)
        sys.stdout.write(text)
        self._unfinished = _last_line(self._unfinished + text)

    def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Answer | None = None) -> str:
        # The editor draws the line that it stands on from its first column, so what is there already is drawn again.
        above, line_end, _ = prompt.rpartition("\n")
        sys.stdout.write(f"{above}{line_end}" if line_end or not self._unfinished else "\r")
        sys.stdout.flush()
        message = _last_line(self._unfinished + prompt).expandtabs()
        self._unfinished = self.given_up = ""
        session = self._session_for(kind)
        try:
            return session.prompt(FormattedText([("", message)]))
        except EOFError:
            raise EndOfInput from None
        except KeyboardInterrupt:
            if not kind.is_secret:
                self.given_up = session.default_buffer.text
            raise

    def close(self) -> None:
        """Let everything that was written leave. Raises ``OSError`` when nobody reads any more."""
        sys.stdout.flush()

    def _session_for(self, kind: Ask) -> PromptSession[str]:
        if kind is Ask.COMMAND:
            return self._commands
        if kind.is_secret:
            # A session of its own, so that nothing of a secret stays in one that is used again.
            return self._session(DummyHistory(), veil=_VEILS.get(kind))
        if self._lines is None:
            self._lines = self._session(DummyHistory())
        return self._lines

    def _session(
        self, history: History, *, veil: Callable[[], Processor] | None = None, lexer: Lexer | None = None
    ) -> PromptSession[str]:
        return PromptSession(
            history=history,
            lexer=lexer,
            style=Style.from_dict(_STYLE) if lexer else None,
            include_default_pygments_style=False,
            output=self._output,
            key_bindings=_bindings(),
            input_processors=[veil()] if veil else None,
            enable_suspend=True,
            reserve_space_for_menu=0,
        )


def _output() -> Output:
    output = create_output()
    if isinstance(output, Vt100_Output):
        # Nothing here needs to know the cursor's place, and a terminal that does not answer would get a warning.
        output.enable_cpr = False
    return output


def _last_line(text: str) -> str:
    return text.rpartition("\n")[2].rpartition("\r")[2]


def _bindings() -> KeyBindings:
    bindings = KeyBindings()

    @bindings.add(Keys.BracketedPaste)
    def _paste(event: KeyPressEvent) -> None:
        """Pasted lines run one by one, as typed ones do; the rest waits for the next question."""
        text = event.data.replace("\r\n", "\n").replace("\r", "\n")
        keys = [KeyPress(Keys.ControlM, "\r") if letter == "\n" else KeyPress(letter, letter) for letter in text]
        event.app.key_processor.feed_multiple(keys, first=True)

    return bindings


class _Hidden(Processor):
    """Shows nothing of what is typed, not even how much."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        return Transformation([], source_to_display=lambda i: 0, display_to_source=lambda i: 0)


_VEILS: dict[Ask, Callable[[], Processor]] = {Ask.SECRET: _Hidden, Ask.MASKED: PasswordProcessor}
"""What an editor shows in place of a secret that is typed."""
