"""A letter as a page to look at before it goes out: the pictures stand in the HTML itself."""

import base64

from .letter import Letter

_POLICY = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">"
)


def preview_page(letter: Letter) -> str:
    page = letter.html.replace("<head>", f"<head>{_POLICY}", 1)
    for cid, png in letter.pictures.items():
        page = page.replace(f'src="cid:{cid}"', f'src="data:image/png;base64,{base64.b64encode(png).decode("ascii")}"')
    return page
