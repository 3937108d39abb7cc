"""The Markdown follows GitHub's rules: whole tables, mathematics that survives, links that lead
somewhere.
"""

import re

import pytest

import theorems
from reports.judging.verdict import LAW_SENTENCES, SENTENCES, LawVerdict, Verdict
from reports.pages import catalogue
from reports.pages.markdown import render
from reports.studies.options import Options
from reports.studies.study import Study


@pytest.fixture(scope="module")
def report(store):
    options = Options(
        data="orthonormal", samples=3, widths=(64, 128, 256), seeds=3, steps=20, regime="practical"
    )
    return Study(options, store).check(theorems.find("du2019"), "check theorem du2019")


@pytest.fixture(scope="module")
def page(report):
    return render(report, [("A figure.", "figure.svg")])


def test_the_catalogue_links_reports_and_says_why_nothing_is_inside(report):
    page = catalogue.as_markdown([report], {"other": "these data | have no labels"})
    assert "[du2019](du2019.md)" in page
    assert "not for these data" in page
    assert "C_m is hidden in the paper" in page.replace("Cₘ", "C_m")
    for block in re.findall(r"(?:^\|.*\|$\n?)+", page, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in block.strip().splitlines()}) == 1


def test_every_table_row_has_as_many_cells_as_its_header(page):
    blocks = re.findall(r"(?:^\|.*\|$\n?)+", page, re.MULTILINE)
    assert len(blocks) > 10
    for block in blocks:
        counts = {len(re.findall(r"(?<!\\)\|", row)) for row in block.strip().splitlines()}
        assert len(counts) == 1, block
    for block in blocks:
        assert re.match(r"^\|( -+:? \|)+$", block.splitlines()[1])


def test_mathematics_is_fenced_in_backticks_and_has_no_bare_dollar_or_pipe(page):
    inside = re.findall(r"\$`([^`]*)`\$", page)
    assert len(inside) > 30
    assert all("|" not in m and "$" not in m for m in inside)
    assert "$" not in re.sub(r"\$`[^`]*`\$", "", page)
    for m in inside:
        assert m.count("{") == m.count("}")


def test_links_lead_to_headings(page):
    headings = {
        re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-")
        for h in re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    }
    for target in re.findall(r"\]\(#([^)]*)\)", page):
        assert target in headings


def test_every_verdict_has_its_sentence_and_the_page_explains_those_it_uses(page):
    assert set(SENTENCES) == set(Verdict)
    assert set(LAW_SENTENCES) == set(LawVerdict)
    used = set(re.findall(r"\| \*\*([a-z-]+)", page))
    legend = page[page.index("## How to read the verdicts") :]
    assert used <= set(re.findall(r"\*\*([a-z-]+)\*\*", legend))


def test_the_page_says_where_its_numbers_come_from(page):
    tail = page[page.index("## Where the numbers come from") :]
    assert "check theorem du2019" in tail
    assert "jax" in tail
    assert not page.endswith("\n\n")
    assert "nan" not in re.sub(r"`[^`]*`", "", page).lower().split()


def test_what_is_measured_is_said_of_the_outputs_by_their_letter(page):
    table = page.split("## What is measured")[1].split("\n## ")[0]
    introduced, rows = table.split("| --- |", 1)
    assert "`f` the outputs `(1/sqrt(m)) * (a @ relu(w @ x.T))`" in introduced
    assert "relu" not in rows
    assert "`least_eigenvalue(tangent_kernel(f(0), w(0)))`" in rows
