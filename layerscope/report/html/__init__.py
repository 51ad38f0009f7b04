"""The report as one HTML file that needs nothing but itself: no network, no fonts, no script from elsewhere.

``single`` is the report on one image, ``pair`` that on two. Both say what the JSON document says, drawn: the templates are
filled by Jinja, which escapes every value; drawings are inline SVG whose geometry is worked out here; long tables are embedded
as data (``embedding``), which ``assets/page.js`` pages, sorts and searches. Without JavaScript everything is there but the
rows of a table beyond its first ones.
"""
