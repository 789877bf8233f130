"""Werkzeug compiles two functions for each route of each application. Each test has an application of its own, all with the same
routes: here what is compiled is kept for the next one, which is most of what is left of a start."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing.rules import Rule

_compiled: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}
_compile = Rule._compile_builder


def _compiled_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """The function reads the rule it is called for; it is made of these three alone."""
    made_of = (tuple(rule._trace), repr(rule.defaults), append_unknown)
    if made_of not in _compiled:
        _compiled[made_of] = _compile(rule, append_unknown)
    return _compiled[made_of]


def install() -> None:
    """From now on, in this process."""
    Rule._compile_builder = _compiled_once  # type: ignore[method-assign]
