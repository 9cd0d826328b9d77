import pytest
import yaml

from captioner.training.recipe_reader import make_recipe, read_recipe
from groundwork.errors import ConfigError

RUN = {"data": "prepared", "output": "runs/one"}
TWO = [{"name": "frozen", "epochs": 3}, {"name": "finetuned", "train_from": "block4", "learning_rate": 1e-4}]


def problems(values, options=None):
    with pytest.raises(ConfigError) as caught:
        make_recipe({**RUN, **values}, options)
    assert "\n" not in str(caught.value)
    return str(caught.value).removesuffix(".").split("; ")


def test_a_stage_has_the_shared_values_and_its_own():
    first, second = make_recipe({**RUN, "batch_size": 8, "learning_rate": 1e-3, "stages": TWO}).stages
    assert (first.name, first.epochs, first.batch_size, first.learning_rate, first.cut) == ("frozen", 3, 8, 1e-3, None)
    assert (second.name, second.batch_size, second.learning_rate, second.cut) == ("finetuned", 8, 1e-4, "block4")


def test_options_replace_what_the_file_says_and_what_its_stages_say(tmp_path):
    (tmp_path / "a.yaml").write_text(
        yaml.safe_dump({**RUN, "units": 64, "pyramid": [1, 3], "epochs": 5, "stages": TWO})
    )
    recipe = read_recipe(tmp_path / "a.yaml", {"output": "runs/two", "units": 32, "epochs": 1})
    assert (recipe.output, recipe.data) == ("runs/two", "prepared")
    assert (recipe.network.units, recipe.network.pyramid) == (32, (1, 3))
    assert [stage.epochs for stage in recipe.stages] == [1, 1]


def test_numbers_may_be_written_without_a_point(tmp_path):
    (tmp_path / "a.yaml").write_text("learning_rate: 2e-4\nweight_decay: 1E-2\nunits: 64\n")
    recipe = read_recipe(tmp_path / "a.yaml", RUN)
    assert (recipe.stages[0].learning_rate, recipe.stages[0].weight_decay, recipe.network.units) == (2e-4, 1e-2, 64)


def test_a_recipe_read_again_from_what_it_says_of_itself_is_the_same():
    recipe = make_recipe({**RUN, "pyramid": [1, 2, 3], "beam_size": 5, "precision": "float16", "stages": TWO})
    assert make_recipe(yaml.safe_load(recipe.to_yaml())) == recipe


def test_without_stages_the_cnn_stays_frozen():
    (stage,) = make_recipe({**RUN, "epochs": 7}).stages
    assert (stage.name, stage.epochs, stage.cut) == ("frozen", 7, None)


def test_without_stages_the_cnn_can_be_trained_after_some_epochs():
    frozen, finetuned = make_recipe(RUN, {"epochs": 7, "finetune_after": 5, "finetune_from": "block3"}).stages
    assert (frozen.name, frozen.epochs, frozen.cut, frozen.learning_rate) == ("frozen", 5, None, 1e-3)
    assert (finetuned.name, finetuned.epochs, finetuned.cut, finetuned.learning_rate) == (
        "finetuned",
        2,
        "block3",
        2e-4,
    )


@pytest.mark.parametrize(
    ("values", "all_of_a_vgg"),
    [
        ({"train_from": "block1"}, True),
        ({"train_from": "block2"}, False),
        ({"encoder": "mobilenetv2", "train_from": "block1"}, False),
        ({"stages": [{"name": "frozen"}, {"name": "whole", "train_from": "block1"}]}, True),
        ({"stages": TWO}, False),
    ],
)
def test_a_recipe_knows_whether_it_trains_all_of_a_vgg(values, all_of_a_vgg):
    assert make_recipe({**RUN, **values}).trains_all_of_a_vgg == all_of_a_vgg


@pytest.mark.parametrize("values", [{"finetune_after": 0}, {"train_from": "block5"}])
def test_without_stages_the_cnn_can_be_trained_from_the_beginning(values):
    (stage,) = make_recipe({**RUN, **values}).stages
    assert (stage.name, stage.cut) == ("finetuned", "block5")


def test_everything_wrong_is_said_at_once_and_with_its_stage():
    stages = [{"name": "a", "epochs": 0}, {"name": "a", "learningrate": 1, "units": 3}, {"epochs": 1}]
    assert problems({"data": None, "encodr": "vgg16", "beam_size": 0, "seed": -1, "stages": stages}) == [
        "unknown `encodr`, did you mean `encoder`?",
        "`beam_size` must be at least 1, received 0",
        "`seed` must be at least 0, received -1",
        "stage a: unknown `learningrate`, did you mean `learning_rate`?",
        "stage a: `units` belongs to the whole run, not to one stage",
        "stage 3 must be a mapping with a `name`, received {'epochs': 1}",
        "stage a: `epochs` must be at least 1, received 0",
        "`data` must be given",
    ]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"stages": [{"name": "a"}, {"name": "a"}]}, "two stages are called a"),
        ({"stages": []}, "`stages` must be a list of at least one stage"),
        ({"stages": {"name": "a"}}, "`stages` must be a list of at least one stage"),
        ({"stages": TWO, "finetune_after": 3}, "`finetune_after` plans a run that lists no `stages`"),
        ({"epochs": 3, "finetune_after": 3}, "`finetune_after` must be less than the 3 epochs of the run, received 3"),
        (
            {"train_from": "block5", "finetune_after": 3},
            "`train_from` and `finetune_after` cannot both be given, `finetune_from` names the block",
        ),
        (
            {"stages": [{"name": "a", "objective": "luck"}]},
            "stage a: `objective` must be one of crossentropy, self_critical, received 'luck'",
        ),
        ({"name": "run"}, "unknown `name`"),
    ],
)
def test_a_plan_that_makes_no_sense_is_one_clause(values, problem):
    assert problems(values) == [problem]


@pytest.mark.parametrize(
    ("text", "message"),
    [("unitz: 3", "unknown `unitz`, did you mean `units`"), ("- 3", "must be a mapping"), ("a: [", "not valid YAML")],
)
def test_a_bad_file_is_one_sentence(tmp_path, text, message):
    (tmp_path / "run.yaml").write_text(text)
    with pytest.raises(ConfigError, match=message) as caught:
        read_recipe(tmp_path / "run.yaml")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_recipe(tmp_path / "run.yaml")
