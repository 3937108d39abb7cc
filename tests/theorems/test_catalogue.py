"""Papers are found by key and by path, and a file that cannot be used says why in one line."""

import pytest

import theorems
from theorems.problem import BadInput

HEAD = '"""A statement."""\nfrom theorems.language import *\n'
PAPER = 'paper = Paper(key="mine", title="Mine", authors=("A",), year=2026, venue="here")\n'

THEOREM = (
    'm = count("m", "neurons")\n'
    'theorems = (Theorem("T", "It holds.", (), (Claim("c", m >= 2, at="T"),)),)\n'
)


def test_the_catalogue_is_read_without_running_it():
    entries = {e.key: e for e in theorems.catalogue()}
    assert entries["du2019"].year == 2019
    assert "problem" not in entries


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("x = (", "does not import: SyntaxError"),
        ("import nothing_of_this_name", "does not import: ModuleNotFoundError"),
        (HEAD + "\n1/0", r"ZeroDivisionError.*line 4"),
        (HEAD + PAPER, "declares no theorem"),
        (HEAD + "theorems = ()", "declares no theorem"),
        (HEAD + 'n = count("n", "")', "needs a meaning"),
        (HEAD + THEOREM, "declares no paper"),
        (HEAD + THEOREM + PAPER + "errata = (theorems[0],)", "declares errata that are none"),
        (HEAD + THEOREM + PAPER + "errata = 'none'", "declares errata that are none"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path, source, words):
    path = tmp_path / "mine.py"
    path.write_text(source)
    with pytest.raises(BadInput, match=words) as error:
        theorems.find(str(path))
    assert "\n" not in str(error.value)


def test_unknown_keys_name_the_nearest():
    with pytest.raises(BadInput, match="did you mean 'du2019'"):
        theorems.find("du219")
    with pytest.raises(BadInput, match="no such file"):
        theorems.find("./nowhere.py")
