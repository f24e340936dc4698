"""The theory page: the models in typeset mathematics, made whole by the server; it needs no JavaScript to be read.

`content/` holds the text, one file a model: Markdown with mathematics between dollars, equations with a name, and
numbers between @ signs that are computed (`numbers`). `symbols` ties letters to controls, `mathematics` makes MathML,
`document` the page, `routes` serves it.
"""
