"""Data keep their promises, and every fault of a user's file gets its own line."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.data.table import ADVERSARIES, RECIPES, Data, load
from theorems.problem import BadInput


@pytest.mark.parametrize("name", [*RECIPES, *ADVERSARIES])
@pytest.mark.parametrize("samples", [4, 8])
def test_rows_have_unit_length_and_coordinates_keep_all_angles(name, samples):
    data = load(name, samples)
    assert np.allclose(np.linalg.norm(data.inputs, axis=1), 1, atol=1e-15)
    assert np.allclose(
        data.coordinates @ data.coordinates.T, data.inputs @ data.inputs.T, atol=1e-14
    )
    assert data.coordinates.shape[1] <= min(data.inputs.shape)


def test_digits_are_scikit_learns_in_order_without_duplicates():
    from sklearn.datasets import load_digits

    pixels, target = load_digits(return_X_y=True)
    data = load("digits", 1797)
    assert np.array_equal(data.raw, pixels)  # the table has no duplicates to drop
    assert np.array_equal(data.labels, np.where(target >= 5, 1, -1))
    assert np.array_equal(load("digits", 10).raw, pixels[:10])


@given(st.integers(1, 40))
def test_a_prefix_of_the_sphere_is_not_another_sample(samples):
    assert load("orthonormal", samples).inputs.shape == (samples, samples)
    assert load("sphere", samples).samples == samples


def test_tables_of_every_kind_give_the_same_data(tmp_path):
    table = pd.DataFrame({"a": [1.0, 2.0, -1.0], "b": [0.5, 1.0, 2.0], "label": [1, -1, 1]})
    table.to_csv(tmp_path / "t.csv", index=False)
    table.to_parquet(tmp_path / "t.parquet")
    np.savez(tmp_path / "t.npz", x=table[["a", "b"]].to_numpy(), label=table["label"].to_numpy())
    digests = {load(str(tmp_path / f"t.{kind}"), None).digest for kind in ("csv", "parquet", "npz")}
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a,b,target\n1,2,1\n", "label column: got 'label'"),
        ("a,b,label\n0,0,1\n1,1,1\n", "row 1 is all zeros"),
        ("a,b,label\n1,2,1\n1,,1\n", "non-finite number in row 2"),
        ("a,b,label\n1,2,inf\n", "labels: got 'a non-finite number"),
        ("a,color,label\n1,red,1\n", "column 'color'"),
        ("label\n1\n", "0 input columns"),
        ("a,label\n", "t.csv: got '0 rows"),
        ("", "cannot be read"),
    ],
)
def test_each_fault_of_a_table_has_its_own_line(tmp_path, content, words):
    path = tmp_path / "t.csv"
    path.write_text(content)
    with pytest.raises(BadInput, match=words) as error:
        load(str(path), None)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"x": np.eye(2)}, "label array"),
        ({"x": np.eye(2), "z": np.eye(2), "label": np.ones(2)}, "exactly one array of inputs"),
        ({"x": np.ones(2), "label": np.ones(2)}, "numeric with 2 axes"),
        ({"x": np.array([["a"]]), "label": np.ones(1)}, "must be numeric"),
        ({"x": np.eye(3), "label": np.ones(2)}, "3 inputs, 2 labels"),
    ],
)
def test_each_fault_of_an_archive_has_its_own_line(tmp_path, arrays, words):
    np.savez(tmp_path / "t.npz", **arrays)
    with pytest.raises(BadInput, match=words):
        load(str(tmp_path / "t.npz"), None)


def test_unknown_names_missing_files_and_too_many_samples(tmp_path):
    with pytest.raises(BadInput, match="did you mean 'digits'"):
        load("digit", 5)
    with pytest.raises(BadInput, match="no such file"):
        load(str(tmp_path / "none.csv"), None)
    with pytest.raises(BadInput, match="digits has 1797 rows"):
        load("digits", 2000)
    with pytest.raises(BadInput, match="at least 1"):
        load("digits", 0)


def test_what_a_theorist_should_know_is_said():
    rows = np.array([[1.0, 2.0], [2.0, 4.0], [-3.0, -6.0], [1.0, 0.0]])
    notes = Data("mine", rows, np.ones(4)).complaints()
    assert any("rows 1 and 2 point the same way" in x for x in notes)
    assert any("rows 1 and 3 are antiparallel (2 such pairs)" in x for x in notes)
    assert any("all labels are 1" in x for x in notes)
    assert Data("mine", np.eye(2), np.array([1.0, -1.0])).complaints() == ()


def test_huge_and_tiny_rows_are_scaled_without_overflow():
    data = Data("mine", np.array([[1e300, 1e300], [1e-300, -1e-300]]), np.array([1.0, 2.0]))
    assert np.allclose(np.abs(data.inputs), np.sqrt(0.5))


def test_rows_that_point_the_same_way_with_different_labels_are_told():
    torn = Data("t", np.array([[1.0, 0.0], [2.0, 0.0]]), np.array([1.0, -1.0]))
    assert any("nothing fits both" in line for line in torn.complaints())
    assert not any(
        "nothing fits both" in line for line in Data("t", torn.raw, np.ones(2)).complaints()
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "it is empty"),
        ("a,label\n1,1\n2,1,3\n", "Expected 2 fields in line 3"),
        ("a,label\n1,1\nx,1\n", "column 'a', row 2: 'x'"),
    ],
)
def test_a_table_that_cannot_be_read_says_where(content, words, tmp_path):
    (tmp_path / "t.csv").write_text(content)
    with pytest.raises(BadInput, match=words) as found:
        load(str(tmp_path / "t.csv"), None)
    assert "C error" not in str(found.value)
