"""The page as headless Chromium shows it, opened from disk, with no way to any network."""

import base64
import io
import os
import shutil
from types import SimpleNamespace

import pytest
from PIL import Image

from captioner.report import page

webdriver = pytest.importorskip("selenium.webdriver")

from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import Select, WebDriverWait  # noqa: E402

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium or chromedriver is not installed"),
]

HOSTILE = "</script><img src=x onerror=\"document.title='broken'\"><b>bold</b> &amp; \u2028 \u202eevil"
HOSTILE_NAME = '"><svg onload=alert(1)>&<.jpg'

CAPTIONS = ["a dog runs on grass", "a cat", "a man in a red shirt", "a cat"]
REFERENCES = [
    ["a dog runs on grass", "a brown dog"],
    ["two owls sleep on a branch of a tree", "owls"],
    ["a man in a blue shirt jumps", "somebody jumps over a fence"],
    ["a cat", "the cat sleeps"],
]
FILES = ["dog.jpg", "owl.jpg", "man.jpg", "cat.jpg"]


@pytest.fixture(scope="module")
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    arguments = ["--headless=new", "--window-size=1000,900", "--host-resolver-rules=MAP * ~NOTFOUND"]
    arguments += ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses its sandbox to root.
    for argument in arguments:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def thumbnail() -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (12, 8), "red").save(buffer, "JPEG")
    return base64.b64encode(buffer.getvalue()).decode()


@pytest.fixture
def show(browser, build_document, thumbnail, tmp_path):
    """`show(captions, references, ...)`: opens their report and returns how to look at it."""

    def opened(captions=CAPTIONS, references=REFERENCES, *, thumbnails=None, file_names=None, **options):
        names = file_names or (FILES if captions is CAPTIONS else ())
        document = build_document(captions, references, file_names=names, **options)
        path = tmp_path / "report.html"
        path.write_text(page(document, thumbnails or [thumbnail] * len(captions)), encoding="utf-8")
        browser.get(path.as_uri())
        return SimpleNamespace(
            captions=lambda: texts(browser, "#images .caption"),
            files=lambda: texts(browser, "#images bdi"),
            count=lambda: browser.find_element(By.ID, "count").text,
            sort=lambda order: Select(browser.find_element(By.ID, "order")).select_by_visible_text(order),
            filter=browser.find_element(By.ID, "filter"),
        )

    return opened


def texts(browser, selector: str) -> list[str]:
    return browser.execute_script(
        "return Array.from(document.querySelectorAll(arguments[0]), (node) => node.textContent)", selector
    )


def eventually(browser, condition) -> None:
    """Waits for what the page does after a pause; fails if it does not."""
    WebDriverWait(browser, 10).until(lambda _: condition())


def test_a_page_opens_from_disk_without_an_error_or_a_request(browser, show):
    show()
    requests = browser.execute_script(
        "return performance.getEntriesByType('resource').map((entry) => entry.name)"
        ".filter((name) => !name.startsWith('data:'))"
    )
    assert requests == []
    assert browser.get_log("browser") == []
    assert browser.title == "Captions of test.json"


def test_thumbnails_are_decoded(browser, show):
    show()
    image = browser.find_element(By.CSS_SELECTOR, "#images img")
    eventually(browser, lambda: image.get_property("naturalWidth") == 12)


