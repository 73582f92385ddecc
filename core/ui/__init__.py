"""What pages are made of: the shell around every page, words, state, charts and the two canvases.

The only importer of streamlit below pages/; calls workflows, never keras, SQL or array maths.
"""
