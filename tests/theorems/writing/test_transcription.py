"""Every relation of the catalogue is typed twice, and the comparison sees every difference and no
mere rewriting.
"""

from dataclasses import replace

import pytest
from sympy import Eq, Rational

import theorems
from reports.mutants.mutation import mutants, rewrites
from tests.letters import observable
from theorems.language import (
    BadInput,
    Claim,
    Each,
    Hypothesis,
    Setting,
    Some,
    count,
    failure,
    index,
)
from theorems.language.measurement import (
    algorithm,
    inputs,
    labels,
    linearized,
    neurons,
    norm,
    normal,
    parameter,
    relu,
    rows,
)
from theorems.writing.transcription import (
    agrees,
    compare_statement,
    disagreement,
    path_of,
    second_typing,
    sections,
)
from theorems.writing.typed_setting import same_setting

n, k, delta = count("n", "points"), index("k", "step"), failure("delta", "failure")
r = observable("r", "residual", probe="residual")
LETTERS = (n, k, delta, r)
FILES = {e.key: theorems.find(e.key) for e in theorems.catalogue()}
LONG = {
    "du2019",
    "ji2019",
    "ji2020",
    "gao2021",
}  # half a minute each; `check mutants` goes through the same versions


@pytest.mark.parametrize("key", FILES)
def test_every_relation_is_typed_twice_and_both_agree(key):
    found = second_typing(FILES[key])
    stated = sum(
        len(t.hypotheses) + len(t.claims) + len(t.laws) + (t.setting is not None)
        for t in FILES[key].theorems
    )
    assert len(found) == stated
    assert not [x for x in found if x.typed is None], "typed once only"
    assert not [x for x in found if not x.agrees]


@pytest.mark.parametrize(
    "key", [pytest.param(k, marks=pytest.mark.slow if k in LONG else ()) for k in FILES]
)
def test_every_wrong_version_disagrees_and_no_rewriting_does(key):
    lines = sections(path_of(FILES[key]))
    for t in FILES[key].theorems:
        for x in mutants(t):
            assert x.theorem is None or disagreement(x.theorem, lines[t.statement]), x.change
        for x in rewrites(t):
            assert disagreement(x.theorem, lines[t.statement]) == "", x.change


def test_a_relation_that_was_not_typed_is_noticed(statement):
    t = statement("Theorem 4.1")
    lines = {
        name: line
        for name, line in sections(path_of(FILES["du2019"]))[t.statement].items()
        if name != "wide enough"
    }
    assert [x.name for x in compare_statement(t, lines) if not x.agrees] == ["wide enough"]
    without = replace(t, hypotheses=t.hypotheses[1:])
    assert [
        x.name
        for x in compare_statement(without, sections(path_of(FILES["du2019"]))[t.statement])
        if not x.agrees
    ] == ["no degenerate data"]


