"""The mask editor in Chromium: every tool against the file that the server wrote."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from app_server import AppServer, OpenPage
from editor_app_scenes import disc, proposed, small_probability
from editor_driver import SMALL, WAIT_MS, Editor, settled, wait_for
from playwright.sync_api import Browser, Page, expect
from strokes import brush_pixels, polygon_pixels

from core.correction.corrections import apply_layer, decode_layer
from core.imaging.masks import Proposal

HERE = Path(__file__).parent
OpenEditor = Callable[..., Editor]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    folder = tmp_path_factory.mktemp("drafts")
    server = AppServer(HERE / "editor_app.py", {"EDITOR_APP_DIR": str(folder)})
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def shared_page(app: AppServer, browser: Browser) -> Iterator[Page]:
    """One tab for all tests that need nothing special of it: opening one costs seconds."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(app.url)
    yield page
    context.close()
    assert errors == [], "the page threw errors"


@pytest.fixture
def editor(app: AppServer, shared_page: Page, scene: str) -> Editor:
    """The small scene in the shared tab, with the brush in hand."""
    return _show(shared_page, app, scene)


@pytest.fixture
def scene(request: pytest.FixtureRequest) -> str:
    """A scene of the test's own, so that no draft is left from another one."""
    return f"small-{re.sub('[^a-z0-9]', '-', request.node.name.lower())}"


@pytest.fixture
def open_editor(app: AppServer, open_page: OpenPage, scene: str) -> OpenEditor:
    """Opens the small scene in a new tab."""

    def open_one(query: str = "", **options: object) -> Editor:
        page = open_page(f"{app.url}/?image={scene}&{query}", **options)
        return Editor(page, _folder(app), scene)

    return open_one


def _show(page: Page, app: AppServer, scene: str, query: str = "") -> Editor:
    # What was drawn just before asks for a run of its own, which could take the box as it was.
    expect(page.locator('[data-part="status"]', has_text="Saving")).to_have_count(0)
    settled(page)
    field = page.get_by_role("textbox", name="Scene")
    field.fill(f"image={scene}&{query}")
    field.press("Enter")
    side = re.search(r"-(\d+)$", scene)
    shape = (int(side[1]), int(side[1])) if side and not scene.startswith("small") else SMALL
    editor = Editor(page, _folder(app), scene, shape)
    editor.wait_shown()
    if editor.button("Brush").get_attribute("aria-pressed") != "true":
        editor.button("Brush").click()
    return editor


def _folder(app: AppServer) -> Path:
    return Path(app.environment["EDITOR_APP_DIR"])


# Tools


@pytest.mark.parametrize("size", [1, 2, 7])
def test_brush_paints_what_its_circle_covers(editor: Editor, size: int) -> None:
    editor.set_slider("Brush size", size)
    points = [(45.3, 5.7), (55.2, 9.1), (48.8, 20.4)]
    editor.stroke(points)
    expected = np.where(brush_pixels(points, size, SMALL), 2, 0)
    np.testing.assert_array_equal(editor.layer(), expected)


def test_eraser_and_restore(editor: Editor) -> None:
    editor.set_slider("Brush size", 5)
    editor.button("Eraser").click()
    editor.stroke([(12.5, 12.5), (30.5, 12.5)])
    editor.button("Restore").click()
    editor.stroke([(20.5, 12.5), (25.5, 12.5)])
    erased = brush_pixels([(12.5, 12.5), (30.5, 12.5)], 5, SMALL)
    restored = brush_pixels([(20.5, 12.5), (25.5, 12.5)], 5, SMALL)
    np.testing.assert_array_equal(editor.layer(), np.where(erased & ~restored, 1, 0))


def test_a_stroke_may_leave_the_image(editor: Editor) -> None:
    editor.set_slider("Brush size", 9)
    points = [(60.5, 40.5), (70.5, 52.5), (30.5, 50.5), (20.5, 44.5)]
    editor.stroke(points)
    np.testing.assert_array_equal(editor.layer(), np.where(brush_pixels(points, 9, SMALL), 2, 0))


def test_polygon_and_cut_out(editor: Editor) -> None:
    editor.button("Polygon").click()
    added = [(44.0, 4.0), (58.0, 6.0), (52.0, 16.0)]
    for corner in [*added, (60.0, 40.0)]:
        editor.click(corner)
    editor.press("Backspace")
    editor.press("Enter")
    editor.button("Cut out").click()
    cut = [(12.0, 24.0), (20.0, 24.0), (20.0, 28.0), (12.0, 28.0)]
    for corner in cut[:-1]:
        editor.click(corner)
    editor.page.mouse.dblclick(*editor.place(cut[-1]))
    editor.wait_saved()
    layer = editor.layer()
    expected = np.zeros(SMALL, int)
    expected[polygon_pixels(added, SMALL)] = 2
    expected[24:28, 12:20] = 1
    np.testing.assert_array_equal(layer, expected)


def test_smart_click_previews_and_only_accept_changes_the_mask(editor: Editor) -> None:
    accept, told = editor.button("Accept"), editor.page.locator('[data-part="preview-text"]')
    editor.press("w")
    editor.click((50.5, 8.5))
    expect(accept).to_be_enabled(timeout=WAIT_MS)
    editor.click((50.5, 30.5))
    expect(told).to_have_text("Clicks: 2", timeout=WAIT_MS)
    editor.press("Backspace")
    expect(told).to_have_text("Clicks: 1")
    expect(editor.status).to_have_text("No changes yet")
    editor.press("Enter")
    editor.wait_saved()
    expected = np.zeros(SMALL, int)
    expected[5:12, 47:54] = 2
    np.testing.assert_array_equal(editor.layer(), expected)
    expect(accept).to_be_hidden()
    # Out of the mask again, by the right button; given up, then taken.
    for key in ("Escape", "Enter"):
        editor.page.mouse.click(*editor.place((15.5, 14.5)), button="right")
        expect(accept).to_be_enabled(timeout=WAIT_MS)
        editor.press(key)
        expect(accept).to_be_hidden()
    editor.wait_saved()
    expected[11:18, 12:19] = 1
    np.testing.assert_array_equal(editor.layer(), expected)
    assert editor.actions() == []
    # What goes wrong is said in the tool.
    editor.click((50.5, 47.5))
    expect(told).to_have_text("Smart click needs a network.", timeout=WAIT_MS)
    expect(accept).to_be_disabled()


