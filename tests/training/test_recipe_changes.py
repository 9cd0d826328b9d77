from captioner.training.recipe_changes import changes
from captioner.training.recipe_reader import make_recipe

RUN = {"data": "prepared", "output": "runs/one"}
A, B = {"name": "a", "epochs": 2}, {"name": "b"}


def plain(**values):
    return make_recipe({**RUN, **values}).plain()


def test_the_same_recipe_goes_on_from_another_place():
    moved = plain(data="elsewhere", output="there", features="cache", precision="float32", stages=[A, B])
    assert changes(plain(stages=[A, B]), moved, begun=2) == []


def test_stages_may_be_added_and_those_that_have_not_begun_may_change():
    assert changes(plain(stages=[A]), plain(stages=[A, B]), begun=1) == []
    assert changes(plain(stages=[A, B]), plain(stages=[A, {"name": "c"}]), begun=1) == []
    assert changes(plain(stages=[A, B]), plain(stages=[A]), begun=1) == []


def test_what_was_done_may_not_change():
    other = plain(units=7, stages=[{**A, "epochs": 3}])
    assert changes(plain(stages=[A, B]), other, begun=2) == [
        "`units` was 512 and is 7",
        "stage a: `epochs` was 2 and is 3",
        "stage b is missing",
    ]
    assert changes(plain(stages=[A, B]), plain(stages=[B, A]), begun=1) == ["stage 1 was a and is b"]


def test_what_an_older_version_did_not_record_may_be_anything():
    older = {name: value for name, value in plain(stages=[A]).items() if name != "no_repeat_ngram"}
    assert changes(older, plain(stages=[A]), begun=1) == []