@pytest.mark.parametrize(
    ("text", "words"), [("wide: m >= n\n", "must be"), ("[A]\nnonsense\n", "must be")]
)
def test_an_unreadable_line_is_named(text, words, tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text(text)
    with pytest.raises(BadInput, match=words):
        sections(path)


def test_a_file_without_second_typing_has_none(tmp_path):
    assert sections(tmp_path / "none.txt") == {}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("m >= foo", "got 'foo'"),
        ("__import__('os').getcwd() <= m", "letter"),
        ("0 < m <= n", "letters"),
        ("m >= (n", "cannot be read"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_and_never_run(line, words, statement):
    lines = {**sections(path_of(FILES["du2019"]))["Theorem 4.1"], "wide enough": line}
    with pytest.raises(BadInput, match=words):
        list(compare_statement(statement("Theorem 4.1"), lines))


@pytest.mark.parametrize(
    ("over", "same", "other"),
    [
        (Each(k), "every k", "some k <= 5"),
        (Each(k, first=1), "every k from 1", "every k"),
        (Each(k, last=n), "every k <= n", "every k <= 2 n"),
        (Each(k, first=2, last=n), "every k from 2 <= n", "every k from 1 <= n"),
        (Some(k, n), "some k <= n", "best k <= n"),
    ],
)
def test_every_quantifier_is_typed_and_a_wrong_one_is_seen(over, same, other):
    claim = Claim("c", r(k) <= 1, at="x", over=over)
    hypothesis = Hypothesis("h", r(k) <= 1, at="x", over=over)
    for x in (claim, hypothesis):
        assert agrees(x, f"r(k) <= 1; {same}", (), LETTERS)
        assert not agrees(x, f"r(k) <= 1; {other}", (), LETTERS)
        assert not agrees(x, "r(k) <= 1", (), LETTERS)


def test_steps_apart_means_and_scales_are_typed():
    apart = Claim("c", r(k) <= 1, "x", Each(k, separately=True), probability=1 - delta)
    assert agrees(apart, "r(k) <= 1; every k separately; probability 1 - delta", (), LETTERS)
    assert not agrees(apart, "r(k) <= 1; every k; probability 1 - delta", (), LETTERS)
    for x in (
        Claim("c", Eq(r(0), 0), at="x", scale=n),
        Hypothesis("h", Eq(r(0), 0), at="x", scale=n),
    ):
        assert agrees(x, "r(0) = 0; scale n", (), LETTERS)
        assert not agrees(x, "r(0) = 0; scale 2 n", (), LETTERS)
        assert not agrees(x, "r(0) = 0", (), LETTERS)
    assert not agrees(Claim("c", r(0) <= 1, at="x"), "r(0) <= 1; mean", (), LETTERS)


def test_an_operation_of_a_file_of_parts_is_typed_as_a_call():
    w, a = parameter("w", neurons, inputs), parameter("a", neurons)
    root = algorithm("odd_root", w.start, Rational(1, 3), axes=w.axes, signed=True)
    s = Setting(trained=(a,), start={w: normal, a: root @ (labels @ rows)}, loss=norm(a) ** 2)
    line = "train a; w ~ normal; a ~ odd_root(w.start, {}) @ (y @ x); loss norm(a)**2; gradient descent"
    assert same_setting(s, line.format("1 / 3"), ())
    assert not same_setting(s, line.format("1 / 2"), ())
    assert not same_setting(s, line.format("1 / 3").replace("w.start", "2 * w.start"), ())
    with pytest.raises(BadInput):
        same_setting(s, line.format("1 / 3").replace("odd_root", "even_root"), ())


@pytest.mark.parametrize(
    ("statement", "was", "wrong"),
    [
        ("Theorem 1, a function that is not convex", "cos(2 * w)", "cos(3 * w)"),
        ("Quadratics, the worst start", "right_vector(x @ x.T) / 100", "right_vector(x @ x.T)"),
        ("Quadratics, the worst start", "identity(points) - x", "identity(points) + x"),
        ("Quadratics, the worst start", "spectral(x)**2", "spectral(x)"),
        ("Quadratics, exact line search", "gradient(loss, u) @ x", "u @ x"),
        ("Quadratics, exact line search", "/ norm(gradient", "/ 2 / norm(gradient"),
        (
            "Quadratics, exact line search from the worst start",
            "/ least_eigenvalue(x @ x.T)",
            "/ spectral(x)**2",
        ),
    ],
)
def test_a_wrong_start_loss_or_step_is_seen_in_a_typed_setting(statement, was, wrong):
    file = theorems.find("karimi2016")
    s = next(t.setting for t in file.theorems if t.statement == statement)
    line = sections(path_of(file))[statement]["setting"]
    assert was in line
    assert same_setting(s, line, ())
    assert not same_setting(s, line.replace(was, wrong, 1), ())


BESIDE = (
    "f = a @ relu(w @ x.T); train w; w ~ normal; a ~ 1; loss norm(f - y)**2 / 2; gradient descent"
)


@pytest.mark.parametrize(
    ("beside", "same"),
    [
        ("; beside f = linearized(f, w); train w; loss norm(f - y)**2 / 2; gradient descent", True),
        ("; beside f = linearized(f, w); train w; loss norm(f - y)**2; gradient descent", False),
        ("; beside f = linearized(f, w); train w; loss norm(f - y)**2 / 2; gradient flow", False),
        ("; beside f = f; train w; loss norm(f - y)**2 / 2; gradient descent", False),
        ("; beside train w; loss norm(f - y)**2 / 2; gradient descent", False),
        ("", False),
    ],
)
def test_a_reference_run_is_typed_after_the_setting(beside, same):
    w, a = parameter("w", neurons, inputs), parameter("a", neurons)
    f = a @ relu(w @ rows.T)
    line = linearized(f, w)
    plain = Setting(
        outputs=f, trained=(w,), start={w: normal, a: 1}, loss=norm(f - labels) ** 2 / 2
    )
    model = replace(plain, outputs=line, loss=norm(line - labels) ** 2 / 2)
    assert same_setting(replace(plain, reference=model), BESIDE + beside, ()) is same
    assert same_setting(plain, BESIDE + beside, ()) is (beside == "")
