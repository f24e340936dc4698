"""The limit on what a single state may cost."""

from __future__ import annotations

from components.core.state import InvalidLink, ParameterError, State
from components.core.view import View
from components.operations import warmup


def parse_affordable(view: View, query: str) -> State:
    """Return the state of a query, if it can be read and is within the view's budget. Raises InvalidLink.

    Waits until the core is compiled: a cost may be computed by it.
    """
    state = view.State.from_query(query)
    warmup.wait_until_ready(view.name)
    cost = view.cost(state)
    if cost > view.max_cost:
        sentence = f"This would cost {cost:.3g}, and at most {view.max_cost:.3g} is computed: ask for less."
        raise InvalidLink([ParameterError("query", f"{cost:.3g}", f"at most {view.max_cost:.3g}", sentence)])
    return state
