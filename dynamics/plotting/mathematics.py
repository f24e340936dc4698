"""Labels as mathematics: plain text with signs and tags becomes text with formulas between dollar signs.

The formulas are in the part of TeX that matplotlib draws by itself and LaTeX understands as well.
"""

from __future__ import annotations

import re
from html import unescape

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "mu", "ν": "nu", "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "varsigma",
    "τ": "tau", "φ": "varphi", "χ": "chi", "ψ": "psi", "ω": "omega", "Δ": "Delta", "Λ": "Lambda", "Σ": "Sigma",
}  # fmt: skip
_SIGNS = {
    "−": "-", "±": r"\pm", "·": r"\cdot", "×": r"\times", "∞": r"\infty", "→": r"\to", "∝": r"\propto", "√": "√",
    "≤": r"\leq", "≥": r"\geq", "≈": r"\approx", "⟨": r"\langle", "⟩": r"\rangle", "∂": r"\partial",
    "½": r"\frac{1}{2}", "|": "|", "<": "<", ">": ">",
}  # fmt: skip
GLYPHS = {
    "●": r"\bullet", "◆": r"\blacklozenge", "▲": r"\blacktriangle", "■": r"\blacksquare", "✕": r"\times",
    "…": r"\ldots", "°": r"^{\circ}", "√": r"\surd", "′": r"\prime", "∖": r"\setminus", "’": "'", "–": "-",
    "“": "``", "”": "''",
}  # fmt: skip
"""What fonts have as signs, and a document of LaTeX with the package amssymb as commands."""
_MACRONS = {"ā": "a", "Ā": "A", "R̄": "R"}
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₋₊ᵢⱼₖₘₙᵣᵤₓ", "0123456789-+ijkmnrux", strict=True)) | {"ₐ": "a", "ₚ": "p"}
_NAMES = ("He",)  # of functions: upright
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # nothing draws these
_SPECIAL = re.compile(r"[^\w\s()\[\]+\-−=/,.<>|*:·∞½]|_")  # not in what is lowered or raised
_BASE = "|".join(
    [
        "(?:" + "|".join(map(re.escape, _MACRONS)) + ")",
        f"(?<![A-Za-z])(?:{'|'.join(_NAMES)})(?=[₀-₉ₖᵢ])",
        f"[{''.join(_GREEK)}]",
        "(?<![A-Za-z'’])[A-Za-z](?![A-Za-z])",
    ]
)
_TOKEN = re.compile(
    f"(?P<raised><sup>.*?</sup>|[{''.join(_RAISED)}]+)"
    f"|(?P<lowered><sub>.*?</sub>|[{''.join(_LOWERED)}]+)"
    f"|(?P<base>{_BASE})"
    r"|(?P<mark>(?<=[A-Za-zāε])\*|°)"
    r"|(?P<tag></?\w+ ?/?>)"
    r"|(?P<entity>&#?\w+;|\xa0)"
    f"|(?P<sign>[{''.join(_SIGNS)}])"
    r"|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<other>.)",
    re.DOTALL,
)

_SCRIPT = re.compile(f"<su[bp]>|[{''.join(_RAISED)}{''.join(_LOWERED)}]")


