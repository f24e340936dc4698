"""The papers of the models: citations in one line, and BibTeX entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Paper:
    """A paper: its BibTeX key and entry, its citation in one line, and in half a line; its arXiv number."""

    key: str
    bibtex: str
    citation: str
    short: str
    arxiv: str

    @property
    def url(self) -> str:
        """The address of the paper."""
        return f"https://arxiv.org/abs/{self.arxiv}"


IMAI_2026 = Paper(
    "imai2026dichotomy",
    """\
@inproceedings{imai2026dichotomy,
  title     = {Dichotomy of Feature Learning and Unlearning:
               Fast-Slow Analysis on Neural Networks with Stochastic Gradient Descent},
  author    = {Imai, Shota and Nishiyama, Sota and Imaizumi, Masaaki},
  booktitle = {International Conference on Machine Learning},
  year      = {2026},
  eprint    = {2602.07378},
  archivePrefix = {arXiv}
}
""",
    "S. Imai, S. Nishiyama, M. Imaizumi, Dichotomy of Feature Learning and Unlearning: "
    "Fast-Slow Analysis on Neural Networks with Stochastic Gradient Descent, arXiv:2602.07378 (ICML 2026)",
    "Imai, Nishiyama & Imaizumi, ICML 2026",
    "2602.07378",
)
BERTHIER_2024 = Paper(
    "berthier2024learning",
    """\
@article{berthier2024learning,
  title   = {Learning time-scales in two-layers neural networks},
  author  = {Berthier, Raphaël and Montanari, Andrea and Zhou, Kangjie},
  journal = {Foundations of Computational Mathematics},
  year    = {2024},
  eprint  = {2303.00055},
  archivePrefix = {arXiv}
}
""",
    "R. Berthier, A. Montanari, K. Zhou, Learning time-scales in two-layers neural networks, "
    "arXiv:2303.00055 (Found. Comput. Math. 2024)",
    "Berthier, Montanari & Zhou, Found. Comput. Math. 2024",
    "2303.00055",
)
XU_2025 = Paper(
    "xu2025three",
    """\
@inproceedings{xu2025three,
  title     = {Three Mechanisms of Feature Learning in a Linear Network},
  author    = {Xu, Yizhou and Ziyin, Liu},
  booktitle = {International Conference on Learning Representations},
  year      = {2025},
  eprint    = {2401.07085},
  archivePrefix = {arXiv}
}
""",
    "Y. Xu, L. Ziyin, Three Mechanisms of Feature Learning in a Linear Network, arXiv:2401.07085 (ICLR 2025)",
    "Xu & Ziyin, ICLR 2025",
    "2401.07085",
)
PAPERS = (IMAI_2026, BERTHIER_2024, XU_2025)


def bibliography(preferred: Sequence[Paper]) -> str:
    """Return all papers as BibTeX, those given first."""
    return "\n".join(paper.bibtex for paper in (*preferred, *(paper for paper in PAPERS if paper not in preferred)))
