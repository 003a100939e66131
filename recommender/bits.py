"""Sets of codes as whole numbers, one bit a code: a whole catalogue is compared with an answer in one step."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class CodeBits:
    """The bit of each code of one list. Codes that are not in the list have none."""

    def __init__(self, codes: Sequence[str]) -> None:
        self._bit_of = {code: 1 << place for place, code in enumerate(codes)}

    def mask(self, codes: Iterable[str]) -> int:
        """Return the bits of these codes."""
        found = 0
        for code in codes:
            found |= self._bit_of.get(code, 0)
        return found

    def column(self, rows: Iterable[Iterable[str]]) -> Bits:
        """Return (rows,): the bits of each row's codes."""
        return np.array([self.mask(codes) for codes in rows], dtype=np.int64)


def count(bits: Bits, mask: int) -> Floats:
    """Return (rows,): how many codes of `mask` each row has."""
    counts: Floats = np.bitwise_count(bits & mask).astype(np.float64)
    return counts


def has(bits: Bits, mask: int) -> Bools:
    """Return (rows,): whether each row has any code of `mask`."""
    marks: Bools = (bits & mask) != 0
    return marks
