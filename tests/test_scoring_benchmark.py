import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture
def workload(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    import scoring_workload

    return scoring_workload


def test_help_works_anywhere(tmp_path):
    command = [sys.executable, str(BENCHMARKS / "scoring_throughput.py"), "--help"]
    finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "Goal: " in finished.stdout
    assert finished.stderr == ""


def test_captions_are_repeatable(workload):
    captions = workload.make_captions(3, 2, seed=1)
    assert [len(texts) for texts in captions] == [2, 2, 2]
    assert captions == workload.make_captions(3, 2, seed=1) != workload.make_captions(3, 2, seed=2)


def test_words_are_as_frequent_as_in_real_captions(workload):
    ranks = Counter(workload.word_ranks(20_000, workload.np.random.default_rng(0)))
    for rank, share in zip(workload.RANKS, workload.SHARES, strict=True):
        assert sum(count for word, count in ranks.items() if word < rank) / 20_000 == pytest.approx(share, abs=0.02)


def test_every_word_is_spelled_its_own_way(workload):
    assert len({workload.spell(rank) for rank in range(5_000)}) == 5_000
    assert len(workload.spell(0)) < len(workload.spell(4_999))


def test_signs_stand_where_people_put_them(workload):
    words = ["ta", "te", "ti", "to", "tu"]
    assert workload.punctuate(words[:], True, True, True, True, True) == "Ta te's ti, to-tu tu."
    assert workload.punctuate(words[:], False, False, False, False, False) == "ta te ti to tu"