def test_scores_conditions_and_variety_are_shown(browser, show):
    show(conditions={"results": "test.json"})
    assert texts(browser, "#scores tbody th") == ["BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "CIDEr-D"]
    assert texts(browser, "#conditions dd")[0] == "test.json"
    assert texts(browser, "#variety tbody tr:first-child td") == ["3 of 4 (75.0\xa0%)", "4 of 4 (100.0\xa0%)"]


def test_hostile_texts_are_only_text(browser, show):
    view = show(
        [HOSTILE, "a dog"],
        [["a dog"], [HOSTILE, HOSTILE]],
        file_names=[HOSTILE_NAME, "dog.jpg"],
        notes=[HOSTILE],
        conditions={HOSTILE: HOSTILE},
    )
    view.sort("As in the file")
    assert view.captions() == [HOSTILE, "a dog"]
    assert view.files() == [HOSTILE_NAME, "dog.jpg"]
    assert texts(browser, "#images .references li")[1:] == [HOSTILE, HOSTILE]
    assert browser.title == "Captions of test.json"
    assert texts(browser, "b, img[src='x'], main svg[onload]") == []
    assert browser.get_log("browser") == []


def test_a_script_that_got_into_the_page_would_not_run(browser, show):
    show()
    browser.execute_script(
        "const script = document.createElement('script'); script.text = 'document.title = 1';"
        "document.body.append(script); document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"title=1\">')"
    )
    assert browser.title == "Captions of test.json"
    assert "Content Security Policy" in browser.get_log("browser")[0]["message"]


@pytest.mark.parametrize(
    ("order", "first", "last"),
    [
        ("CIDEr-D, worst first", "owl.jpg", "dog.jpg"),
        ("CIDEr-D, best first", "dog.jpg", "owl.jpg"),
        ("BLEU-4, best first", "dog.jpg", "owl.jpg"),
        ("Length, shortest first", "owl.jpg", "man.jpg"),
        ("Length, longest first", "man.jpg", "cat.jpg"),
        ("As in the file", "dog.jpg", "cat.jpg"),
    ],
)
def test_images_are_sorted_from_worst_to_best_and_back(show, order, first, last):
    view = show()
    view.sort(order)
    files = view.files()
    assert (files[0], files[-1], len(files)) == (first, last, 4)


@pytest.mark.parametrize(
    ("query", "files"),
    [
        ("shirt", ["man.jpg"]),
        ("SHIRT red", ["man.jpg"]),
        ("owls", ["owl.jpg"]),
        ("dog.jpg", ["dog.jpg"]),
        ("nothing has this", []),
        ("<b>", []),
    ],
)
def test_a_filter_keeps_images_that_have_all_its_words(browser, show, query, files):
    view = show()
    view.filter.send_keys(query)
    eventually(browser, lambda: view.count() == f"{len(files)} of 4 images")
    assert view.files() == files


def test_references_can_be_left_out_of_the_search(browser, show):
    view = show()
    browser.find_element(By.ID, "in-references").click()
    view.filter.send_keys("owl")
    eventually(browser, lambda: view.files() == ["owl.jpg"])  # by its name
    view.filter.send_keys("s")
    eventually(browser, lambda: view.files() == [])


def test_images_with_the_same_caption_are_found_and_left(browser, show):
    view = show()
    browser.find_element(By.CSS_SELECTOR, ".frequent button").click()
    assert sorted(view.files()) == ["cat.jpg", "owl.jpg"]
    browser.find_element(By.CSS_SELECTOR, "#chosen button").click()
    assert len(view.files()) == 4


def test_words_that_no_reference_has_are_marked(browser, show):
    view = show()
    view.sort("As in the file")
    assert texts(browser, "#images .unshared") == ["cat", "red"]


def test_a_missing_picture_has_a_frame(browser, show, thumbnail):
    show(thumbnails=[None, thumbnail, thumbnail, thumbnail], notes=["1 of the 4 pictures cannot be shown."])
    assert texts(browser, "#images .no-picture") == ["no picture"]
    assert texts(browser, ".note") == ["1 of the 4 pictures cannot be shown."]


def test_a_collapse_is_announced(browser, show):
    show(["a man"] * 20, [["a dog"]] * 20)
    assert "collapse onto few sentences" in browser.find_element(By.ID, "warning").text


def test_varied_captions_are_not_warned_about(browser, show):
    show()
    assert not browser.find_element(By.ID, "warning").is_displayed()


def test_five_thousand_images_arrive_in_screenfuls(browser, show):
    view = show([f"a dog number {index}" for index in range(5000)], [["a dog"]] * 5000)
    shown = len(view.captions())
    assert 0 < shown < 500
    assert view.count() == "5,000 of 5,000 images"
    browser.execute_script("document.getElementById('more').scrollIntoView()")
    eventually(browser, lambda: len(view.captions()) > shown)
    view.sort("As in the file")
    top = browser.execute_script("return document.getElementById('images').getBoundingClientRect().top")
    assert 0 < top < browser.get_window_size()["height"]  # Not lost in the middle of the new order.
    view.filter.send_keys("number 4999")
    eventually(browser, lambda: view.captions() == ["a dog number 4999"])


def test_the_controls_work_from_the_keyboard(browser, show):
    view = show()
    browser.find_element(By.ID, "order").send_keys("Length, l")
    assert view.files()[0] == "man.jpg"
    browser.switch_to.active_element.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("id") == "filter"
    browser.find_element(By.CSS_SELECTOR, ".frequent button").send_keys(Keys.ENTER)
    assert len(view.files()) == 2


def test_no_caption_makes_the_page_wider_than_the_window(browser, show):
    view = show(["w" * 100_000, "a dog"], [["a dog"], ["r" * 5000]], file_names=["f" * 500, "dog.jpg"])
    assert browser.find_element(By.CSS_SELECTOR, "#images .caption").size["height"] < 300
    width, window = browser.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    assert width <= window
    assert len(view.captions()[0]) in (5, 100_000)
