"""Every command as a user calls it: exit codes, one JSON object, one-line complaints, nothing half-written."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import theorems

ROOT = Path(__file__).parent.parent
SMALL = ["--data", "orthonormal", "--samples", "3", "--widths", "64,128,256", "--seeds", "3", "--steps", "20", "--regime", "practical"]


def check(*arguments, cwd, **options):
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv = ['check', *{list(map(str, arguments))!r}]; import cli; cli.main()"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=cwd, **options)


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checked")
    return folder, check("theorem", "du2019", *SMALL, "--out", "here", "--json", cwd=folder)


def test_the_json_is_one_object_with_everything_promised(checked):
    _, done = checked
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["theorem"] == "du2019"
    floor = found["quantities"]["lambda_0"]
    assert floor["low"] <= floor["value"] <= floor["high"]
    assert {"command", "versions"} <= found.keys()
    assert {g["name"] for g in found["regimes"]} <= {"in", "practical"}
    for g in found["regimes"]:
        assert {"name", "scale", "hypotheses", "claims", "laws"} <= g.keys()
        for h in g["hypotheses"]:
            assert {"name", "at", "status", "needed", "actual"} <= h.keys()
        for c in g["claims"]:
            assert {"name", "at", "verdict", "predicted", "observed", "slack", "seeds", "failures"} <= c.keys()
        for w in g["laws"]:
            assert {"of", "along", "declared", "fitted", "low", "high", "verdict"} <= w.keys()
    laws = [w for g in found["regimes"] for w in g["laws"]]
    assert {w["of"] for w in laws} == {"travel", "gap", "drift", "flips"}


def test_the_files_are_written_and_the_second_run_reads_them_back(checked):
    folder, first = checked
    names = {p.name for p in (folder / "here").iterdir()}
    assert {"du2019.md", "du2019.json", "du2019-curves.svg", "du2019-laws.svg"} <= names
    assert not any(n.endswith(".tmp") for n in names)
    second = check("theorem", "du2019", *SMALL, "--out", "here", "--json", "--quiet", cwd=folder)
    assert second.stderr == ""
    a, b = json.loads(first.stdout), json.loads(second.stdout)
    for g, h in zip(a["regimes"], b["regimes"], strict=True):
        assert g["claims"] == h["claims"]
        assert g["laws"] == h["laws"]


def test_the_tables_go_to_stdout_without_colour_in_a_pipe(checked):
    folder, _ = checked
    done = check("theorem", "du2019", *SMALL, "--out", "here", cwd=folder)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert "no claim is refuted" in done.stdout
    assert "‖y−u(k)‖² ≤ (1 − η·λ₀/2)ᵏ·‖y−u(0)‖²" in done.stdout


def test_list_and_show_and_data(tmp_path):
    listed = json.loads(check("list", "--json", cwd=tmp_path).stdout)
    assert [set(row) for row in listed] == [{"key", "title", "year", "statement"}] * len(listed)
    shown = check("show", "du2019", cwd=tmp_path).stdout
    assert "m ≥ 16·n·(n/2 + ‖y‖²)/(R²·δ₃·λ₀²)" in shown
    assert "[Corollary 4.1; as printed]" in shown
    assert r"\begin{theorem}[Theorem 4.1]" in check("show", "du2019", "--latex", cwd=tmp_path).stdout
    assert json.loads(check("show", "du2019", "--json", cwd=tmp_path).stdout)["theorems"]
    found = json.loads(check("data", "digits", "--json", cwd=tmp_path).stdout)
    assert found["quantities"]["lambda_0"]["low"] == pytest.approx(0.0914270294021679, abs=1e-12)
    assert found["papers"][0]["demands"][0]["width"] > 10**16
    assert "certified bounds" in check("data", "sphere", "--samples", "5", cwd=tmp_path).stdout


def test_a_plain_theorem_file_of_an_outsider_runs(tmp_path):
    shutil.copy(Path(theorems.__file__).parent / "du2019.py", tmp_path / "mine.py")
    done = check("theorem", "./mine.py", *SMALL, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_false_step_ends_with_code_1_and_its_layer(tmp_path):
    source = (Path(theorems.__file__).parent / "du2019.py").read_text()
    (tmp_path / "mine.py").write_text(source.replace("rate = 1 - eta * lambda_0 / 2", "rate = 1 - eta * lambda_0"))
    done = check("theorem", "./mine.py", *SMALL, "--json", cwd=tmp_path)
    assert done.returncode == 1
    assert any(line.startswith("derivation: Theorem 4.1, explicit, step “each step contracts”") for line in json.loads(done.stdout)["noticed"])


@pytest.mark.parametrize(("arguments", "words"), [
    (["theorem", "du219"], "did you mean 'du2019'"),
    (["theorem", "./nowhere.py"], "no such file"),
    (["theorem", "du2019", "--delta", "1.5"], "--delta"),
    (["theorem", "du2019", "--delta", "often"], "--delta"),
    (["theorem", "du2019", "--step-size", "-1"], "--step-size"),
    (["theorem", "du2019", "--step-size", "0"], "--step-size"),
    (["theorem", "du2019", "--widths", "0"], "--widths"),
    (["theorem", "du2019", "--widths", "a,b"], "--widths"),
    (["theorem", "du2019", "--samples", "100000"], "1797 rows"),
    (["theorem", "du2019", "--samples", "0"], "--samples"),
    (["theorem", "du2019", "--seeds", "0"], "--seeds"),
    (["theorem", "du2019", "--steps", "0"], "--steps"),
    (["theorem", "du2019", "--data", "digit"], "did you mean 'digits'"),
    (["theorem", "du2019", "--data", "none.csv"], "no such file"),
    (["theorem", "du2019", "--data", "t.csv", "--label", "lable"], "did you mean 'label'"),
    (["theorem", "du2019", "--regime", "inside"], "--regime"),
    (["theorem", "du2019", "--out", "t.csv/below"], "--out"),
    (["theorem", "du2019", "--nonsense"], "--nonsense"),
    (["theorem"], "KEY|FILE.py"),
    (["theorem", "./broken.py"], "does not import"),
    (["theorem", "./empty.py"], "declares no theorem"),
    (["theorem", "./probe.py"], "did you mean 'residual'"),
    (["theorem", "./network.py"], "did you mean 'two_layer_relu'"),
    (["data", "t.txt"], "data: got 't.txt'"),
    (["show", "du219"], "did you mean 'du2019'"),
    (["nonsense"], "nonsense"),
])
def test_bad_input_gets_one_line_and_code_2(arguments, words, tmp_path):
    source = (Path(theorems.__file__).parent / "du2019.py").read_text()
    (tmp_path / "t.csv").write_text("a,b,label\n1,2,1\n2,1,-1\n")
    (tmp_path / "broken.py").write_text("import nothing_of_this_name")
    (tmp_path / "empty.py").write_text('"""Nothing."""')
    (tmp_path / "probe.py").write_text(source.replace('probe="residual"', 'probe="residuel"'))
    (tmp_path / "network.py").write_text(source.replace('network="two_layer_relu"', 'network="two_layer_rely"'))
    before = {p.name for p in tmp_path.iterdir()}
    done = check(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert len([x for x in done.stderr.splitlines() if not x.startswith("…")]) == 1, done.stderr
    assert done.stdout == ""
    assert {p.name for p in tmp_path.iterdir()} - before <= {"__pycache__"}


def test_an_interruption_keeps_finished_seeds(tmp_path):
    code = (f"import sys; sys.path.insert(0, {str(ROOT)!r}); import cli\n"
            "sys.argv = ['check', 'theorem', 'du2019', '--regime', 'practical']; cli.main()")
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    run = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    finished, waited = tmp_path / "out" / ".finished", time.monotonic()
    while len(list(finished.glob("*.parquet"))) < 6 and time.monotonic() - waited < 120:
        time.sleep(0.1)
    run.send_signal(signal.SIGINT)
    _, words = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "the same command resumes them" in words
    assert "Traceback" not in words
    assert len(list(finished.glob("*.parquet"))) >= 6
    assert not list(finished.glob("*.tmp"))
    assert not (tmp_path / "out" / "du2019.md").exists()
