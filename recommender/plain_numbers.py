"""Arrays of numbers and lists of names as the bytes of an .npz file, and back without trusting them."""

import io
import math
import zipfile
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from recommender.bits import Floats

MOST_UNPACKED_BYTES = 256_000_000
MOST_HEADER_BYTES = 2_000
MOST_NAME_LETTERS = 200
_FLOAT = np.dtype("<f8")


class BadNumbers(ValueError):
    """These bytes are not such a file: the message says why."""


def pack(numbers: Mapping[str, Floats], names: Mapping[str, Sequence[str]]) -> bytes:
    """Return the file's bytes; the same content gives the same bytes. Raises ValueError for a name that is too long."""
    if any(len(name) > MOST_NAME_LETTERS for each in names.values() for name in each):
        raise ValueError(f"a name has more than {MOST_NAME_LETTERS} letters")
    arrays: dict[str, npt.NDArray[np.float64] | npt.NDArray[np.str_]] = {
        **{name: np.ascontiguousarray(values, dtype=_FLOAT) for name, values in numbers.items()},
        **{name: np.array(list(values), dtype=np.str_) for name, values in names.items()},
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w") as part:
                np.lib.format.write_array(part, array, version=(1, 0), allow_pickle=False)
    return written.getvalue()


def unpack(
    content: bytes, numbers: Sequence[str], names: Sequence[str]
) -> tuple[dict[str, Floats], dict[str, tuple[str, ...]]]:
    """Return the arrays of numbers, all finite, and the lists of names. Raises BadNumbers, and nothing else.

    Nothing is unpacked before its size is known to be small, and no array is made before its kind is known.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_parts(archive, [f"{name}.npy" for name in (*numbers, *names)])
            found = {name: _array(archive, name) for name in (*numbers, *names)}
    except BadNumbers:
        raise
    except Exception as problem:  # zipfile and numpy raise a dozen kinds of errors for broken files
        raise BadNumbers(f"not a readable .npz file ({type(problem).__name__})") from problem
    return {name: _finite(found[name], name) for name in numbers}, {name: _words(found[name], name) for name in names}


def _check_parts(archive: zipfile.ZipFile, wanted: list[str]) -> None:
    parts = archive.infolist()
    if sorted(part.filename for part in parts) != sorted(wanted):
        raise BadNumbers("it does not hold the arrays of a model")
    if sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
        raise BadNumbers(f"it would unpack to more than {MOST_UNPACKED_BYTES:,} bytes")


def _array(archive: zipfile.ZipFile, name: str) -> npt.NDArray[np.generic]:
    with archive.open(f"{name}.npy") as part:
        size = archive.getinfo(f"{name}.npy").file_size
        if np.lib.format.read_magic(part) != (1, 0):
            raise BadNumbers(f"{name} is written in another version")
        shape, in_columns, dtype = np.lib.format.read_array_header_1_0(part, max_header_size=MOST_HEADER_BYTES)
        if dtype != _FLOAT and dtype.kind != "U":
            raise BadNumbers(f"{name} holds {dtype} and not plain numbers or names")
        if dtype.itemsize * math.prod(shape) + part.tell() != size:
            raise BadNumbers(f"{name} has another size than it says")
        flat = np.frombuffer(part.read(size), dtype=dtype) if dtype.itemsize else np.zeros(shape, dtype=dtype)
    return flat.reshape(shape, order="F" if in_columns else "C")


def _finite(array: npt.NDArray[np.generic], name: str) -> Floats:
    if array.dtype != _FLOAT:
        raise BadNumbers(f"{name} holds no numbers")
    numbers = array.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise BadNumbers(f"{name} holds a number that is none, or is infinite")
    return numbers


def _words(array: npt.NDArray[np.generic], name: str) -> tuple[str, ...]:
    if array.dtype.kind != "U" or array.ndim != 1:
        raise BadNumbers(f"{name} holds no names")
    return tuple(str(word) for word in array)
