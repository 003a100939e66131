"""A stored model comes back to the last bit, and anything else is refused in words."""

import hashlib
import io
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender import plain_numbers
from recommender.features import FEATURES
from recommender.plain_numbers import BadNumbers, pack, unpack
from recommender.storage import NAMES, NUMBERS, Manifest, RefusedModel, load, prior_id, read_manifest, save
from tests.recommender.models import make_posterior

MANIFEST = Manifest(
    prior="expert-1", first_day="2026-01-01", last_day="2026-02-01", rows=2_400, seed=7, metrics={"ece opened": 0.02}
)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    return folder, save(folder, make_posterior(), MANIFEST)


def reason_for(folder: Path, sha256: str) -> str:
    with pytest.raises(RefusedModel) as refused:
        load(folder, sha256)
    return refused.value.reason


def store(folder: Path, numbers: bytes, **changed: object) -> str:
    """Store bytes as a model's numbers under a manifest that vouches for them."""
    known = json.loads(next(folder.glob("*.json")).read_bytes())
    known |= {"numbers_sha256": hashlib.sha256(numbers).hexdigest(), **changed}
    text = json.dumps(known).encode()
    sha256 = hashlib.sha256(text).hexdigest()
    (folder / f"{known['numbers_sha256']}.npz").write_bytes(numbers)
    (folder / f"{sha256}.json").write_bytes(text)
    return sha256


def packed(**changed: np.ndarray) -> bytes:
    posterior = make_posterior()
    numbers = {name: getattr(posterior, name) for name in NUMBERS} | changed
    return pack(numbers, {name: getattr(posterior, name) for name in NAMES})