def test_what_a_preview_asks_stands_in_one_line_beside_a_small_picture(open_editor: OpenEditor) -> None:
    editor = open_editor(viewport={"width": 420, "height": 800})
    editor.press("w")
    editor.click((50.5, 8.5))
    expect(editor.button("Accept")).to_be_enabled()
    accept, discard = (editor.button(each).bounding_box() for each in ("Accept", "Discard"))
    assert accept is not None
    assert discard is not None
    assert accept["y"] == discard["y"]


def test_smart_click_waits_longer_for_a_server_that_is_slower_than_it_asks_again(
    editor: Editor, app: AppServer
) -> None:
    editor = _show(editor.page, app, editor.image, "slow=4")
    editor.press("w")
    editor.click((50.5, 8.5))
    expect(editor.button("Accept")).to_be_enabled(timeout=WAIT_MS)


def test_a_polygon_that_is_given_up_leaves_nothing(editor: Editor) -> None:
    editor.button("Polygon").click()
    for corner in [(44.0, 4.0), (58.0, 6.0), (52.0, 16.0)]:
        editor.click(corner)
    editor.press("Escape")
    editor.press("Enter")
    wait_for(lambda: editor.actions() == ["save_next"])
    expect(editor.button("Undo")).to_be_disabled()


def test_fill_switches_a_region(editor: Editor) -> None:
    editor.button("Fill").click()
    editor.click((51.0, 41.0))
    editor.wait_saved()
    expected = np.zeros(SMALL, int)
    expected[40:42, 50:52] = 1
    np.testing.assert_array_equal(editor.layer(), expected)
    editor.click((21.5, 19.5))
    editor.wait_saved()
    expected[18:22, 20:24] = 2
    np.testing.assert_array_equal(editor.layer(), expected)


def test_fill_holes_and_remove_specks(editor: Editor) -> None:
    editor.button("Fill holes").click()
    editor.wait_saved()
    expected = np.zeros(SMALL, int)
    expected[18:22, 20:24] = 2
    np.testing.assert_array_equal(editor.layer(), expected)
    size = editor.page.get_by_label("Smallest part kept, in pixels")
    size.fill("4")
    editor.button("Remove specks").click()
    _run_once_more(editor)
    np.testing.assert_array_equal(editor.layer(), expected)
    size.fill("5")
    editor.button("Remove specks").click()
    editor.wait_saved()
    expected[40:42, 50:52] = 1
    np.testing.assert_array_equal(editor.layer(), expected)


def test_clear_corrections_can_be_undone(editor: Editor) -> None:
    editor.set_slider("Brush size", 6)
    editor.stroke([(50.0, 20.0), (55.0, 30.0)])
    painted = editor.layer()
    editor.button("Clear corrections").click()
    editor.wait_saved()
    assert not editor.layer().any()
    editor.press("Control+z")
    editor.wait_saved()
    np.testing.assert_array_equal(editor.layer(), painted)


