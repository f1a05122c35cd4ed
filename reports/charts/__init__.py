"""Charts as inline SVG, one idea a file: values in, markup out. Colours and fonts are the page's, by class."""