def zipped(**parts: bytes) -> bytes:
    """A file with the parts of a model, some of them replaced."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed())) as whole, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in whole.namelist():
            archive.writestr(name, parts.get(name.removesuffix(".npy"), whole.read(name)))
    return written.getvalue()


def as_npy(array: np.ndarray) -> bytes:
    written = io.BytesIO()
    np.save(written, array, allow_pickle=array.dtype == object)
    return written.getvalue()


def test_a_model_comes_back_to_the_last_bit(stored):
    folder, sha256 = stored
    posterior = make_posterior()

    again = load(folder, sha256)

    for name in NUMBERS:
        assert getattr(again, name).tobytes() == getattr(posterior, name).tobytes()
    assert [getattr(again, name) for name in NAMES] == [getattr(posterior, name) for name in NAMES]


def test_the_manifest_says_what_the_model_is(stored):
    manifest = read_manifest(*stored)

    assert (manifest.prior, manifest.rows, manifest.seed) == ("expert-1", 2_400, 7)
    assert manifest.metrics == {"ece opened": 0.02}
    assert len(manifest.schema) == len(manifest.numbers_sha256) == 64


def test_the_same_model_is_stored_as_the_same_bytes(stored, tmp_path):
    folder, sha256 = stored

    assert save(tmp_path, make_posterior(), MANIFEST) == sha256
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in folder.iterdir()}


def test_a_model_without_any_item_can_be_stored(tmp_path):
    empty = np.zeros((3, 0))
    sha256 = save(tmp_path, make_posterior(items=(), item_mean=empty, item_sd=empty), MANIFEST)

    assert load(tmp_path, sha256).items == ()


def test_a_metric_that_is_no_number_is_not_stored(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        save(tmp_path, make_posterior(), Manifest(**{**vars_of(MANIFEST), "metrics": {"ndcg": float("nan")}}))


def vars_of(manifest: Manifest) -> dict[str, object]:
    return {name: getattr(manifest, name) for name in ("prior", "first_day", "last_day", "rows", "seed")}


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, None])
def test_a_name_that_is_no_sha256_is_refused(stored, name):
    assert "no sha256" in reason_for(stored[0], name)


def test_a_missing_file_is_refused(stored, tmp_path):
    folder, sha256 = stored

    assert "is not there" in reason_for(folder, "0" * 64)

    (tmp_path / f"{sha256}.json").write_bytes((folder / f"{sha256}.json").read_bytes())
    assert "npz is not there" in reason_for(tmp_path, sha256)


def test_a_folder_in_place_of_a_file_is_refused(tmp_path):
    (tmp_path / f"{'0' * 64}.json").mkdir()

    assert "is not there" in reason_for(tmp_path, "0" * 64)


@pytest.mark.parametrize("suffix", ["json", "npz"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), cut=st.booleans())
def test_one_changed_bit_or_a_cut_anywhere_is_refused(stored, tmp_path, suffix, place, bit, cut):
    folder, sha256 = stored
    for path in folder.iterdir():
        content = bytearray(path.read_bytes())
        if path.suffix == f".{suffix}":
            at = int(place * len(content))
            if cut:
                del content[at:]
            else:
                content[at] ^= 1 << bit
        (tmp_path / path.name).write_bytes(content)

    assert "was changed" in reason_for(tmp_path, sha256)


@settings(max_examples=300, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), value=st.integers(0, 255), cut=st.booleans())
def test_broken_numbers_that_somebody_vouches_for_are_read_or_refused_in_words(place, value, cut):
    content = bytearray(packed())
    at = int(place * len(content))
    if cut:
        del content[at:]
    else:
        content[at] = value

    numbers = numbers_or_none(bytes(content))

    assert numbers is None or all(np.isfinite(array).all() for array in numbers.values())


def numbers_or_none(content: bytes) -> dict[str, np.ndarray] | None:
    """What can be read, or None when it was refused; any other error ends the test."""
    try:
        return unpack(content, NUMBERS, NAMES)[0]
    except BadNumbers:
        return None


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_that_is_none_or_infinite_is_refused(stored, name, wrong):
    array = getattr(make_posterior(), name).copy()
    array.flat[-1] = wrong

    assert "infinite" in reason_for(stored[0], store(stored[0], packed(**{name: array})))


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        (b"", "not a readable"),
        (b"hello", "not a readable"),
        (pickle.dumps({"mean": 1}), "not a readable"),
        (zipped(mean=as_npy(np.array([{"a": 1}], dtype=object))), "not plain numbers"),
        (zipped(mean=as_npy(np.zeros((3, 2), dtype="<f4"))), "not plain numbers"),
        (zipped(mean=as_npy(np.array(["a"]))), "no numbers"),
        (zipped(items=as_npy(np.zeros(2))), "no names"),
        (zipped(mean=b"\x93NUMPY\x01\x00" + b"\xff\xff" + b"{" * 65535), "cannot be read"),
        (zipped(mean=as_npy(np.zeros((3, 28)))[:-8]), "another size"),
        (zipped(mean=as_npy(np.zeros((2, 28)))), "make no sense"),
        (packed(item_sd=np.full((3, 4), -1.0)), "not what its manifest says"),
    ],
    ids=["empty", "text", "pickle", "objects", "halves", "words", "no words", "long header", "short", "shape", "sd"],
)
def test_foreign_numbers_are_refused(stored, numbers, said):
    assert said in reason_for(stored[0], store(stored[0], numbers))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(stored, monkeypatch):
    bomb = zipped(mean=as_npy(np.zeros(2_000_000)))
    monkeypatch.setattr(plain_numbers, "MOST_UNPACKED_BYTES", 1_000_000)

    assert len(bomb) < 100_000
    assert "would unpack to more" in reason_for(stored[0], store(stored[0], bomb))


def test_another_part_in_the_file_is_refused(stored):
    written = io.BytesIO(packed())
    with zipfile.ZipFile(written, "a") as archive:
        archive.writestr("more.npy", b"")

    assert "does not hold the arrays" in reason_for(stored[0], store(stored[0], written.getvalue()))


def test_a_file_that_is_too_large_is_refused(stored, monkeypatch):
    monkeypatch.setattr("recommender.storage.MOST_FILE_BYTES", 100)

    assert "larger than 100 bytes" in reason_for(*stored)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"schema": "0" * 64}, "other features"),
        ({"format": "tsubo-model-0"}, "another format"),
        ({"rows": "many"}, "something else"),
        ({"metrics": {"a": [1]}}, "something else"),
        ({"more": 1}, "does not say"),
    ],
)
def test_a_manifest_of_something_else_is_refused(stored, changed, said):
    assert said in reason_for(stored[0], store(stored[0], packed(), **changed))


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"[" * 100_000, b'{"rows": NaN}', b"\xff\xfe", b"null"])
def test_a_manifest_that_is_none_is_refused(tmp_path, text):
    sha256 = hashlib.sha256(text).hexdigest()
    (tmp_path / f"{sha256}.json").write_bytes(text)

    assert "manifest" in reason_for(tmp_path, sha256)


def test_a_model_of_other_features_is_refused(stored, tmp_path):
    fewer = make_posterior(columns=(*FEATURES[:-1], "charm"))
    sha256 = save(tmp_path, fewer, MANIFEST)

    assert "other features" in reason_for(tmp_path, sha256)
    assert load(tmp_path, sha256, columns=fewer.columns).columns == fewer.columns


def test_the_columns_of_a_file_come_back_in_this_codes_order_whatever_theirs_was(tmp_path):
    posterior = make_posterior()
    turned = {"mean": posterior.mean[:, ::-1], "covariance": posterior.covariance[:, ::-1, ::-1]}

    again = load(tmp_path, save(tmp_path, make_posterior(columns=FEATURES[::-1], **turned), MANIFEST))

    assert again.columns == FEATURES
    assert np.array_equal(again.mean, posterior.mean)
    assert np.array_equal(again.covariance, posterior.covariance)


def test_a_prior_has_the_same_name_for_the_same_numbers_only():
    assert prior_id(["a", "b"], [1.0, 2.0]) == prior_id(["b", "a"], [2.0, 1.0])
    assert prior_id(["a", "b"], [1.0, 2.0]) != prior_id(["a", "b"], [1.0, 2.1])
