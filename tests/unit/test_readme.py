"""What the documents say is so: the script runs, the names exist, the links lead somewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]

MOST_LINES = 25
LONGEST_LINE = 88

_EMBEDDING = re.compile(
    r"<!-- embedding: begin -->\n```python\n(?P<script>.*?)```\n<!-- embedding: end -->", re.DOTALL
)
_LINK = re.compile(r"\]\((?P<target>[^)#\s]+)")
_TEST = re.compile(r"`(?P<file>tests/\S+\.py)(?:::(?P<name>\w+))?`")
_SETTING = re.compile(r"^(?P<name>[A-Z_]+)=", re.MULTILINE)


def _script() -> str:
    found = _EMBEDDING.search(README)
    assert found is not None
    return found["script"]


def test_a_marketplace_is_embedded_in_a_few_short_lines() -> None:
    lines = _script().splitlines()

    assert len(lines) <= MOST_LINES
    assert max(map(len, lines)) <= LONGEST_LINE


def test_the_script_needs_nothing_but_python_and_the_core() -> None:
    # Isolated and without site-packages, Python finds its own library and what is in src.
    alone = f"import sys\nsys.path.insert(0, {str(ROOT / 'src')!r})\n{_script()}"

    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-X", "utf8", "-W", "error", "-c", alone],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    inbox, letter = ran.stdout.splitlines()
    assert inbox.startswith("inbox:")
    assert "1001" in inbox
    assert letter.startswith("letter:")
    assert "1001" in letter


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    targets = [found["target"] for found in _LINK.finditer(document.read_text("utf-8"))]

    missing = [each for each in targets if not (document.parent / each).exists()]

    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_test_that_is_named_exists(document: Path) -> None:
    missing = [
        found[0]
        for found in _TEST.finditer(document.read_text("utf-8"))
        if not (ROOT / found["file"]).exists()
        or (found["name"] or "") not in (ROOT / found["file"]).read_text("utf-8")
    ]

    assert missing == []


def test_every_setting_is_told_in_one_line() -> None:
    settings = _SETTING.findall((ROOT / ".env.example").read_text("utf-8"))

    told = re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE)

    assert told == settings
