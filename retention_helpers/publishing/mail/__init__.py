"""The mail of a published month: the report's front page, as mail programs can show it.

What a mail says comes from headline.json and from the parts of the executed notebooks, never from HTML: see
`published` (what there is) and `contents` (what is chosen of it). `spark` and `picture` make its drawings, `letter` its
HTML and its text, `notice` the plain letters (a failed month, a manager's customers), `attachment` what comes with it,
`message` the MIME form, `preview` a page of it. `outbox` keeps what was written and what went to whom, `server` says
where mail goes out, and `delivery` sends. The tests of a module bear its name.
"""
