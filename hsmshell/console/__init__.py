"""How a tool speaks with a person or a script."""

from hsmshell.console.console import Answer, Ask, Console, EndOfInput
from hsmshell.console.context import Context, Generation
from hsmshell.console.files import Files
from hsmshell.console.system import Completed, System
from hsmshell.console.values import Kind, Part, Value, text_of

__all__ = [
    "Answer",
    "Ask",
    "Completed",
    "Console",
    "Context",
    "EndOfInput",
    "Files",
    "Generation",
    "Kind",
    "Part",
    "System",
    "Value",
    "text_of",
]
