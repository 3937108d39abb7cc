"""Every command as a user calls it: exit codes, one JSON object, one-line complaints, nothing
half-written.
"""

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from unittest import mock

import pytest

import cli
import theorems
from theorems.problem import BadInput

ROOT = Path(__file__).parent.parent
FEW = ["--widths", "64,128,256", "--seeds", "3", "--steps", "20"]
SMALL = [
    "--data",
    "orthonormal",
    "--samples",
    "3",
    *FEW,
    "--regime",
    "practical",
]


def check(*arguments, cwd, **env):
    """The command in this process: an interpreter for each would take minutes."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with (
        mock.patch.object(sys, "argv", ["check", *map(str, arguments)]),
        mock.patch.dict(os.environ, env),
        contextlib.chdir(cwd),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        cli.main()
    said = [(x.flush(), x.buffer.getvalue().decode())[1] for x in (out, err)]
    return subprocess.CompletedProcess(arguments, ended.value.code, *said)


def check_apart(*arguments, cwd):
    """The command as a user starts it."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv = ['check', *{list(map(str, arguments))!r}]; import cli; cli.main()"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=cwd)


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checked")
    return folder, check_apart("theorem", "du2019", *SMALL, "--out", "here", "--json", cwd=folder)


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
            assert {
                "name",
                "at",
                "verdict",
                "predicted",
                "observed",
                "slack",
                "seeds",
                "failures",
            } <= c.keys()
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
    assert (
        r"\begin{theorem}[Theorem 4.1]" in check("show", "du2019", "--latex", cwd=tmp_path).stdout
    )
    assert json.loads(check("show", "du2019", "--json", cwd=tmp_path).stdout)["theorems"]
    found = json.loads(check("data", "digits", "--json", cwd=tmp_path).stdout)
    assert found["quantities"]["lambda_0"]["low"] == pytest.approx(0.0914270294021679, abs=1e-12)
    papers = {p["key"]: p for p in found["papers"]}
    assert papers["du2019"]["demands"][0]["width"] > 10**16
    assert "all 1" in papers["zhou2021"]["refused"]
    assert "certified bounds" in check("data", "sphere", "--samples", "5", cwd=tmp_path).stdout


