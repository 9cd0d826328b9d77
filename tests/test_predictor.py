import io
import itertools
import threading

import pytest

from captioner import predictor as predictor_module
from captioner.errors import ImageError
from captioner.predictor import Predictor
from groundwork.errors import ConfigError


def texts(predictions) -> list[str]:
    return [prediction.caption.text for prediction in predictions]


@pytest.fixture
def batch_sizes(monkeypatch):
    """Records how many rows each batch has that reaches the model."""
    sizes: list[int] = []
    original = predictor_module.CaptionGenerator.from_images

    def recording(self, images):
        sizes.append(len(images))
        return original(self, images)

    monkeypatch.setattr(predictor_module.CaptionGenerator, "from_images", recording)
    return sizes


@pytest.mark.parametrize("batch_size", [1, 2, 3, 4, 16])
def test_captions_come_in_the_order_of_the_pictures(brightness_model, grey_picture, batch_size):
    paths = [grey_picture(f"{index}.png", 255 * (index % 3 == 0)) for index in range(7)]
    predictions = list(Predictor(brightness_model, batch_size=batch_size)(paths))
    assert [prediction.source for prediction in predictions] == paths
    assert texts(predictions) == ["bright" if index % 3 == 0 else "dark" for index in range(7)]


def test_paths_bytes_and_streams_are_pictures(brightness_model, grey_picture):
    path = grey_picture("white.png", 255)
    sources = [str(path), path, path.read_bytes(), io.BytesIO(path.read_bytes())]
    assert texts(Predictor(brightness_model)(sources)) == ["bright"] * 4


def test_one_path_is_one_picture(brightness_model, grey_picture):
    assert texts(Predictor(brightness_model)(str(grey_picture("white.png", 255)))) == ["bright"]


def test_a_bad_picture_is_told_in_its_place_and_stops_nothing(brightness_model, grey_picture, tmp_path):
    sources = [grey_picture("white.png", 255), tmp_path / "missing.png", grey_picture("black.png", 0)]
    first, second, third = Predictor(brightness_model, batch_size=2)(sources)
    assert texts([first, third]) == ["bright", "dark"]
    assert second.captions == ()
    assert str(second.error) == f"{tmp_path / 'missing.png'} does not exist."
    with pytest.raises(ImageError, match="does not exist"):
        _ = second.caption


def test_bad_pictures_alone_do_not_reach_the_model(brightness_model, batch_sizes):
    predictions = list(Predictor(brightness_model)([b"", b"words"]))
    assert [prediction.captions for prediction in predictions] == [(), ()]
    assert batch_sizes == []


def test_no_pictures_give_no_predictions(brightness_model):
    assert list(Predictor(brightness_model)([])) == []
    assert list(Predictor(brightness_model)(iter(()))) == []


def test_a_known_number_of_pictures_makes_equal_batches(brightness_model, grey_picture, batch_sizes):
    list(Predictor(brightness_model, batch_size=4)([grey_picture("a.png", 0)] * 9))
    assert batch_sizes == [3, 3, 3]


def test_the_last_batch_of_a_stream_is_filled_up(brightness_model, grey_picture, batch_sizes):
    list(Predictor(brightness_model, batch_size=4)(iter([grey_picture("a.png", 0)] * 9)))
    assert batch_sizes == [4, 4, 4]


def test_a_stream_shorter_than_a_batch_is_not_filled_up(brightness_model, grey_picture, batch_sizes):
    list(Predictor(brightness_model, batch_size=4)(iter([grey_picture("a.png", 0)] * 3)))
    assert batch_sizes == [3]


def test_an_endless_stream_is_read_only_as_far_as_needed(brightness_model, grey_picture):
    taken = itertools.count()
    path = grey_picture("white.png", 255)
    endless = (path for _ in taken)
    predictions = Predictor(brightness_model, batch_size=2)(endless)
    assert texts(itertools.islice(predictions, 5)) == ["bright"] * 5
    predictions.close()
    assert next(taken) <= 5 + 3 * 2


def test_reading_ends_with_the_reader(brightness_model, grey_picture):
    before = threading.active_count()
    predictions = Predictor(brightness_model, batch_size=2)([grey_picture("a.png", 0)] * 20)
    next(predictions)
    predictions.close()
    assert threading.active_count() == before


def test_a_failing_iterable_fails_here(brightness_model, grey_picture):
    def broken():
        yield grey_picture("a.png", 0)
        raise OSError("disk gone")

    with pytest.raises(OSError, match="disk gone"):
        list(Predictor(brightness_model)(broken()))


def test_several_captions_are_kept_best_first(brightness_model, grey_picture):
    (prediction,) = Predictor(brightness_model, num_captions=2)([grey_picture("white.png", 255)])
    assert [caption.text for caption in prediction.captions] == ["bright", "bright picture"]


def test_a_batch_of_nothing_is_refused(brightness_model):
    with pytest.raises(ConfigError, match="`batch_size` must be a whole number of at least 1"):
        Predictor(brightness_model, batch_size=0)
