"""Documents on paper: data in words into a template, out of it a PDF that can be read aloud (PDF/UA).

The same data gives the same bytes, whoever asks and whenever: nothing of the present goes in and no font of the
machine is used.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

_TEMPLATES = Path(settings.BASE_DIR) / "templates"
# A picture on its own: as large as it is, on white, for mail programs that know no drawings.
_PICTURE = """
#set page(width: auto, height: auto, margin: 0pt, fill: white)
#image(bytes(sys.inputs.drawing), format: "svg", width: {width}pt)
"""
_DOTS_PER_INCH = 144


def set_paper(template: str, data: Mapping[str, Any]) -> bytes:
    """Return the PDF that a template (its path under templates/) makes of the data."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    path = _TEMPLATES / template
    try:
        return _set(path, text, tagged=True)
    except typst.TypstError:
        # The standard forbids letters that no font here can draw (Latin, Greek and Cyrillic it can); better a
        # paper with an empty box in a name than none.
        return _set(path, text, tagged=False)


def _set(template: Path, data: str, *, tagged: bool) -> bytes:
    paper: bytes = typst.compile(
        str(template),
        root=str(template.parent),
        sys_inputs={"data": data},
        pdf_standards=["ua-1"] if tagged else [],
        ignore_system_fonts=True,
    )
    return paper


def set_picture(drawing: str, *, width: int) -> bytes:
    """Return a drawing (SVG) as PNG, with two pixels for each point of its width."""
    picture: bytes = typst.compile(
        _PICTURE.format(width=width).encode(),
        sys_inputs={"drawing": drawing},
        format="png",
        ppi=_DOTS_PER_INCH,
        ignore_system_fonts=True,
    )
    return picture