def test_a_false_step_ends_with_code_1_and_its_layer(checked, tmp_path):
    shutil.copytree(checked[0] / "here" / ".finished", tmp_path / "out" / ".finished")
    source = (Path(theorems.__file__).parent / "du2019.py").read_text()
    (tmp_path / "mine.py").write_text(
        source.replace("rate = 1 - eta * lambda_0 / 2", "rate = 1 - eta * lambda_0")
    )
    done = check("theorem", "./mine.py", *SMALL, "--json", cwd=tmp_path)
    assert done.returncode == 1
    assert any(
        line.startswith("derivation: Theorem 4.1, explicit, step “each step contracts”")
        for line in json.loads(done.stdout)["noticed"]
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["theorem", "du219"], "did you mean 'du2019'"),
        (["theorem", "./nowhere.py"], "no such file"),
        (["theorem", "du2019", "--delta", "1.5"], "--delta"),
        (["theorem", "du2019", "--delta", "often"], "--delta"),
        (["theorem", "du2019", "--step-size", "-1"], "--step-size"),
        (["theorem", "du2019", "--step-size", "0"], "--step-size"),
        (["theorem", "du2019", "--widths", "0"], "--widths"),
        (["theorem", "du2019", "--widths", "a,b"], "--widths"),
        (["theorem", "du2019", "--widths", "64,64"], "every width is named once"),
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
        (["theorem", "./operation.py"], "did you mean 'limiting_gram'"),
        (["theorem", "./network.py"], "the axes in the middle differ"),
        (["data", "t.txt"], "data: got 't.txt'"),
        (["show", "du219"], "did you mean 'du2019'"),
        (["derivation", "du219"], "did you mean 'du2019'"),
        (["errata", "du219"], "did you mean 'du2019'"),
        (["mutants", "./nowhere.py"], "no such file"),
        (["regress", "./mine.py"], "not locked yet"),
        (["compare", "./mine.py"], "at least two"),
        (["compare"], "KEY|FILE.py"),
        (["new", "Du 2019"], "in lower case"),
        (["new", "mine"], "exists already"),
        (["theorem", "./twice.py"], "it must be"),
        (["theorem", "ji2019", "--data", "both.csv"], "separates"),
        (["theorem", "zhou2021", "--data", "twins.csv"], "two of its neurons are parallel"),
        (["theorem", "zhou2021", "--widths", "2"], "at least as many neurons as its teacher, 3"),
        (["all", "--data", "none.csv"], "no paper can take it"),
        (["theorem", "./witness.py"], "Theorem 1: witness: data: got 'orthonormel'"),
        (["theorem", "./letter.py"], "Theorem 1: witness: letters: got 'beta'"),
        (["theorem", "du2019", "--data", "long.csv"], "--samples"),
        (["data", "long.csv"], "--samples"),
        (["compare", "du2019", "ji2020", "--data", "long.csv"], "--samples"),
        (["nonsense"], "nonsense"),
    ],
)
def test_bad_input_gets_one_line_and_code_2(arguments, words, tmp_path, monkeypatch, capfd):
    source = (Path(theorems.__file__).parent / "du2019.py").read_text()
    (tmp_path / "t.csv").write_text("a,b,label\n1,2,1\n2,1,-1\n")
    (tmp_path / "both.csv").write_text("a,b,label\n1,0,1\n1,0,-1\n")
    (tmp_path / "twins.csv").write_text("a,b,label\n1,0,1\n-2,0,1\n")
    (tmp_path / "broken.py").write_text("import nothing_of_this_name")
    (tmp_path / "empty.py").write_text('"""Nothing."""')
    misspelt = 'algorithm("limiting_gran", rows, axes=(points, points))'
    named = source.replace("    absolute, argument,", "    absolute, algorithm, argument,")
    (tmp_path / "operation.py").write_text(named.replace("limiting_gram(rows)", misspelt))
    (tmp_path / "network.py").write_text(
        source.replace("front * (a @ relu(z))", "front * (relu(z) @ a)")
    )
    (tmp_path / "mine.py").write_text(
        (Path(theorems.__file__).parent / "skeleton" / "authoryear.py")
        .read_text()
        .replace("authoryear", "mine")
    )
    (tmp_path / "twice.py").write_text((tmp_path / "mine.py").read_text())
    (tmp_path / "transcription").mkdir()
    (tmp_path / "transcription" / "twice.txt").write_text("[Theorem 1]\nnonsense\n")
    mine = (tmp_path / "mine.py").read_text()
    (tmp_path / "witness.py").write_text(
        mine.replace('Witness("orthonormal"', 'Witness("orthonormel"')
    )
    (tmp_path / "letter.py").write_text(
        mine.replace(
            'Witness("orthonormal"', 'Witness("orthonormal", letters={positive("beta", "b"): 1}'
        )
    )
    if "long.csv" in arguments:
        rows = "".join(f"{i}.5,1,{1 - 2 * (i % 2)}\n" for i in range(10**5))
        (tmp_path / "long.csv").write_text("a,b,label\n" + rows)
    before = {p.name for p in tmp_path.iterdir()}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["check", *arguments])
    with pytest.raises(
        SystemExit
    ) as ended:  # in this process: an interpreter for each line would take minutes
        cli.main()
    out, err = capfd.readouterr()
    assert ended.value.code == 2
    assert words in err
    assert len([x for x in err.splitlines() if not x.startswith("…")]) == 1, err
    assert out == ""
    assert {p.name for p in tmp_path.iterdir()} - before <= {"__pycache__"}


def test_an_interruption_keeps_finished_seeds(tmp_path):
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import cli\n"
        "sys.argv = ['check', 'theorem', 'du2019', '--regime', 'practical']; cli.main()"
    )
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    run = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
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


