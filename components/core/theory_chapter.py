"""A chapter of the theory page: the symbols of a model, and the controls that change them."""

from __future__ import annotations

from dataclasses import dataclass

PATH = "/theory"


@dataclass(frozen=True)
class Symbol:
    """A symbol of a chapter.

    Parameters
    ----------
    name : str
        Its name in addresses.
    tex : str
        How it is written; an index k stands for any index.
    meaning : str
        Its meaning in words.
    controls : tuple of str
        The ids of the controls that change it; each id begins with the name of its view.
    """

    name: str
    tex: str
    meaning: str
    controls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """A model on the theory page: the name of its text, and its symbols."""

    name: str
    symbols: tuple[Symbol, ...]

    @property
    def anchor(self) -> str:
        """The anchor of the chapter on the page."""
        return self.name.replace("_", "-")

    @property
    def url(self) -> str:
        """The address of the chapter."""
        return f"{PATH}#{self.anchor}"

    def symbol_anchor(self, symbol: Symbol) -> str:
        """Return the anchor of a symbol's entry on the page."""
        return f"{self.anchor}-symbol-{symbol.name}"

    def symbols_with_controls(self, view: str) -> list[tuple[str, str]]:
        """Return the symbols that controls of a view change: each one's meaning and address on the page."""
        return [
            (symbol.meaning, f"{PATH}#{self.symbol_anchor(symbol)}")
            for symbol in self.symbols
            if any(control.startswith(f"{view}-") for control in symbol.controls)
        ]