def mathematics(text: str, symbols: bool = True) -> str:
    """Return a label with its mathematics as formulas.

    Parameters
    ----------
    text : str
        A label: text with Greek letters, signs, small digits, and the tags ``sub``, ``sup`` and ``br``; other tags are
        left out.
    symbols : bool, default True
        Whether letters that stand alone are symbols, as in a title. In a sentence "a" is an article: there only what
        has something lowered or raised is a formula.

    Returns
    -------
    str
        The text, with formulas between dollar signs and a line break for ``br``.
    """
    text = _CONTROL.sub("", text)
    parts: list[tuple[bool, str]] = []  # whether it is a formula, and what it is
    places: set[str] = set()  # of what is lowered or raised at the last sign

    def add(formula: bool, piece: str) -> None:
        places.clear()
        if parts and parts[-1][0] == formula:
            parts[-1] = (formula, parts[-1][1] + piece)
        else:
            parts.append((formula, piece))

    def attach(place: str, piece: str) -> None:
        if parts and not parts[-1][0]:  # what it stands at is part of the formula
            text, word = re.fullmatch(r"(.*?)([A-Za-z]*|\d[\d.]*)", parts.pop()[1], re.DOTALL).groups()  # type: ignore[union-attr]
            parts.extend([(False, text)] * bool(text))
            add(True, rf"\mathrm{{{word}}}" if word.isalpha() else word)
        again = place in places  # a second one at the same sign needs an empty one between
        before = set() if again else {*places}
        add(True, f"{'{}' * again}{place}{{{piece}}}")
        places.update(before, place)

    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match[0]
        if kind == "entity":
            token = _CONTROL.sub("", unescape(token)).replace("\xa0", " ")
            kind = "sign" if token in _SIGNS else "other"
        if kind in ("base", "sign") and not symbols and not _SCRIPT.match(text, match.end()):
            kind = "other"
        if kind in ("raised", "lowered"):
            attach("^" if kind == "raised" else "_", _inside(token))
        elif kind == "base":
            add(True, _base(token))
        elif kind == "mark":
            attach("^", {"*": "*", "°": r"\circ"}[token])
        elif kind == "sign":
            sign = _SIGNS[token]
            add(True, sign + " " * sign[-1].isalpha())
        elif kind == "number":
            following = text[match.end() : match.end() + 1]
            add((parts != [] and parts[-1][0]) or (following != "" and following in (*_RAISED, "·")), token)
        elif kind == "tag":
            if token.startswith("<br"):
                add(False, "\n")
        else:
            add(False, {"$": r"\$", "\\": "∖"}.get(token, token))  # the other one would hide a dollar sign behind it
    return "".join(f"${piece.strip()}$" if formula else piece for formula, piece in parts if piece)


def _base(token: str) -> str:
    if token in _MACRONS:
        return rf"\bar{{{_MACRONS[token]}}}"
    if token in _GREEK:
        return rf"\{_GREEK[token]} "
    return rf"\mathrm{{{token}}}" if token in _NAMES else token


def _inside(token: str) -> str:
    """What is raised or lowered, as a formula without its dollar signs."""
    if not token.startswith("<"):
        return "".join((_RAISED | _LOWERED)[sign] for sign in token)
    found = mathematics(_SPECIAL.sub("", token[5:-6]))
    plain = re.sub(r"\$([^$]*)\$", r"\1", found).encode("ascii", "ignore").decode()
    return plain if "$" in found or not re.search("[A-Za-z]{2}", plain) else rf"\mathrm{{{plain}}}"


def to_latex(text: str) -> str:
    """Return text that holds signs outside ASCII as LaTeX holds it, with the package amssymb.

    Parameters
    ----------
    text : str
        Anything, also a file of LaTeX.

    Returns
    -------
    str
        The same in ASCII; a sign without a command is left out.
    """

    def command(sign: str) -> str:
        if sign in _GREEK:
            return rf"\ensuremath{{\{_GREEK[sign]}}}"
        if sign in _SIGNS or sign in GLYPHS:
            found = {**_SIGNS, **GLYPHS}[sign]
            return rf"\ensuremath{{{found}}}" if found.startswith(("\\", "-", "^")) else found
        if sign in _MACRONS:
            return rf"\={_MACRONS[sign]}"
        if sign in _RAISED or sign in _LOWERED:
            place, plain = ("^", _RAISED[sign]) if sign in _RAISED else ("_", _LOWERED[sign])
            return rf"\ensuremath{{{place}{{{plain}}}}}"
        return " " if sign.isspace() else ""

    return "".join(sign if ord(sign) < 128 else command(sign) for sign in text)
