"""Wrong versions of du2019, planted in its source: every one is noticed, by the layers named here;
the true one never.

Layers: `derivation` (a step of the proof no longer holds), `exact hypotheses` (a claim about data
is refuted by certified numbers), `simulation` (a claim is refuted in regime). Finished seeds are
shared between the plants, as a user's would be.
"""

import re
from pathlib import Path

import pytest

import theorems
from reports.studies.options import Options
from reports.studies.study import Study

SOURCE = (Path(theorems.__file__).parent / "du2019.py").read_text()
D = "derivation"
H = "exact hypotheses"
S = "simulation"

# what is planted: (text of the true file, text of the wrong one, layers that notice)
PLANTS = {
    "rate 1 - 2 eta lambda_0": (
        "rate = 1 - eta * lambda_0 / 2",
        "rate = 1 - 2 * eta * lambda_0",
        {D, S},
    ),
    "rate 1 - eta lambda_0": ("rate = 1 - eta * lambda_0 / 2", "rate = 1 - eta * lambda_0", {D}),
    "movement 4 -> 0.04": ("reach = 4 * sqrt(n)", "reach = Rational(1, 25) * sqrt(n)", {D}),
    "width n^5": ("headline = n**6", "headline = n**5", {D}),
    "width n^7": ("headline = n**6", "headline = n**7", {D}),
    "width lambda_0^-3": ("headline = n**6 / (lambda_0**4", "headline = n**6 / (lambda_0**3", {D}),
    "width lambda_0^-5": ("headline = n**6 / (lambda_0**4", "headline = n**6 / (lambda_0**5", {D}),
    "width delta^-2": ("* delta**3)", "* delta**2)", {D}),
    "width delta^-4": ("* delta**3)", "* delta**4)", {D}),
    "flow rate twice as fast": ("exp(-lambda_0 * t)", "exp(-2 * lambda_0 * t)", {D}),
    "certificate with steps to 2/L": ("eta <= 1 / L", "eta <= 2 / L", {D}),
    "certificate twice as fast": (
        "(1 - eta * slow)**k * residual(0)",
        "(1 - eta * slow)**(2 * k) * residual(0)",
        {D, S},
    ),
    "H(0) twice as close": ("gap <= lambda_0 / 4", "gap <= lambda_0 / 8", {D}),
    "H twice as stable": ("drift(k) <= lambda_0 / 4", "drift(k) <= lambda_0 / 8", {D}),
    "half as many neurons near a kink": ("near(R) <= share", "near(R) <= share / 2", {D}),
    "one step at the squared rate": (
        "residual(k + 1)**2 <= rate * residual(k)**2",
        "residual(k + 1)**2 <= rate**2 * residual(k)**2",
        {D},
    ),
    "start four times closer": ("residual(0)**2 <= start", "residual(0)**2 <= start / 4", {D}),
    "explicit width n times smaller": ("width = 16 * n * start", "width = 16 * start", {D}),
    "explicit width twice smaller": ("width = 16 * n * start", "width = 8 * n * start", {D}),
    "explicit width twice larger": ("width = 16 * n * start", "width = 32 * n * start", {D}),
    "step 100 times larger": ("step = lambda_0 * (1", "step = 100 * lambda_0 * (1", {D}),
    "loss without 1/2": ("sqrt(m), Rational(1, 2)", "sqrt(m), Rational(1, 1)", {D, S}),
    "1/m for 1/sqrt(m)": ("half = 1 / sqrt(m)", "half = 1 / m", {D, S}),
    "Theorem 4.1 flipped": (
        'residual(k)**2 <= rate**k * residual(0)**2, at="Theorem 4.1", over=Each(k), probability',
        'residual(k)**2 >= rate**k * residual(0)**2, at="Theorem 4.1", over=Each(k), probability',
        {D},
    ),
    "Certificate S flipped": (
        'residual(k)**2 <= rate**k * residual(0)**2, at="Theorem 4.1", over=Each(k))',
        'residual(k)**2 >= rate**k * residual(0)**2, at="Theorem 4.1", over=Each(k))',
        {S},
    ),
    "width hypothesis flipped": (
        'Hypothesis("wide enough", m >= width,',
        'Hypothesis("wide enough", m <= width,',
        {D, S},
    ),
    "step hypothesis flipped": (
        'Hypothesis("small steps", eta <= step',
        'Hypothesis("small steps", eta >= step',
        {D},
    ),
    "certificate without its radius": (
        "reach_sharp <= radius",
        "reach_sharp >= radius / 10**6",
        {D},
    ),
    "no two parallel inputs, dropped": (
        'hypotheses=(Hypothesis("no two inputs parallel", cosine < 1, at="Theorem 3.1", form="as corrected"),)',
        "hypotheses=()",
        {H},
    ),
    "parallel in the same direction only": ("cosine < 1, at", "cosine < 2, at", {H}),
    "mean start without n/2": ("Eq(residual(0)**2, Y + n / 2)", "Eq(residual(0)**2, Y)", {S}),
    "Gram entries 100 times closer": ("entry <= 4 * sqrt", "entry <= 0.04 * sqrt", {S}),
}


LONG = {"1/m for 1/sqrt(m)"}  # every run is another one

# what the simulation notices besides at the 5.4e7 neurons of the paper's own lemmas
OWN_WIDTH = ("rate 1 - 2 eta lambda_0", "movement 4 -> 0.04", "Theorem 4.1 flipped")


def noticed(source, folder, store, own_width=False):
    path = folder / "planted.py"
    path.write_text(source)
    report = Study(Options(regime="in"), store, costly=2**28 if own_width else 2**22).check(
        theorems.find(str(path))
    )
    layers = {line.split(":")[0] for line in report.noticed}
    assert (report.exit_code == 1) == bool(layers)
    return layers


def test_the_true_version_is_never_noticed(tmp_path, store):
    assert noticed(SOURCE, tmp_path, store) == set()


@pytest.mark.slow
def test_the_true_version_is_never_noticed_at_its_own_width(tmp_path, store):
    assert noticed(SOURCE, tmp_path, store, own_width=True) == set()


@pytest.mark.slow
@pytest.mark.parametrize("plant", OWN_WIDTH)
def test_the_simulation_at_the_theorems_own_width_notices(plant, tmp_path, store):
    true, wrong, layers = PLANTS[plant]
    assert noticed(SOURCE.replace(true, wrong), tmp_path, store, own_width=True) == layers | {S}


def test_a_canary_dies(tmp_path, store):
    """If even 1 = 2 goes unnoticed, the layers are not looking."""
    assert D in noticed(
        SOURCE.replace(
            'evaluate=False), 1, at="Section 3")', 'evaluate=False), 2, at="Section 3")'
        ),
        tmp_path,
        store,
    )


@pytest.mark.parametrize(
    "plant",
    [
        pytest.param(p, marks=pytest.mark.slow if layers == {D} or p in LONG else ())
        for p, (_, _, layers) in PLANTS.items()
    ],
)
def test_a_planted_error_is_noticed_by_these_layers(plant, tmp_path, store):
    true, wrong, layers = PLANTS[plant]
    assert len(re.findall(re.escape(true), SOURCE)) == 1, "the plant must change exactly one place"
    assert noticed(SOURCE.replace(true, wrong), tmp_path, store) == layers
