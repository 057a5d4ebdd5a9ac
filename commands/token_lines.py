"""The lines about quorum tokens, which two tools of one vendor print alike; they are published for one of them."""

from __future__ import annotations

from collections.abc import Sequence

from hsmshell.console import Part
from hsmshell.console.values import Kind, Value, handle, node, printable
from hsmshell.engine.cluster.tokens import TokenState

RULE = "=" * 21 + "\n"
"""Stands above and below an HSM's name."""


def token_lines(state: TokenState) -> list[Part]:
    """What identifies a token."""
    token = state.token
    return [
        "Token:\nId:",
        Value(Kind.TOKEN_ID, str(token.number)),
        f"\nService:{token.service}\nNode:",
        node(state.node.number),
        "\nKey Handle:",
        handle(token.handle),
        f"\nUser:{printable(state.user_name)}\n",
    ]


def listed(states: Sequence[TokenState]) -> list[Part]:
    """An HSM's tokens, how far each one is, and their number."""
    parts: list[Part] = []
    for index, state in enumerate(states):
        approvers = sorted(state.token.approvers)
        parts += [f"-------- Token - {index} ----------\n", *token_lines(state)]
        parts += ["Token Validity: ", Value(Kind.TIME, str(state.validity)), " sec\n"]
        parts.append(f"Required num of approvers : {state.required}\nCurrent num of approvals : {len(approvers)}\n")
        parts += [f"Approver-{place}: {printable(name)}\n" for place, name in enumerate(approvers)]
    return [*parts, f"Num of tokens = {len(states)}\n"]