def test_more_than_a_hundred_steps_back_and_forth(editor: Editor) -> None:
    editor.set_slider("Brush size", 1)
    for i in range(105):
        editor.click((1.5 + 2 * (i % 30), 1.5 + 2 * (i // 30)))
    editor.wait_saved()
    painted = editor.layer()
    assert int((painted == 2).sum()) == 105
    # By script: two hundred real key presses take ten seconds and test nothing more.
    editor.button("Undo").evaluate("button => { for (let i = 0; i < 105; i++) button.click(); }")
    editor.wait_saved()
    assert not editor.layer().any()
    expect(editor.button("Undo")).to_be_disabled()
    editor.button("Redo").evaluate("button => { for (let i = 0; i < 104; i++) button.click(); }")
    editor.press("Control+Shift+Z")
    editor.wait_saved()
    np.testing.assert_array_equal(editor.layer(), painted)
    expect(editor.button("Redo")).to_be_disabled()


# Threshold and numbers


def test_threshold_by_arrow_keys(editor: Editor) -> None:
    # 30 x 20 less the hole of 16, and the speck of 4 at 153 / 255 = 0.6: 588 of 3072 pixels.
    expect(editor.page.get_by_text("Foreground 19.14 %", exact=True)).to_be_visible()
    editor.slider("Threshold").focus()
    for _ in range(10):
        editor.page.keyboard.press("ArrowRight")
    expect(editor.slider("Threshold")).to_have_value("0.6")
    expect(editor.page.get_by_text("588 px")).to_be_visible()
    editor.page.keyboard.press("ArrowRight")
    expect(editor.page.get_by_text("584 px")).to_be_visible()
    expect(editor.page.get_by_text("Foreground 19.01 %", exact=True)).to_be_visible()
    editor.wait_saved()
    assert editor.draft()["threshold"] == 0.61


def test_at_threshold_zero_everything_and_at_one_only_the_certain(editor: Editor) -> None:
    editor.set_slider("Threshold", 0)
    expect(editor.page.get_by_text("Foreground 100.00 %", exact=True)).to_be_visible()
    editor.set_slider("Threshold", 1)
    expect(editor.page.get_by_text("584 px")).to_be_visible()


def test_dice_and_iou_against_a_reference(editor: Editor, app: AppServer) -> None:
    editor = _show(editor.page, app, "small-reference")
    # The reference has 12 x 16 pixels; 12 x 16 - 16 (hole) of them are in the mask of 588.
    shared, mask, reference = 176, 588, 192
    assert small_probability()[12:24, 16:32].astype(bool).sum() == shared
    expect(editor.page.get_by_text(f"Dice {2 * shared / (mask + reference):.4f}")).to_be_visible()
    expect(editor.page.get_by_text(f"IoU {shared / (mask + reference - shared):.4f}")).to_be_visible()
    editor.button("Fill holes").click()
    expect(editor.page.get_by_text(f"Dice {2 * 192 / (604 + 192):.4f}")).to_be_visible()


def test_nothing_is_stored_before_something_changes(editor: Editor) -> None:
    editor.surface.hover()
    _run_once_more(editor)
    assert not (editor.folder / f"{editor.image}.json").exists()
    expect(editor.status).to_have_text("No changes yet")


@pytest.mark.parametrize("outline", [False, True])
def test_what_is_seen_is_what_is_counted(editor: Editor, app: AppServer, outline: bool) -> None:
    """Tiles are painted by what is known of them; here every pixel of the overlay is looked at."""
    editor = _show(editor.page, app, f"soft-{editor.image}-300")
    editor.set_slider("Mask opacity", 40)
    if outline:
        editor.button("Outline").click()
    editor.set_slider("Brush size", 30)
    shape = (300, 300)
    painted = [(20.0, 20.0), (280.0, 60.0)], [(150.0, 40.0), (150.0, 200.0)]
    editor.stroke(painted[0])
    editor.button("Eraser").click()
    editor.stroke(painted[1])
    layer = np.where(brush_pixels(painted[0], 30, shape), 2, 0)
    layer[brush_pixels(painted[1], 30, shape)] = 1
    for threshold in (0.5, 0.9, 0.2, 0.0, 1.0, 0.37):
        editor.set_slider("Threshold", threshold)
        proposal = Proposal(np.ones(shape, np.uint8), disc(300))
        mask = apply_layer(proposal, threshold, layer.astype(np.uint8)) != 0
        expect(editor.page.get_by_text(f"{mask.sum():,} px", exact=True)).to_be_visible()
        seen = _overlay_alpha(editor, shape)
        inside = 0 if outline else round(0.4 * 255)
        assert set(np.unique(seen[~mask])) <= {0}
        assert set(np.unique(seen[mask])) <= {inside, round(0.85 * 255)}
        assert (seen[mask & ~np.pad(mask, 1)[2:, 1:-1]] > inside).all()
    if outline:
        editor.button("Outline").click()


def _overlay_alpha(editor: Editor, shape: tuple[int, int]) -> np.ndarray:
    script = """canvas => {
      const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      const alpha = data.filter((_, i) => i % 4 === 3);
      return btoa(alpha.reduce((text, value) => text + String.fromCharCode(value), ''));
    }"""
    editor.page.evaluate(
        "() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
    )
    alpha = editor.page.locator('[data-part="overlay"]').evaluate(script)
    return np.frombuffer(base64.b64decode(alpha), np.uint8).reshape(shape)


# Zoom, screens, fingers


def test_painting_zoomed_and_moved_hits_the_right_pixels(editor: Editor) -> None:
    editor.set_slider("Brush size", 1)
    before = float(editor.surface.get_attribute("data-scale"))
    editor.page.mouse.move(*editor.place((50.0, 30.0)))
    editor.page.mouse.wheel(0, -600)
    expect(editor.surface).not_to_have_attribute("data-scale", str(before))
    assert float(editor.surface.get_attribute("data-scale")) > 2 * before
    editor.page.keyboard.down("Space")
    editor.page.mouse.down()
    editor.page.mouse.move(*editor.place((46.0, 28.0)))
    editor.page.mouse.up()
    editor.page.keyboard.up("Space")
    points = [(50.5, 31.5), (53.5, 33.5)]
    editor.stroke(points)
    np.testing.assert_array_equal(editor.layer(), np.where(brush_pixels(points, 1, SMALL), 2, 0))


def test_wheel_keeps_the_place_under_the_cursor(editor: Editor) -> None:
    place = editor.place((30.0, 20.0))
    editor.page.mouse.move(*place)
    scale = editor.surface.get_attribute("data-scale") or ""
    editor.page.mouse.wheel(0, -300)
    expect(editor.surface).not_to_have_attribute("data-scale", scale)
    now = editor.place((30.0, 20.0))
    assert abs(now[0] - place[0]) <= 1 and abs(now[1] - place[1]) <= 1


def test_alt_and_the_wheel_go_through_slices_and_zoom_nothing(editor: Editor) -> None:
    editor.page.mouse.move(*editor.place((30.0, 20.0)))
    scale = editor.surface.get_attribute("data-scale") or ""
    editor.page.keyboard.down("Alt")
    editor.page.mouse.wheel(0, 120)
    wait_for(lambda: editor.actions() == ["slice_next"])
    editor.page.keyboard.up("Alt")
    expect(editor.surface).to_have_attribute("data-scale", scale)


def test_a_screen_of_two_pixels_a_point(open_editor: OpenEditor) -> None:
    editor = open_editor(device_scale_factor=2)
    editor.set_slider("Brush size", 3)
    points = [(50.5, 5.5), (58.5, 11.5)]
    editor.stroke(points)
    np.testing.assert_array_equal(editor.layer(), np.where(brush_pixels(points, 3, SMALL), 2, 0))
    editor.button("1:1").click()
    expect(editor.surface).to_have_attribute("data-scale", "0.5")


def test_one_finger_paints_two_fingers_zoom(open_editor: OpenEditor) -> None:
    editor = open_editor(has_touch=True)
    editor.set_slider("Brush size", 3)
    points = [(45.5, 5.5), (55.5, 11.5)]
    fingers = editor.page.context.new_cdp_session(editor.page)

    def touch(kind: str, places: list[tuple[float, float]]) -> None:
        at = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    touch("touchStart", [editor.place(points[0])])
    touch("touchMove", [editor.place(points[1])])
    touch("touchEnd", [])
    editor.wait_saved()
    expected = np.where(brush_pixels(points, 3, SMALL), 2, 0)
    np.testing.assert_array_equal(editor.layer(), expected)
    scale = float(editor.surface.get_attribute("data-scale"))
    first, second = editor.place((20.0, 20.0)), editor.place((30.0, 20.0))
    touch("touchStart", [first])
    touch("touchStart", [first, second])
    touch("touchMove", [(first[0] - 50, first[1]), (second[0] + 50, second[1])])
    touch("touchEnd", [])
    wait_for(lambda: float(editor.surface.get_attribute("data-scale")) > 1.2 * scale)
    np.testing.assert_array_equal(editor.layer(), expected)


# Reaching the server


def test_ten_quick_strokes_under_a_slow_server(editor: Editor, app: AppServer) -> None:
    editor = _show(editor.page, app, editor.image, "slow=1")
    editor.set_slider("Brush size", 2)
    expected = np.zeros(SMALL, int)
    for i in range(10):
        points = [(45.0, 3.0 + 4 * i), (60.0, 4.0 + 4 * i)]
        editor.stroke(points, settle=False)
        expected[brush_pixels(points, 2, SMALL)] = 2
    # From the first pixel of a stroke on, "Saved" is not shown before its layer is on disk.
    editor.wait_saved()
    np.testing.assert_array_equal(editor.layer(), expected)


@pytest.mark.parametrize(("query", "times"), [("", 10), ("slow=1", 3)])
def test_a_click_right_after_a_stroke_finds_the_stroke(
    editor: Editor, app: AppServer, query: str, times: int
) -> None:
    editor = _show(editor.page, app, editor.image, query)
    editor.set_slider("Brush size", 2)
    expected = np.zeros(SMALL, int)
    saved = editor.folder / f"{editor.image}.saved.png"
    button = editor.button("Save mask").bounding_box()
    for i in range(times):
        points = [(45.0, 3.0 + 4 * i), (60.0, 4.0 + 4 * i)]
        expected[brush_pixels(points, 2, SMALL)] = 2
        saved.unlink(missing_ok=True)
        editor.stroke(points, settle=False)
        editor.page.mouse.click(button["x"] + 10, button["y"] + 10)
        wait_for(saved.exists)
        time.sleep(0.05)
        np.testing.assert_array_equal(editor.saved_layer(), expected)


def test_strokes_survive_a_reload(open_editor: OpenEditor) -> None:
    editor = open_editor()
    editor.set_slider("Brush size", 4)
    editor.set_slider("Threshold", 0.7)
    editor.stroke([(45.0, 10.0), (60.0, 20.0)])
    editor.page.reload()
    editor.wait_ready()
    expect(editor.status).to_have_text("Saved")
    expect(editor.slider("Threshold")).to_have_value("0.7")
    editor.stroke([(45.0, 30.0), (60.0, 40.0)])
    both = brush_pixels([(45.0, 10.0), (60.0, 20.0)], 4, SMALL)
    both |= brush_pixels([(45.0, 30.0), (60.0, 40.0)], 4, SMALL)
    np.testing.assert_array_equal(editor.layer(), np.where(both, 2, 0))


def test_strokes_survive_another_page(editor: Editor) -> None:
    editor.set_slider("Brush size", 4)
    editor.stroke([(45.0, 10.0), (60.0, 20.0)], settle=False)
    away = editor.page.get_by_text("Another page")
    away.click()
    expect(editor.surface).to_have_count(0)
    first = brush_pixels([(45.0, 10.0), (60.0, 20.0)], 4, SMALL)
    np.testing.assert_array_equal(editor.layer(), np.where(first, 2, 0))
    away.click()
    editor.wait_shown()
    expect(editor.page.get_by_text(f"{588 + first.sum()} px")).to_be_visible()
    expect(editor.status).to_have_text("Saved")
    editor.stroke([(45.0, 30.0), (60.0, 38.0)])
    second = brush_pixels([(45.0, 30.0), (60.0, 38.0)], 4, SMALL)
    np.testing.assert_array_equal(editor.layer(), np.where(first | second, 2, 0))
    assert 0 < editor.draft()["seconds"] < 60


def test_the_editor_never_fades_while_a_script_runs(editor: Editor, app: AppServer) -> None:
    editor = _show(editor.page, app, editor.image, "slow=2")
    editor.stroke([(50.5, 10.5)], settle=False)
    # What Streamlit calls stale it fades, after a moment and slowly: an animation that has not begun counts.
    stale = editor.page.locator('.stElementContainer[data-stale="true"]', has=editor.surface)
    expect(stale).to_have_count(1)
    fading = "element => [getComputedStyle(element).opacity, element.getAnimations().length]"
    assert stale.evaluate(fading) == ["1", 0]
    editor.wait_saved()


def test_what_no_server_took_comes_back_after_a_reload(open_editor: OpenEditor) -> None:
    editor = open_editor()
    editor.set_slider("Brush size", 4)
    editor.stroke([(45.0, 10.0), (60.0, 20.0)])
    # The server stays away: nothing of this page reaches it any more.
    editor.page.evaluate("WebSocket.prototype.send = () => {}")
    editor.stroke([(45.0, 30.0), (60.0, 40.0)], settle=False)
    expect(editor.status).to_have_text("Not saved: no answer from the server, trying again")
    first = np.where(brush_pixels([(45.0, 10.0), (60.0, 20.0)], 4, SMALL), 2, 0)
    np.testing.assert_array_equal(editor.layer(), first)
    editor.page.reload()
    editor.wait_ready()
    editor.wait_saved()
    second = brush_pixels([(45.0, 30.0), (60.0, 40.0)], 4, SMALL)
    np.testing.assert_array_equal(editor.layer(), np.where(second, 2, first))


def test_what_came_back_after_a_reload_never_asks_a_person_alone(open_editor: OpenEditor) -> None:
    editor = open_editor()
    editor.set_slider("Brush size", 3)
    strokes = [[(50.5, 10.5)], [(50.5, 20.5)], [(50.5, 30.5)]]
    editor.stroke(strokes[0])
    editor.page.evaluate("WebSocket.prototype.send = () => {}")
    editor.stroke(strokes[1], settle=False)
    editor.page.reload()
    editor.wait_shown()
    editor.wait_saved()
    editor.stroke(strokes[2])
    editor.page.reload()
    editor.wait_shown()
    expect(editor.status).to_have_text("Saved")
    expect(editor.button("Keep mine")).to_be_hidden()
    all_three = np.any([brush_pixels(each, 3, SMALL) for each in strokes], axis=0)
    np.testing.assert_array_equal(editor.layer(), np.where(all_three, 2, 0))


def test_a_stroke_reruns_the_editor_alone(editor: Editor) -> None:
    runs = editor.page.get_by_text(re.compile(r"^run \d+$"))
    before = runs.inner_text()
    editor.stroke([(45.0, 10.0), (60.0, 20.0)])
    editor.stroke([(45.0, 30.0), (60.0, 40.0)])
    assert runs.inner_text() == before


def test_saved_is_never_said_of_an_unsaved_stroke(editor: Editor, app: AppServer) -> None:
    editor = _show(editor.page, app, editor.image, "slow=1")
    editor.stroke([(45.0, 10.0), (60.0, 20.0)])
    editor.stroke([(45.0, 30.0), (60.0, 40.0)], settle=False)
    assert editor.status.inner_text() != "Saved"
    editor.wait_saved()
    assert editor.layer()[35, 52] == 2


# Two tabs


def test_two_tabs_keep_mine(open_editor: OpenEditor) -> None:
    first = open_editor()
    first.set_slider("Brush size", 3)
    second = open_editor()
    second.set_slider("Brush size", 3)
    first.stroke([(50.5, 10.5)])
    second.stroke([(50.5, 20.5)], settle=False)
    bar = second.page.get_by_text("This image was changed in another tab or by somebody else.")
    expect(bar).to_be_visible()
    np.testing.assert_array_equal(first.layer(), np.where(brush_pixels([(50.5, 10.5)], 3, SMALL), 2, 0))
    second.button("Keep mine").click()
    second.wait_saved()
    expect(bar).to_be_hidden()
    np.testing.assert_array_equal(first.layer(), np.where(brush_pixels([(50.5, 20.5)], 3, SMALL), 2, 0))


def test_two_tabs_use_theirs(open_editor: OpenEditor) -> None:
    first = open_editor()
    first.set_slider("Brush size", 3)
    second = open_editor()
    second.set_slider("Brush size", 3)
    first.stroke([(50.5, 10.5)])
    second.stroke([(50.5, 20.5)], settle=False)
    second.button("Use theirs").click()
    second.wait_saved()
    second.stroke([(50.5, 30.5)])
    both = brush_pixels([(50.5, 10.5)], 3, SMALL) | brush_pixels([(50.5, 30.5)], 3, SMALL)
    np.testing.assert_array_equal(second.layer(), np.where(both, 2, 0))


def test_in_a_conflict_the_page_still_learns_what_is_shown(open_editor: OpenEditor) -> None:
    first = open_editor()
    first.set_slider("Brush size", 3)
    second = open_editor()
    second.set_slider("Brush size", 3)
    first.stroke([(50.5, 10.5)])
    second.stroke([(50.5, 20.5)], settle=False)
    expect(second.button("Keep mine")).to_be_visible()
    second.stroke([(50.5, 30.5)], settle=False)
    both = brush_pixels([(50.5, 20.5)], 3, SMALL) | brush_pixels([(50.5, 30.5)], 3, SMALL)
    refused = second.folder / f"{second.image}.refused.png"
    wait_for(lambda: bool((decode_layer(refused.read_bytes(), SMALL) == np.where(both, 2, 0)).all()))
    assert first.layer()[20, 50] == 0
    expect(second.button("Keep mine")).to_be_visible()


def test_a_copy_and_another_tabs_draft_the_person_chooses(open_editor: OpenEditor) -> None:
    first = open_editor()
    first.set_slider("Brush size", 3)
    first.page.evaluate("WebSocket.prototype.send = () => {}")
    first.stroke([(50.5, 10.5)], settle=False)
    second = open_editor()
    second.set_slider("Brush size", 3)
    second.stroke([(50.5, 20.5)])
    first.page.reload()
    first.wait_shown()
    theirs = np.where(brush_pixels([(50.5, 20.5)], 3, SMALL), 2, 0)
    np.testing.assert_array_equal(first.layer(), theirs)
    first.button("Keep mine").click()
    # Until the copy is taken, what is shown, and saved, is theirs.
    expect(first.button("Keep mine")).to_be_hidden()
    first.wait_saved()
    np.testing.assert_array_equal(first.layer(), np.where(brush_pixels([(50.5, 10.5)], 3, SMALL), 2, 0))
    first.press("Control+z")
    first.wait_saved()
    np.testing.assert_array_equal(first.layer(), theirs)


# What the page wants shown


def test_a_restored_revision_is_one_step(editor: Editor) -> None:
    editor.set_slider("Brush size", 3)
    editor.stroke([(50.5, 10.5)])
    mine = editor.layer()
    editor.button("Restore revision").click()
    expect(editor.slider("Threshold")).to_have_value("0.25")
    editor.wait_saved()
    editor.press("Control+z")
    editor.wait_saved()
    np.testing.assert_array_equal(editor.layer(), mine)


@pytest.mark.parametrize("button", ["Restore revision", "Accept proposal"])
def test_a_stroke_under_way_is_kept_when_the_page_lays_something_over_it(editor: Editor, button: str) -> None:
    """Somebody else's press, or the page's own: the mouse is still down."""
    points = [(45.0, 10.0), (60.0, 20.0)]
    mouse = editor.page.mouse
    editor.set_slider("Brush size", 4)
    mouse.move(*editor.place(points[0]))
    mouse.down()
    mouse.move(*editor.place(points[1]))
    pixels = editor.page.locator('[data-part="pixels"]')
    under_way = re.compile("^" + re.escape(pixels.inner_text()) + "$")
    editor.button(button).evaluate("button => button.click()")
    expect(pixels).not_to_have_text(under_way)
    mouse.up()
    editor.wait_saved()
    editor.press("Control+z")
    editor.wait_saved()
    np.testing.assert_array_equal(editor.layer(), np.where(brush_pixels(points, 4, SMALL), 2, 0))


def test_an_accepted_proposal_is_one_step_and_taken_once(editor: Editor) -> None:
    editor.set_slider("Brush size", 3)
    editor.stroke([(50.5, 10.5)])
    mine = editor.layer()
    editor.button("Accept proposal").click()
    wait_for(lambda: editor.layer()[42, 4] == 2)
    proposed = editor.layer()
    assert int((proposed != mine).sum()) == 5 * 6
    editor.press("Control+z")
    wait_for(lambda: editor.layer()[42, 4] == 0)
    np.testing.assert_array_equal(editor.layer(), mine)
    _run_once_more(editor)
    np.testing.assert_array_equal(editor.layer(), mine)


def test_each_image_gets_its_own_strokes(editor: Editor) -> None:
    editor.set_slider("Brush size", 3)
    editor.stroke([(50.5, 10.5)], settle=False)
    editor.button("Next").click()
    other = Editor(editor.page, editor.folder, f"{editor.image}-other")
    other.wait_shown()
    expect(editor.status).to_have_text("No changes yet")
    expect(editor.button("Undo")).to_be_disabled()
    other.stroke([(50.5, 30.5)])
    np.testing.assert_array_equal(other.layer(), np.where(brush_pixels([(50.5, 30.5)], 3, SMALL), 2, 0))
    np.testing.assert_array_equal(editor.layer(), np.where(brush_pixels([(50.5, 10.5)], 3, SMALL), 2, 0))
    editor.button("Next").click()
    editor.wait_shown()
    expect(editor.status).to_have_text("Saved")
    editor.stroke([(40.5, 40.5)])
    assert editor.layer()[10, 50] == 2 and editor.layer()[40, 40] == 2


def test_a_window_of_hounsfield_units_shows_what_8_bits_hide(open_editor: OpenEditor) -> None:
    editor = open_editor()
    told = editor.page.locator('[data-part="display-told"]')
    expect(told).to_have_text("Window 1400, level −300")
    editor.press("o")
    editor.button("Soft tissue").click()
    expect(told).to_have_text("Window 400, level 40")
    # (40 - -160) / 400 and (60 - -160) / 400 of 255
    wait_for(lambda: _greys(editor) == [0, 128, 140])
    editor.press("i")
    expect(told).to_have_text("Window 400, level 40 · Inverted")
    wait_for(lambda: _greys(editor) == [255, 128, 115])
    # A hundred pixels of 400 to the right: 1400 / 4 wider.
    x, y = editor.place((32, 24))
    editor.page.mouse.move(x, y)
    editor.page.mouse.down(button="right")
    editor.page.mouse.move(x + 100, y)
    editor.page.mouse.up(button="right")
    expect(told).to_have_text("Window 750, level 40 · Inverted")
    editor.page.reload()
    editor.wait_shown()
    expect(told).to_have_text("Window 750, level 40 · Inverted")
    editor.press("Shift+O")
    expect(told).to_have_text("Window 1400, level −300")
    assert not (editor.folder / f"{editor.image}.json").exists()


def test_looking_otherwise_leaves_nothing_to_undo_or_redo(editor: Editor) -> None:
    editor.press("o")
    expect(editor.button("Contrast")).to_have_attribute("aria-pressed", "true")
    expect(editor.button("Undo")).to_be_disabled()
    expect(editor.button("Redo")).to_be_disabled()
    editor.press("o")
    expect(editor.button("Contrast")).to_have_attribute("aria-pressed", "false")


def test_a_picture_of_8_bits_has_a_window_too(open_editor: OpenEditor) -> None:
    editor = open_editor()
    told = editor.page.locator('[data-part="display-told"]')
    expect(told).to_have_text("")
    editor.press("o")
    expect(editor.button("Lung")).to_have_count(0)
    darkest = min(_greys(editor))
    editor.button("Auto contrast").click()
    expect(told).to_have_text(re.compile(r"^Window \d+, level \d+$"))
    wait_for(lambda: min(_greys(editor)) < darkest)
    editor.button("Usual contrast").click()
    expect(told).to_have_text("")


def _greys(editor: Editor) -> list[int]:
    """Of the picture: on the left, on the right above and below."""
    picture = editor.page.locator('[data-part="picture"]')
    places = [[5, 5], [60, 5], [60, 40]]
    read = "(c, places) => places.map(([x, y]) => c.getContext('2d').getImageData(x, y, 1, 1).data[0])"
    return list(picture.evaluate(read, places))


# Keys


def test_keys_stay_in_the_editor(editor: Editor) -> None:
    runs = editor.page.get_by_text(re.compile(r"^run \d+$"))
    before = runs.inner_text()
    editor.press("r")
    expect(editor.button("Restore")).to_have_attribute("aria-pressed", "true")
    editor.press("c")
    expect(editor.button("Corrections")).to_have_attribute("aria-pressed", "true")
    _run_once_more(editor)
    expect(editor.page.get_by_role("dialog", name="Clear caches")).to_have_count(0)
    # The keys themselves made it run no more.
    assert runs.inner_text() == f"run {int(before.split()[1]) + 1}"
    editor.press("c")


def test_keys_for_saving_and_moving_on(editor: Editor) -> None:
    editor.set_slider("Brush size", 3)
    editor.stroke([(50.5, 10.5)], settle=False)
    editor.press("s")
    wait_for(lambda: editor.actions() == ["save"])
    assert editor.layer()[10, 50] == 2
    editor.press("Enter")
    wait_for(lambda: editor.actions() == ["save", "save_next"])
    other = Editor(editor.page, editor.folder, f"{editor.image}-other")
    other.wait_shown()
    other.press("Shift+N")
    editor.wait_shown()
    _run_once_more(editor)
    assert editor.actions() == ["save", "save_next"]
    assert other.actions() == ["previous"]


PRESSED_WHILE_IT_LOADS = """surface => new MutationObserver((changes, observer) => {
  if (surface.dataset.image) return;
  observer.disconnect();
  const key = { key: "N", code: "KeyN", shiftKey: true, bubbles: true, composed: true };
  surface.dispatchEvent(new KeyboardEvent("keydown", key));
}).observe(surface, { attributes: true, attributeFilter: ["data-image"] })"""


def test_a_key_that_moves_on_counts_while_an_image_is_on_its_way(editor: Editor) -> None:
    other = Editor(editor.page, editor.folder, f"{editor.image}-other")
    editor.surface.evaluate(PRESSED_WHILE_IT_LOADS)
    editor.press("n")
    wait_for(lambda: other.actions())
    editor.wait_shown()
    assert other.actions() == ["previous"]


def test_letters_of_another_script_work_by_their_place(editor: Editor) -> None:
    editor.surface.dispatch_event("keydown", {"key": "ㄷ", "code": "KeyE", "bubbles": True, "composed": True})
    expect(editor.button("Eraser")).to_have_attribute("aria-pressed", "true")


def test_keys_work_while_a_syllable_is_being_put_together(editor: Editor) -> None:
    """An input method keeps keys to itself: the browser says "Process", or the letter while composing."""
    pressed = {"bubbles": True, "composed": True, "isComposing": True}
    editor.surface.dispatch_event("keydown", {**pressed, "key": "Process", "code": "KeyP", "keyCode": 229})
    expect(editor.button("Polygon")).to_have_attribute("aria-pressed", "true")
    editor.surface.dispatch_event("keydown", {**pressed, "key": "ㄷ", "code": "KeyE", "keyCode": 229})
    expect(editor.button("Eraser")).to_have_attribute("aria-pressed", "true")
    before = int(editor.slider("Brush size").input_value())
    editor.surface.dispatch_event(
        "keydown", {**pressed, "key": "Process", "code": "BracketRight", "keyCode": 229}
    )
    expect(editor.slider("Brush size")).not_to_have_value(str(before))
    editor.surface.dispatch_event(
        "keydown", {**pressed, "key": "Process", "code": "Slash", "keyCode": 229, "shiftKey": True}
    )
    expect(editor.page.get_by_role("dialog", name="Keys")).to_be_visible()
    editor.surface.dispatch_event("keydown", {**pressed, "key": "Process", "code": "Escape", "keyCode": 229})
    expect(editor.page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_hiding_the_mask_changes_nothing_in_it(editor: Editor) -> None:
    overlay = editor.page.locator('[data-part="overlay"]')
    _send_key(editor, "m", "keydown", "keyup")
    expect(overlay).to_have_css("visibility", "hidden")
    expect(editor.page.get_by_text("588 px")).to_be_visible()
    _send_key(editor, "m", "keydown", "keyup")
    expect(overlay).to_have_css("visibility", "visible")
    held_since = _send_key(editor, "m", "keydown")
    expect(overlay).to_have_css("visibility", "hidden")
    editor.page.wait_for_function("since => performance.now() - since > 400", arg=held_since)
    _send_key(editor, "m", "keyup")
    expect(overlay).to_have_css("visibility", "visible")


def test_a_double_click_goes_back_to_the_models_threshold(editor: Editor) -> None:
    editor.set_slider("Threshold", 0.9)
    editor.slider("Threshold").dblclick()
    expect(editor.slider("Threshold")).to_have_value("0.5")


def test_the_sheet_of_keys(editor: Editor) -> None:
    editor.press("?")
    sheet = editor.page.get_by_role("dialog", name="Keys")
    expect(sheet).to_be_visible()
    expect(sheet.get_by_text("Take back a polygon's last corner")).to_be_visible()
    editor.page.keyboard.press("e")
    expect(editor.button("Eraser")).to_have_attribute("aria-pressed", "false")
    editor.page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_brush_size_by_keys(editor: Editor) -> None:
    editor.set_slider("Brush size", 10)
    editor.press("]")
    expect(editor.slider("Brush size")).to_have_value("12")
    editor.press("[")
    expect(editor.slider("Brush size")).to_have_value("10")


def _send_key(editor: Editor, letter: str, *kinds: str) -> float:
    """A key without the way through the system, which may take long; the page's clock in milliseconds."""
    script = """(surface, [letter, kinds]) => {
      const pressed = { key: letter, code: "Key" + letter.toUpperCase(), bubbles: true, composed: true };
      for (const kind of kinds) surface.dispatchEvent(new KeyboardEvent(kind, pressed));
      return performance.now();
    }"""
    return float(editor.surface.evaluate(script, [letter, list(kinds)]))


def _run_once_more(editor: Editor) -> None:
    """Until the app has run again: what the page had sent by now has arrived."""
    runs = editor.page.get_by_text(re.compile(r"^run \d+$"))
    before = runs.inner_text()
    name = editor.page.get_by_role("textbox", name="Name")
    name.fill(f"after {before}")
    name.press("Enter")
    expect(runs).not_to_have_text(before)


# Several classes


def seen_classes(threshold: float, layer: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """What Python makes of a layer: bands of classes 1 to 5, of which 3 counts as 2 and 5 as background."""
    confidence = small_probability() if shape == SMALL else disc(shape[0])
    mask = apply_layer(Proposal(proposed(shape), confidence), threshold, layer.astype(np.uint8))
    return np.array([0, 1, 2, 2, 4, 0])[mask]


def shown_numbers(editor: Editor) -> dict[int, str]:
    figures = editor.page.locator(".class-figure")
    return {int(each.get_attribute("data-value") or 0): each.inner_text() for each in figures.all()}


def test_classes_are_counted_and_saved_as_they_are_seen(editor: Editor, app: AppServer) -> None:
    editor = _show(editor.page, app, f"soft-{editor.image}-300")
    shape = (300, 300)
    editor.set_slider("Brush size", 30)
    editor.press("2")
    line = [(20.0, 20.0), (280.0, 60.0)]
    editor.stroke(line)
    editor.press("3")
    other = [(150.0, 40.0), (150.0, 200.0)]
    editor.stroke(other)
    layer = np.where(brush_pixels(line, 30, shape), 3, 0)
    layer[brush_pixels(other, 30, shape)] = 5
    np.testing.assert_array_equal(editor.layer(), layer)
    reference = np.zeros(shape, int)
    reference[75:150, 75:150] = proposed(shape)[75:150, 75:150]
    reference = np.array([0, 1, 2, 2, 4, 0])[reference]
    for threshold in (0.5, 0.9, 0.0, 1.0, 0.37):
        editor.set_slider("Threshold", threshold)
        seen = seen_classes(threshold, layer, shape)
        expect(editor.page.get_by_text(f"{(seen == 2).sum():,} px", exact=False)).to_be_visible()
        numbers = shown_numbers(editor)
        for value in (1, 2, 4):
            both = ((seen == value) & (reference == value)).sum()
            total = (seen == value).sum() + (reference == value).sum()
            dice = 2 * both / total if total else 1.0
            assert f"{(seen == value).sum():,} px · Dice {dice:.4f}" in numbers[value]
    editor.set_slider("Threshold", 0.5)
    seen = seen_classes(0.5, layer, shape)
    alpha = _overlay_alpha(editor, shape)
    np.testing.assert_array_equal(alpha > 0, seen > 0)
    editor.page.get_by_role("checkbox", name="Show: Heart").click()
    np.testing.assert_array_equal(_overlay_alpha(editor, shape) > 0, (seen > 0) & (seen != 2))
    editor.page.get_by_role("checkbox", name="Show: Heart").click()


def test_classes_that_are_locked_stay_under_every_tool(editor: Editor) -> None:
    editor.set_slider("Brush size", 40)
    editor.page.get_by_role("checkbox", name="Lock: Lung").click()
    editor.press("2")
    editor.stroke([(20.0, 20.0), (30.0, 20.0)])
    before = seen_classes(0.5, np.zeros(SMALL), SMALL)
    painted = brush_pixels([(20.0, 20.0), (30.0, 20.0)], 40, SMALL) & (before != 1)
    np.testing.assert_array_equal(editor.layer(), np.where(painted, 3, 0))
    # A fill that begins on the locked class changes nothing.
    saved = editor.draft()["sequence"]
    editor.button("Fill").click()
    editor.click((11.5, 12.5))
    _run_once_more(editor)
    assert editor.draft()["sequence"] == saved
    editor.button("Brush").click()
    editor.page.get_by_label("Paint over").select_option("Everything")
    editor.stroke([(20.0, 20.0), (30.0, 20.0)])
    np.testing.assert_array_equal(editor.layer() == 3, brush_pixels([(20.0, 20.0), (30.0, 20.0)], 40, SMALL))
    editor.button("Undo").click()
    editor.page.get_by_label("Paint over").select_option("Background only")
    editor.press("3")
    editor.stroke([(20.0, 20.0), (30.0, 20.0)])
    now = seen_classes(0.5, np.where(painted, 3, 0), SMALL)
    open_pixels = brush_pixels([(20.0, 20.0), (30.0, 20.0)], 40, SMALL) & (now == 0)
    np.testing.assert_array_equal(editor.layer(), np.where(open_pixels, 5, np.where(painted, 3, 0)))
    editor.page.get_by_label("Paint over").select_option("Unlocked classes")
    editor.page.get_by_role("checkbox", name="Lock: Lung").click()


def test_of_what_was_checked_a_frame_keeps_what_is_shown(editor: Editor, app: AppServer) -> None:
    editor = _show(editor.page, app, editor.image, "checked_only=1")
    editor.button("Checked").click()
    editor.stroke([(5.2, 5.2), (20.8, 15.8)])
    expected = np.zeros(SMALL, int)
    expected[5:16, 5:21] = np.where(small_probability()[5:16, 5:21] >= 128, 2, 1)
    np.testing.assert_array_equal(editor.layer(), expected)
    expect(editor.page.get_by_text(f"Checked {100 * 11 * 16 / (48 * 64):.1f} %", exact=True)).to_be_visible()
    # What does not count is hatched, what does is as always.
    alpha = _overlay_alpha(editor, SMALL)
    assert (alpha[expected == 1] == 0).all() and (alpha[expected == 0] > 0).all()
