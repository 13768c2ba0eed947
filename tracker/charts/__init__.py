"""Frames to Plotly figures, one module a kind of picture. Pure: words arrive in the frame."""
