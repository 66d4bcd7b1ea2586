"""The web manifest and its icons, as a browser gets them."""

import re
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

import pytest

from app.web.site.render import shipped
from tests.web.visiting import http_to, running

COLOUR = re.compile(r"#[0-9a-f]{6}")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
async def http():
    async with running() as app, http_to(app) as client:
        yield client


async def manifest_of(http) -> tuple[str, dict[str, Any]]:
    page = (await http.get("/")).text
    found = re.search(r'<link rel="manifest" href="([^"]+)">', page)
    assert found is not None
    answer = await http.get(found[1])
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] in {
        "application/manifest+json",
        "application/json",
    }
    return found[1], answer.json()


async def test_the_manifest_says_what_this_is_and_where_it_begins(http):
    url, manifest = await manifest_of(http)
    assert manifest["name"] == manifest["short_name"] == "Popscope"
    assert manifest["display"] in {"browser", "minimal-ui", "standalone"}
    for name in ("background_color", "theme_color"):
        assert COLOUR.fullmatch(manifest[name])
    for name in ("start_url", "scope"):
        place = urljoin(f"http://localhost{url}", manifest[name])
        assert (await http.get(place)).status_code == 200, name
    assert manifest["start_url"].startswith(manifest["scope"])


async def test_its_icons_exist_and_one_of_them_may_be_cut(http):
    url, manifest = await manifest_of(http)
    purposes = [icon["purpose"] for icon in manifest["icons"]]
    assert purposes == ["any", "maskable"]
    for icon in manifest["icons"]:
        answer = await http.get(urljoin(url, icon["src"]))
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(icon["type"])
        drawing = ET.fromstring(answer.content)
        assert drawing.tag == f"{SVG}svg"
        width, height = drawing.attrib["viewBox"].split()[2:]
        assert width == height  # any size of a square


def test_what_may_be_cut_has_a_ground_and_stays_within_the_safe_circle():
    """W3C's manifest: a circle of 40 % of the width around the middle is always shown."""
    drawing = ET.parse(shipped("static") / "maskable.svg").getroot()
    size = float(drawing.attrib["viewBox"].split()[2])
    ground, group = drawing
    assert (ground.attrib["width"], ground.attrib["height"]) == (f"{size:g}", f"{size:g}")
    moved = re.fullmatch(
        r"translate\(([\d.]+) ([\d.]+)\) scale\(([\d.]+)\)", group.attrib["transform"]
    )
    assert moved is not None
    x, y, scale = map(float, moved.groups())
    stroke = float(group.attrib["stroke-width"]) / 2
    circle, box = group.find(f"{SVG}circle"), group.find(f"{SVG}rect")
    assert circle is not None
    assert box is not None
    reach = float(circle.attrib["r"]) + stroke
    right, low = float(circle.attrib["cx"]), float(circle.attrib["cy"])
    left, top = float(box.attrib["x"]) - stroke, float(box.attrib["y"]) - stroke
    middle = size / 2

    def off(px: float, py: float) -> float:
        return float(((x + px * scale - middle) ** 2 + (y + py * scale - middle) ** 2) ** 0.5)

    assert off(left, top) <= 0.4 * size
    assert off(float(box.attrib["x"]) + float(box.attrib["width"]) + stroke, top) <= 0.4 * size
    assert off(right, low) + reach * scale <= 0.4 * size


async def test_the_browsers_bar_has_a_colour_for_light_and_for_dark(http):
    page = (await http.get("/")).text
    found = re.findall(
        r'<meta name="theme-color" content="(#\w{6})" media="\(prefers-color-scheme: (\w+)\)">',
        page,
    )
    assert [scheme for _, scheme in found] == ["light", "dark"]
    style = (shipped("static") / "site/site.css").read_text()
    panel = re.search(r"--panel: light-dark\((#\w+), (#\w+)\)", style)
    assert panel is not None
    assert [colour for colour, _ in found] == ["#ffffff", panel[2]]
    assert panel[1] == "#fff"
