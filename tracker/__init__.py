"""What the numbers mean: catalogue, progress, charts, words. Importable without Streamlit (ui excepted)."""