def test_an_interruption_that_a_library_swallows_ends_the_next_task(tmp_path):
    """JAX and mpmath have places that catch whatever is raised."""
    code = (
        f"import os, signal, sys; sys.path.insert(0, {str(ROOT)!r}); import cli\n"
        "from reports.command.progress import interruptible, progress\n"
        "interruptible()\n"
        "with progress(True) as say:\n"
        "    say('one task', 1)\n"
        "    try: os.kill(os.getpid(), signal.SIGINT)\n"
        "    except: pass\n"
        "    try: say('the next', 1)\n"
        "    except KeyboardInterrupt: sys.exit(130)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path).returncode == 130


def test_a_derivation_is_shown_step_by_step_with_its_lemmas_and_constants(tmp_path):
    done = check("derivation", "du2019", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Cₘ = 20736/π ≈ 6600.47" in done.stdout
    assert "Lemma: Markov" in done.stdout
    assert "no step speaks of" in done.stdout
    tree = json.loads(check("derivation", "du2019", "--json", cwd=tmp_path).stdout)
    assert all(
        s["outcome"] == "proved" for t in (*tree["statements"], *tree["lemmas"]) for s in t["steps"]
    )


def test_a_false_step_is_shown_with_its_counterexample_and_ends_with_1(tmp_path):
    source = (Path(theorems.__file__).parent / "du2019.py").read_text()
    (tmp_path / "mine.py").write_text(
        source.replace("rate = 1 - eta * lambda_0 / 2", "rate = 1 - eta * lambda_0")
    )
    done = check("derivation", "./mine.py", cwd=tmp_path)
    assert done.returncode == 1
    assert "✗ each step contracts" in done.stdout
    assert "fails at" in done.stdout


def test_a_new_file_runs_at_once_and_says_what_it_lacks(tmp_path):
    assert check("new", "mine2026", cwd=tmp_path).returncode == 0
    done = check("theorem", "./mine2026.py", *FEW, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "second typing: none; write every relation once more" in done.stdout
    assert "lock: none; check regress ./mine2026.py --update" in done.stdout
    assert "2 of 2 steps replayed and proved" in done.stdout
    (tmp_path / "transcription").mkdir()
    (tmp_path / "transcription" / "mine2026.txt").write_text(
        "[Theorem 1]\nsetting: f = a @ relu(w @ x.T) / sqrt(m); train w; w ~ normal; a ~ signs; "
        "loss norm(f - y)**2 / 2; gradient descent\n"
        "small steps: eta <= 1/10\nwide enough: m >= 100\nevery step shrinks the residual: r(k+1) <= r(k); every k\n"
    )
    again = check("theorem", "./mine2026.py", *FEW, cwd=tmp_path)
    assert again.returncode == 1
    assert (
        "typing: Theorem 1, “wide enough” is declared as m ≥ 1000 but typed as m >= 100"
        in again.stdout
    )


def test_regress_writes_compares_and_tells_what_changed(tmp_path):
    assert check("new", "mine", cwd=tmp_path).returncode == 0
    assert check("regress", "./mine.py", "--update", cwd=tmp_path).returncode == 0
    assert check("regress", "./mine.py", cwd=tmp_path).returncode == 0
    source = (tmp_path / "mine.py").read_text()
    (tmp_path / "mine.py").write_text(
        source.replace("h <= 1 - eta * lam)", "h <= -(eta * lam) + 1)").replace(
            "m >= 1000", "m >= 500 * 2"
        )
    )
    assert check("regress", "./mine.py", cwd=tmp_path).returncode == 0
    (tmp_path / "mine.py").write_text(source.replace("m >= 1000", "m >= 500"))
    done = check(
        "regress", "./mine.py", "--junit", "found.xml", cwd=tmp_path, GITHUB_ACTIONS="true"
    )
    assert done.returncode == 1
    assert "was  m ≥ 1000" in done.stdout
    assert "::error file=mine.py" in done.stdout
    assert 'failures="' in (tmp_path / "found.xml").read_text()


def test_errata_and_comparison_as_json(tmp_path):
    found = json.loads(check("errata", "du2019", "--json", cwd=tmp_path).stdout)
    assert len(found) == 7
    assert all(e["stands"] for e in found)
    rows = json.loads(check("compare", "du2019", "--json", cwd=tmp_path).stdout)
    assert {"theorem", "statement", "numbers", "bounds", "orders"} == set(rows[0])


def lines_of(text):
    return [x for x in text.splitlines() if x and not x.startswith("…")]


@pytest.mark.parametrize("error", [RuntimeError("two\nlines"), MemoryError(), ZeroDivisionError()])
def test_a_crash_is_one_line_a_file_and_code_4(error, tmp_path, monkeypatch):
    from reports.studies.study import Study

    monkeypatch.setattr(Study, "check", mock.Mock(side_effect=error))
    done = check("theorem", "du2019", "--out", "here", cwd=tmp_path)
    assert done.returncode == 4
    (line,) = lines_of(done.stderr)
    assert line.startswith(f"check: crashed ({type(error).__name__}")
    assert line.endswith("the traceback is in here/crash.txt")
    kept = (tmp_path / "here" / "crash.txt").read_text()
    assert "Traceback (most recent call last)" in kept
    assert kept.startswith("check theorem du2019 --out here")


def test_a_crash_without_a_folder_is_kept_too(tmp_path, monkeypatch):
    from reports.studies import proof

    monkeypatch.setattr(proof, "show", mock.Mock(side_effect=RuntimeError("so")))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = check("derivation", "du2019", cwd=tmp_path)
    assert done.returncode == 4
    (kept,) = tmp_path.glob("check-crash-*.txt")
    assert kept.name in done.stderr
    assert "RuntimeError: so" in kept.read_text()


def test_the_exit_codes_are_told(tmp_path):
    told = check("--help", cwd=tmp_path).stdout
    readme = (ROOT / "README.md").read_text()
    for words in ("4 crashed", "3 nothing measured", "2 bad input", "130 interrupted"):
        assert words in " ".join(told.split())
    assert "4: it crashed" in " ".join(readme.split())


def test_every_command_is_registered_under_its_own_name():
    for name, module in cli.COMMANDS.items():
        command = cli.check.get_command(None, name)
        assert command.name == name
        assert command.callback.__module__ == f"reports.command.{module}"
        assert command.help


@pytest.fixture
def plugins(tmp_path, monkeypatch):
    """Packages of theorems of which most are broken, one in every way."""
    sources = {
        "good": (ROOT / "theorems" / "skeleton" / "authoryear.py").read_text(),
        "torn": "paper = Paper(",
        "empty": "x = 1",
        "raising": "raise RuntimeError('at import')\npaper = Paper(key='raising', title='t')",
        "leaving": "import sys\nsys.exit(5)\npaper = Paper(key='leaving', title='t')",
    }
    for name, source in sources.items():
        (tmp_path / f"plug_{name}.py").write_text(source)
    (tmp_path / "plug_parent").mkdir()
    (tmp_path / "plug_parent" / "__init__.py").write_text("1/0")
    (tmp_path / "plug_parent" / "inside.py").write_text(sources["good"])
    points = [(name, f"plug_{name}") for name in sources]
    points += [("absent", "plug_absent"), ("parent", "plug_parent.inside")]
    points += [("twice", "plug_good")]
    found = [mock.Mock(module=module) for _, module in points]
    for point, (name, _) in zip(found, points, strict=True):
        point.name = name
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(theorems, "entry_points", lambda group: found)


def test_broken_plugins_are_named_and_the_catalogue_goes_on(plugins, tmp_path):
    done = check("list", "--json", cwd=tmp_path)
    assert done.returncode == 0
    keys = [e["key"] for e in json.loads(done.stdout)]
    assert {"du2019", "authoryear"} <= set(keys)
    assert len(keys) == len(set(keys))
    named = lines_of(done.stderr)
    for name in ("torn", "empty", "absent", "parent", "twice"):
        assert sum(f"plug-in {name}:" in line for line in named) == 1, name
    assert len(named) == 5
    with pytest.raises(BadInput, match="plug-in torn: cannot be read: SyntaxError"):
        theorems.find("torn")


def test_a_plugin_that_does_not_import_is_named_by_what_needs_it(plugins):
    told = []
    loaded = {m.paper.key for m in theorems.papers(lambda broken: told.append(str(broken)))}
    assert {"du2019", "authoryear"} <= loaded
    assert any("RuntimeError: at import" in x for x in told)
    assert any("plug_leaving.py" in x and "SystemExit" in x for x in told)


def test_all_goes_on_without_what_cannot_be_read(plugins, tmp_path, monkeypatch):
    small = tmp_path / "papers"
    small.mkdir()
    (small / "torn.py").write_text("paper = Paper(")
    monkeypatch.setattr(theorems, "HERE", small)
    done = check("all", *SMALL, "--json", "--out", "here", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [r["theorem"] for r in json.loads(done.stdout)] == ["authoryear"]
    named = lines_of(done.stderr)
    assert any(x.startswith("check: torn: cannot be read: SyntaxError") for x in named)
    assert len(named) == 8
