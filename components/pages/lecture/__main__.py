"""Check every claim of the stories in folders: `python -m components.pages.lecture FOLDER …`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from components.core.formatting import pluralize
from components.pages.lecture.story import OWN, Story, load, too_expensive
from components.views.registry import VIEWS


def failed_claims(story: Story) -> Iterator[str]:
    """A sentence for each claim of a story that does not hold."""
    for number, step in enumerate(story.steps, 1):
        for claim in step.claims:
            place = f"{story.name}.toml, step {number} ({step.id}), claims: {claim.quantity}"
            try:
                true, found = claim.check(VIEWS[step.view].quantities, step.state)
            except (ValueError, LookupError) as error:
                yield f"{place}: {error}"
                continue
            if not true:
                yield f"{place} is {found}, not {claim.condition}."


def main(folders: Sequence[str]) -> int:
    """Prints what is wrong; how many things are."""
    stories, faults = load([Path(folder) for folder in folders] or [OWN], VIEWS)
    problems = [*faults]
    for story in stories.values():
        problems += [*too_expensive(story, VIEWS)] or [*failed_claims(story)]
    for story in stories.values():
        count = sum(len(step.claims) for step in story.steps)
        print(f"{story.name}: {pluralize(len(story.steps), 'step')}, {pluralize(count, 'claim')}.")
    print("\n".join(problems) if problems else "Nothing is wrong.")
    return len(problems)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
