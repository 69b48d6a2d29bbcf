"""Drawn scenes, before and after: nobody's photographs, and nobody can take them for any."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from undercity.ledger.pictures import Picture, read_picture

WIDTH, HEIGHT = 800, 600
ROAD, PAVEMENT, KERB, WALL = (98, 102, 108), (178, 176, 170), (206, 204, 198), (214, 200, 178)
GREEN, DARK_GREEN, WATER = (104, 150, 92), (66, 110, 66), (92, 128, 152)
Draw = ImageDraw.ImageDraw


def _street(draw: Draw, *, night: bool = False) -> None:
    """Sky, a row of houses, a pavement with its kerb, the road."""
    top, low = ((34, 42, 66), (70, 78, 104)) if night else ((168, 200, 226), (232, 238, 240))
    for y in range(330):
        share = min(y / 300, 1.0)
        colour = tuple(round(a + (b - a) * share) for a, b in zip(top, low, strict=True))
        draw.line((0, y, WIDTH, y), fill=colour)
    dice = random.Random(11)
    x = -20
    while x < WIDTH:
        wide, high = dice.randint(90, 150), dice.randint(120, 220)
        wall = (72, 74, 90) if night else dice.choice([WALL, (196, 186, 176), (206, 190, 184), (188, 194, 198)])
        draw.rectangle((x, 330 - high, x + wide, 330), fill=wall)
        for row in range(330 - high + 18, 305, 34):
            for column in range(x + 14, x + wide - 20, 32):
                lit = dice.random() < 0.4
                glass = ((240, 214, 140) if lit else (50, 54, 70)) if night else (150, 172, 188)
                draw.rectangle((column, row, column + 16, row + 20), fill=glass)
        x += wide + dice.randint(2, 12)
    pave, kerb, road = ((104, 104, 108), (124, 124, 126), (52, 54, 60)) if night else (PAVEMENT, KERB, ROAD)
    draw.rectangle((0, 330, WIDTH, 420), fill=pave)
    for x in range(-60, WIDTH, 52):
        draw.line((x + 40, 330, x, 420), fill=kerb, width=2)
    draw.line((0, 374, WIDTH, 374), fill=kerb, width=2)
    draw.rectangle((0, 420, WIDTH, 438), fill=kerb)
    draw.rectangle((0, 438, WIDTH, HEIGHT), fill=road)
    for x in range(30, WIDTH, 170):
        draw.polygon([(x, 560), (x + 84, 560), (x + 76, 572), (x - 8, 572)], fill=(222, 222, 214))


def _manhole(draw: Draw, after: bool) -> None:
    _street(draw)
    draw.ellipse((285, 462, 515, 558), fill=(62, 64, 68))
    draw.ellipse((298, 468, 502, 552), fill=(120, 122, 124) if after else (16, 16, 20))
    if after:
        for x in range(322, 490, 24):
            draw.line((x, 482, x, 538), fill=(86, 88, 92), width=6)
        for y in range(488, 540, 16):
            draw.line((312, y, 488, y), fill=(98, 100, 104), width=4)
    else:
        draw.polygon([(470, 540), (610, 520), (640, 556), (520, 578)], fill=(112, 114, 116), outline=(70, 72, 76))
        draw.line((300, 470, 330, 380), fill=DARK_GREEN, width=7)
        draw.line((318, 420, 350, 392), fill=GREEN, width=5)


def _litter(draw: Draw, after: bool) -> None:
    _street(draw)
    for x, colour in ((90, (60, 110, 170)), (170, (90, 90, 96))):
        draw.rounded_rectangle((x, 300, x + 62, 408), 8, fill=colour)
        draw.rounded_rectangle((x - 5, 290, x + 67, 308), 6, fill=tuple(round(c * 0.8) for c in colour))
    if after:
        draw.polygon([(300, 418), (560, 418), (520, 380), (330, 380)], fill=(196, 194, 188))
        return
    dice = random.Random(5)
    for _ in range(26):
        x, y, r = dice.randint(250, 600), dice.randint(350, 440), dice.randint(14, 40)
        colour = dice.choice([(58, 58, 62), (236, 236, 230), (164, 122, 84), (96, 136, 90), (176, 70, 64)])
        draw.rounded_rectangle((x, y - r, x + r * 1.5, y), 8, fill=colour, outline=(44, 44, 46))
    for _ in range(40):
        x, y = dice.randint(200, 680), dice.randint(400, 470)
        draw.rectangle((x, y, x + dice.randint(5, 16), y + 5), fill=dice.choice([(240, 240, 236), (150, 110, 70)]))


def _lamp(draw: Draw, after: bool) -> None:
    _street(draw, night=True)
    if after:
        for step in range(12, 0, -1):
            share = (12 - step) / 24
            draw.ellipse((430 - 26 * step, 462 - 7 * step, 430 + 26 * step, 462 + 7 * step),
                         fill=tuple(round(a + (b - a) * share) for a, b in ((62, 250), (64, 232), (66, 170))))
    draw.rectangle((292, 96, 304, 430), fill=(30, 32, 36))
    draw.line((298, 100, 430, 84), fill=(30, 32, 36), width=9)
    draw.rounded_rectangle((396, 80, 466, 102), 8, fill=(255, 240, 180) if after else (64, 64, 70))
    if not after:
        draw.line((404, 110, 460, 74), fill=(150, 60, 60), width=5)


def _flooding(draw: Draw, after: bool) -> None:
    _street(draw)
    if not after:
        draw.polygon([(40, 470), (200, 440), (560, 446), (770, 480), (720, 570), (330, 592), (90, 560)], fill=WATER)
        for y, x in ((480, 180), (512, 330), (540, 470), (502, 560), (556, 240)):
            draw.arc((x, y, x + 120, y + 22), 0, 180, fill=(170, 196, 212), width=3)
        for x, y in ((210, 500), (420, 478), (600, 530)):
            draw.ellipse((x, y, x + 30, y + 14), fill=(150, 124, 70))
    box = (330, 424, 480, 462)
    draw.rectangle(box, fill=(48, 50, 54), outline=(30, 30, 32), width=4)
    for x in range(342, 478, 16):
        draw.line((x, 428, x, 458), fill=(118, 120, 124) if after else (90, 96, 70), width=6)
    if not after:
        dice = random.Random(8)
        for _ in range(30):
            x, y = dice.randint(330, 470), dice.randint(424, 456)
            draw.ellipse((x, y, x + 16, y + 9), fill=dice.choice([(140, 110, 60), (110, 130, 70)]))


def _vendor(draw: Draw, after: bool) -> None:
    _street(draw)
    if after:
        draw.rectangle((200, 348, 640, 362), fill=(226, 196, 90))
        return
    for x, colour in ((170, (190, 72, 60)), (420, (70, 116, 160))):
        draw.rectangle((x, 330, x + 190, 400), fill=(150, 112, 76), outline=(90, 66, 44), width=3)
        for nth in range(9):
            draw.ellipse((x + 8 + nth * 20, 312, x + 26 + nth * 20, 334),
                         fill=((226, 150, 60), (196, 60, 52), (120, 160, 70))[nth % 3])
        draw.line((x + 95, 312, x + 95, 210), fill=(70, 70, 74), width=6)
        draw.polygon([(x - 20, 232), (x + 95, 168), (x + 210, 232)], fill=colour)
        draw.ellipse((x + 20, 388, x + 64, 432), fill=(40, 40, 44))
        draw.ellipse((x + 126, 388, x + 170, 432), fill=(40, 40, 44))


def _kerb(draw: Draw, after: bool) -> None:
    _street(draw)
    for x in range(0, WIDTH, 100):
        draw.line((x, 420, x, 438), fill=(150, 148, 142), width=2)
    if after:
        draw.rectangle((300, 420, 500, 438), fill=(222, 220, 214), outline=(150, 148, 142))
        return
    draw.polygon([(300, 420), (500, 420), (486, 452), (440, 440), (390, 458), (336, 444)], fill=(84, 76, 66))
    for x, y, turn in ((330, 462, 14), (420, 474, -18), (470, 452, 8)):
        draw.polygon([(x, y), (x + 56, y + turn), (x + 50, y + turn + 20), (x - 6, y + 20)], fill=(200, 198, 190),
                     outline=(130, 128, 122))


def _adverts(draw: Draw, after: bool) -> None:
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill=(210, 198, 180))
    for y in range(0, HEIGHT, 46):
        draw.line((0, y, WIDTH, y), fill=(188, 176, 158), width=3)
        for x in range(0 if y % 92 else 50, WIDTH, 100):
            draw.line((x, y, x, y + 46), fill=(188, 176, 158), width=3)
    dice = random.Random(3)
    for _ in range(17):
        x, y = dice.randint(40, 640), dice.randint(30, 470)
        w, h = dice.randint(70, 130), dice.randint(50, 100)
        if after:
            draw.rounded_rectangle((x, y, x + w, y + h), 12, fill=(218, 207, 190))
            continue
        draw.rectangle((x, y, x + w, y + h), fill=dice.choice([(250, 248, 236), (246, 224, 120), (238, 170, 160)]),
                       outline=(120, 116, 108), width=2)
        for line in range(y + 12, y + h - 8, 14):
            draw.line((x + 10, line, x + w - dice.randint(10, 30), line), fill=(70, 70, 76), width=4)


def _tree(draw: Draw, after: bool) -> None:
    _street(draw)
    draw.rectangle((196, 220, 226, 412), fill=(112, 84, 58))
    for x, y, r in ((210, 170, 92), (140, 210, 62), (284, 206, 66), (220, 110, 66)):
        draw.ellipse((x - r, y - r, x + r, y + r), fill=GREEN if (x + r) % 2 else DARK_GREEN)
    if after:
        return
    draw.line((330, 452, 690, 540), fill=(112, 84, 58), width=20)
    for x, y in ((470, 440), (560, 470), (640, 510), (520, 530), (420, 490), (690, 560)):
        draw.line((x - 30, y + 20, x + 30, y - 20), fill=(112, 84, 58), width=7)
        draw.ellipse((x - 44, y - 34, x + 44, y + 34), fill=DARK_GREEN)
        draw.ellipse((x - 20, y - 36, x + 50, y + 16), fill=GREEN)


SCENES: dict[str, Callable[[Draw, bool], None]] = {
    "manhole": _manhole, "litter": _litter, "lamp": _lamp, "flooding": _flooding, "vendor": _vendor, "kerb": _kerb,
    "adverts": _adverts, "tree": _tree,
}


@cache
def scene(name: str, *, after: bool) -> Picture:
    """A drawing of this scene, ready to be kept."""
    image = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(image)
    SCENES[name](draw, after)
    draw.rectangle((0, HEIGHT - 34, 190, HEIGHT), fill=(250, 250, 246))
    draw.text((12, HEIGHT - 26), "DRAWING - NOT A PHOTO", fill=(60, 60, 64), font=ImageFont.load_default(14))
    out = io.BytesIO()
    # Uncompressed, since it is read back at once.
    image.save(out, "BMP")
    return read_picture(out.getvalue())
