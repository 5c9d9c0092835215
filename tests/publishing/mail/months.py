"""A published month without a run: what publishing leaves on disk, as the mail reads it."""

import base64
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
from nbformat import v4
from PIL import Image, ImageDraw

from retention_helpers.publishing.notebook import MIME


def png(width: int = 440, colour: str = "#0B6A99") -> bytes:
    """A chart on white, as a figure hands it over."""
    picture = Image.new("RGB", (width, width // 2), "#FFFFFF")
    ImageDraw.Draw(picture).rectangle((20, 20, width // 2, width // 4), fill=colour)
    buffer = io.BytesIO()
    picture.quantize(64).save(buffer, "PNG")
    return buffer.getvalue()


def noise(width: int = 600) -> bytes:
    """A chart that no PNG makes small."""
    picture = Image.effect_noise((width, width // 2), 90).convert("RGB").quantize(64)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def figure(name: str, /, **more: Any) -> dict[str, Any]:
    part = {
        "kind": "figure",
        "name": name,
        "headline": f"The {name} rose to 41.7%",
        "sentence": "41.7% in October 2026 (95% interval 39.9% to 43.5%).",
        "subtitle": "Share of 1,465 customers",
        "alt": "A line that ends at 41.7% after 38.2%.",
        "caption": "n = 2,007. Ring: 36.1% a year before.",
        "png": base64.b64encode(png()).decode("ascii"),
        "table": {"columns": [], "rows": []},
    }
    return part | more


def finding(name: str, /, **more: Any) -> dict[str, Any]:
    return {"name": name, "headline": f"Finding {name}: 12.8%", "sentence": "It was 11.1%.", "figure": name} | more


def kpi(name: str, /, **more: Any) -> dict[str, Any]:
    deltas = [
        {
            "tone": "flat",
            "arrow": "≈",
            "text": "−0.7%",
            "uncertainty": "±5.2%",
            "label": "vs Sep 2026",
            "word": "noise",
        },
        {
            "tone": "up",
            "arrow": "▲",
            "text": "+37.2%",
            "uncertainty": "±7.3%",
            "label": "vs Oct 2025",
            "word": "better",
        },
    ]
    series = [float(value % 7) for value in range(25)]
    return (
        {"kpi": name, "name": f"The {name}", "text": "2,007", "description": "in 31 days", "series": series}
        | {"deltas": deltas}
        | more
    )


def notebook(name: str, **more: Any) -> dict[str, Any]:
    """What one notebook said: figures, findings, key figures."""
    return {
        "name": name,
        "figures": [figure(f"{name}_line"), figure(f"{name}_grid")],
        "findings": [finding(f"{name}_line"), finding(f"{name}_grid")],
        "kpis": [kpi(f"{name}_{number}") for number in range(5)],
    } | more


def publish(reports: Path, *notebooks: dict[str, Any], period: str = "2026-10", **more: Any) -> Path:
    """Write the month's folder; ``more`` goes into headline.json and manifest.json."""
    month = reports / "sample" / period
    (month / "executed").mkdir(parents=True)
    notebooks = notebooks or (notebook("summary"), notebook("cohorts"))
    for item in notebooks:
        outputs = [
            v4.new_output("display_data", {"text/plain": part["headline"], MIME: part}) for part in item["figures"]
        ]
        node = v4.new_notebook(cells=[v4.new_code_cell("report.show()", outputs=outputs)])
        nbformat.write(node, month / "executed" / f"{item['name']}.ipynb")
        (month / f"{item['name']}.html").write_text(f"<html><title>{item['name']}</title></html>", encoding="utf-8")
    headline = {
        "profile": "sample",
        "company": "Sample company",
        "period": period,
        "locale": "en",
        "currency": "EUR",
        "data_through": f"{period}-31",
        "is_complete": True,
        "notebooks": [
            {
                "notebook": item["name"],
                "title": f"The {item['name']}?",
                "data_through": f"{period}-31",
                "tables": ["kpis"],
            }
            for item in notebooks
        ],
        "findings": [found | {"notebook": item["name"]} for item in notebooks for found in item["findings"]],
        "kpis": [found | {"notebook": item["name"]} for item in notebooks for found in item["kpis"]],
        "alerts": [],
    }
    manifest = {"period": period, "run_id": "run-1", "failed": [], "is_complete": True, "notebooks": {}}
    (month / "headline.json").write_text(json.dumps(headline | more), encoding="utf-8")
    (month / "manifest.json").write_text(json.dumps(manifest | more), encoding="utf-8")
    return month


def fail(reports: Path, period: str = "2026-10", **more: Any) -> Path:
    """What a failed notebook leaves."""
    folder = reports / "_failed" / "sample" / period / "cohorts"
    folder.mkdir(parents=True)
    told = {"notebook": "cohorts", "period": period, "cell": 7, "reason": "ValueError: x", "run_id": "run-2"}
    path = folder / "failure.json"
    path.write_text(json.dumps(told | {"failed_at": "2026-11-05T05:00:00"} | more), encoding="utf-8")
    return path


class Reader(HTMLParser):
    """What a reader of the HTML sees or hears, and every address and handler in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self._in_style = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._in_style = tag == "style"
        for name, value in attrs:
            if name in ("alt", "aria-label", "title"):
                self.said.append(value or "")
            if name in ("src", "href", "background", "srcset", "action"):
                self.addresses.append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if not self._in_style:
            self.said.append(data)

    @property
    def text(self) -> str:
        return one_line(" ".join(self.said))


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def numbers(text: str) -> set[str]:
    """Every number of a text with its sign, its currency and its per cent."""
    return set(re.findall(r"[+−±]?[€$₴]?\d+(?:[.,\u00a0]\d+)*(?:\s?%)?", text))
