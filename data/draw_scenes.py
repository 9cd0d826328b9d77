#!/usr/bin/env python
"""Draws the scenes of data/sample: a table of pictures, each a background and a few things at their places.

python data/draw_scenes.py            # rewrites data/sample/scene_*.jpg, the same pictures every time
"""

import argparse
import math
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw

SIZE = (256, 192)
SCALE = 3  # Drawn larger and reduced, so that edges are smooth.

Draw = ImageDraw.ImageDraw
Thing = Callable[[Draw, float, float, float], None]  # draws itself at (x, y) with a size, all in final pixels


def canvas(top: str, bottom: str, horizon: float = 1.0, ground: str = "white") -> Image.Image:
    """A sky that changes from one colour to another, above ground that begins at a share of the height."""
    mask = Image.linear_gradient("L").resize((SIZE[0] * SCALE, SIZE[1] * SCALE))
    image = Image.composite(Image.new("RGB", mask.size, bottom), Image.new("RGB", mask.size, top), mask)
    ImageDraw.Draw(image).rectangle((0, image.height * horizon, image.width, image.height), fill=ground)
    return image


def box(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
    """Corners around a centre, in drawn pixels."""
    return tuple(SCALE * v for v in (x - width / 2, y - height / 2, x + width / 2, y + height / 2))


def shape(draw: Draw, fill: str, *points: tuple[float, float]) -> None:
    draw.polygon([(SCALE * x, SCALE * y) for x, y in points], fill=fill)


def ball(colour: str) -> Thing:
    return lambda draw, x, y, size: draw.ellipse(box(x, y, size, size), fill=colour)


def sun(draw: Draw, x: float, y: float, size: float) -> None:
    for ray in range(12):
        angle = ray * math.pi / 6
        end = (SCALE * (x + size * math.cos(angle)), SCALE * (y + size * math.sin(angle)))
        draw.line((SCALE * x, SCALE * y, *end), fill="#ffd23f", width=2 * SCALE)
    ball("#ffc914")(draw, x, y, 1.3 * size)


def moon(draw: Draw, x: float, y: float, size: float) -> None:
    ball("#fdf6d8")(draw, x, y, size)
    ball("#151c47")(draw, x + size * 0.3, y - size * 0.1, size * 0.85)


def star(draw: Draw, x: float, y: float, size: float) -> None:
    corners = [(x + r * math.sin(k * math.pi / 5), y - r * math.cos(k * math.pi / 5))
               for k in range(10) for r in [size / 2 if k % 2 == 0 else size / 5]]  # fmt: skip
    shape(draw, "#fff3b0", *corners)


def cloud(draw: Draw, x: float, y: float, size: float) -> None:
    for dx, dy, part in ((-0.45, 0.1, 0.6), (0, -0.1, 0.8), (0.45, 0.1, 0.6)):
        ball("white")(draw, x + dx * size, y + dy * size, part * size)


def tree(draw: Draw, x: float, y: float, size: float) -> None:
    draw.rectangle(box(x, y - size * 0.2, size * 0.14, size * 0.4), fill="#7a4b2a")
    for dx, dy, part in ((-0.18, 0.45, 0.45), (0.18, 0.45, 0.45), (0, 0.68, 0.5)):
        ball("#2f8f3a")(draw, x + dx * size, y - dy * size, part * size)


def pine(draw: Draw, x: float, y: float, size: float) -> None:
    draw.rectangle(box(x, y - size * 0.08, size * 0.1, size * 0.16), fill="#6b4226")
    for level in range(3):
        low, width = y - size * (0.12 + 0.24 * level), size * (0.32 - 0.07 * level)
        shape(draw, "#1f6b45", (x - width, low), (x + width, low), (x, low - size * 0.38))


def house(wall: str, roof: str) -> Thing:
    def draw_house(draw: Draw, x: float, y: float, size: float) -> None:
        draw.rectangle(box(x, y - size * 0.3, size, size * 0.6), fill=wall)
        shape(draw, roof, (x - size * 0.6, y - size * 0.6), (x + size * 0.6, y - size * 0.6), (x, y - size * 1.05))
        draw.rectangle(box(x, y - size * 0.18, size * 0.2, size * 0.36), fill="#6b3e26")
        for side in (-0.3, 0.3):
            draw.rectangle(box(x + side * size, y - size * 0.38, size * 0.18, size * 0.18), fill="#cfeaf7")

    return draw_house


def boat(sail: str) -> Thing:
    def draw_boat(draw: Draw, x: float, y: float, size: float) -> None:
        left, right = x - size / 2, x + size / 2
        shape(draw, "#8a4f2b", (left, y - size * 0.2), (right, y - size * 0.2), (right - 9, y), (left + 9, y))
        draw.rectangle(box(x, y - size * 0.6, 2.5, size * 0.85), fill="#5b3a21")
        shape(draw, sail, (x + 3, y - size), (x + 3, y - size * 0.28), (x + size * 0.42, y - size * 0.28))
        shape(draw, sail, (x - 3, y - size * 0.85), (x - 3, y - size * 0.28), (x - size * 0.32, y - size * 0.28))

    return draw_boat


def car(colour: str) -> Thing:
    def draw_car(draw: Draw, x: float, y: float, size: float) -> None:
        cabin = ((-0.3, 0.3), (-0.18, 0.5), (0.16, 0.5), (0.3, 0.3))
        shape(draw, "#54708a", *((x + dx * size, y - dy * size) for dx, dy in cabin))
        draw.rounded_rectangle(box(x, y - size * 0.2, size, size * 0.24), radius=6 * SCALE, fill=colour)
        for side in (-0.27, 0.27):
            ball("#222222")(draw, x + side * size, y - size * 0.07, size * 0.2)
            ball("#bbbbbb")(draw, x + side * size, y - size * 0.07, size * 0.09)

    return draw_car


def balloon(colour: str) -> Thing:
    def draw_balloon(draw: Draw, x: float, y: float, size: float) -> None:
        draw.line((SCALE * x, SCALE * y, SCALE * x, SCALE * (y + size * 1.5)), fill="#666666", width=SCALE)
        draw.ellipse(box(x, y, size * 0.85, size), fill=colour)
        draw.ellipse(box(x - size * 0.17, y - size * 0.2, size * 0.14, size * 0.22), fill="white")

    return draw_balloon


def snowman(draw: Draw, x: float, y: float, size: float) -> None:
    for up, part in ((0.2, 0.44), (0.55, 0.34), (0.82, 0.24)):
        ball("white")(draw, x, y - up * size, part * size)
    for side in (-0.04, 0.04):
        ball("#222222")(draw, x + side * size, y - 0.85 * size, size * 0.03)
    shape(draw, "#f28c28", (x, y - 0.82 * size), (x, y - 0.78 * size), (x + 0.14 * size, y - 0.79 * size))
    draw.rectangle(box(x, y - 0.93 * size, size * 0.3, size * 0.03), fill="#222222")
    draw.rectangle(box(x, y - 1.0 * size, size * 0.18, size * 0.14), fill="#222222")


def flower(colour: str) -> Thing:
    def draw_flower(draw: Draw, x: float, y: float, size: float) -> None:
        draw.line((SCALE * x, SCALE * y, SCALE * x, SCALE * (y - size)), fill="#2f8f3a", width=2 * SCALE)
        for petal in range(6):
            angle = petal * math.pi / 3
            ball(colour)(draw, x + size * 0.24 * math.cos(angle), y - size + size * 0.24 * math.sin(angle), size * 0.3)
        ball("#ffc914")(draw, x, y - size, size * 0.26)

    return draw_flower


def fish(colour: str) -> Thing:
    def draw_fish(draw: Draw, x: float, y: float, size: float) -> None:
        shape(
            draw, colour, (x + size * 0.35, y), (x + size * 0.62, y - size * 0.22), (x + size * 0.62, y + size * 0.22)
        )
        draw.ellipse(box(x, y, size * 0.9, size * 0.5), fill=colour)
        ball("white")(draw, x - size * 0.25, y - size * 0.06, size * 0.13)
        ball("#222222")(draw, x - size * 0.26, y - size * 0.06, size * 0.06)

    return draw_fish


def cat(colour: str) -> Thing:
    def draw_cat(draw: Draw, x: float, y: float, size: float) -> None:
        draw.arc(box(x + size * 0.33, y - size * 0.28, size * 0.4, size * 0.5), 270, 90, fill=colour, width=4 * SCALE)
        draw.ellipse(box(x, y - size * 0.3, size * 0.75, size * 0.6), fill=colour)
        ball(colour)(draw, x - size * 0.2, y - size * 0.65, size * 0.45)
        for ear in (-0.33, -0.07):
            tip = x + ear * size
            shape(draw, colour, (tip - 5, y - size * 0.78), (tip + 5, y - size * 0.78), (tip, y - size * 1.02))
        for eye in (-0.28, -0.12):
            ball("#b8e986")(draw, x + eye * size, y - size * 0.68, size * 0.08)

    return draw_cat


DAY = ("#8fd3f4", "#eaf7fd", 0.72, "#7ac46b")
SEA = ("#9bdcf7", "#e6f6fc", 0.62, "#2b7bbf")
ROAD = ("#a8dcf5", "#eef8fc", 0.7, "#8b8f94")
SNOW = ("#9cc0e2", "#cfe0f0", 0.7, "#e6eef7")
NIGHT = ("#0d1333", "#2b3470", 0.8, "#1d3b2a")
DEEP = ("#3aa0d8", "#0b4f86", 1.0, "#0b4f86")
ROOM = ("#f6e7cf", "#f2dcbb", 0.75, "#b9855a")

RED, BLUE, YELLOW, BLACK = "#d7263d", "#2d5fd0", "#f2c230", "#26262b"
SKY_STARS = [(star, 40, 30, 12), (star, 90, 60, 9), (star, 130, 25, 11), (star, 225, 85, 10), (star, 30, 90, 8)]

# name: (background, things with x, y and size)
SCENES: dict[str, tuple[tuple, list[tuple[Thing, float, float, float]]]] = {
    "house_tree": (DAY, [(sun, 40, 36, 26), (house("#f4d9a8", RED), 105, 150, 66), (tree, 200, 156, 80)]),
    "house_two_trees": (DAY, [(house("#e9ecef", BLUE), 128, 152, 62), (tree, 45, 158, 74), (tree, 212, 158, 78)]),
    "house_clouds": (DAY, [(cloud, 60, 36, 36), (cloud, 190, 50, 44), (house("#f2b5a7", "#7a4b2a"), 130, 155, 70)]),
    "tree_sun": (DAY, [(sun, 205, 40, 28), (tree, 100, 162, 104)]),
    "boat_red": (SEA, [(sun, 50, 36, 24), (boat(RED), 140, 140, 78)]),
    "boat_white": (SEA, [(cloud, 190, 36, 40), (boat("white"), 110, 142, 84)]),
    "boats_two": (SEA, [(boat(YELLOW), 75, 136, 60), (boat("white"), 180, 150, 70)]),
    "boat_sunset": (("#f7a072", "#ffe0a3", 0.62, "#34679a"), [(sun, 200, 100, 24), (boat(RED), 95, 142, 76)]),
    "car_red": (ROAD, [(cloud, 60, 34, 36), (car(RED), 128, 168, 110)]),
    "car_blue": (ROAD, [(sun, 210, 36, 24), (car(BLUE), 120, 168, 104)]),
    "cars_two": (ROAD, [(car(YELLOW), 70, 160, 84), (car(RED), 185, 172, 92)]),
    "car_tree": (ROAD, [(tree, 55, 140, 84), (car(BLUE), 165, 170, 98)]),
    "balloons_two": (DAY, [(balloon(RED), 95, 66, 60), (balloon(BLUE), 165, 54, 60)]),
    "balloons_three": (DAY, [(balloon(RED), 70, 72, 54), (balloon(YELLOW), 130, 50, 54), (balloon(BLUE), 190, 70, 54)]),
    "balloon_red": (DAY, [(cloud, 60, 40, 40), (balloon(RED), 145, 64, 70)]),
    "snowman": (SNOW, [(snowman, 128, 172, 128)]),
    "snowman_pines": (SNOW, [(pine, 42, 160, 100), (pine, 216, 160, 110), (snowman, 128, 176, 112)]),
    "pines_snow": (SNOW, [(pine, 60, 156, 96), (pine, 130, 166, 122), (pine, 205, 158, 100)]),
    "night_moon": (NIGHT, [*SKY_STARS, (moon, 190, 46, 50)]),
    "night_house": (NIGHT, [*SKY_STARS, (moon, 205, 40, 38), (house("#6a6f9c", "#2c2f52"), 120, 166, 64)]),
    "fish_orange": (DEEP, [(fish("#ff8c42"), 120, 96, 96)]),
    "fish_three": (DEEP, [(fish("#ff8c42"), 70, 60, 62), (fish(YELLOW), 180, 92, 66), (fish(RED), 95, 146, 62)]),
    "flowers": (DAY, [(sun, 210, 36, 24), (flower(RED), 60, 172, 64), (flower("white"), 125, 176, 74),
                      (flower("#c86bd1"), 190, 172, 60)]),
    "cat_black": (ROOM, [(cat(BLACK), 128, 168, 96)]),
}  # fmt: skip


def draw_scene(name: str) -> Image.Image:
    """One scene, RGB, 256 x 192."""
    background, things = SCENES[name]
    image = canvas(*background)
    draw = ImageDraw.Draw(image)
    for thing, x, y, size in things:
        thing(draw, x, y, size)
    return image.resize(SIZE, Image.Resampling.LANCZOS)


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    for name in SCENES:
        draw_scene(name).save(Path(__file__).parent / "sample" / f"scene_{name}.jpg", quality=88)


if __name__ == "__main__":
    main()
