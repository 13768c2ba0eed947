"""The keyboard of a meeting, and the scale of its stage.

← → (and the page keys, which is what a presenter's remote sends) press the buttons of the page, Esc the way out. Keys
typed into a form stay there; while a form is open, Esc closes it and nothing else.
"""

from __future__ import annotations

_SCRIPT = """
(() => {
  const root = document.documentElement;
  const fit = () => root.style.setProperty("--meeting-scale", Math.min(innerWidth / 1920, innerHeight / 1080));
  fit();
  if (window.trackerMeeting) return;
  window.trackerMeeting = true;
  addEventListener("resize", fit);
  const keys = {
    ArrowLeft: "meeting_back", PageUp: "meeting_back",
    ArrowRight: "meeting_next", PageDown: "meeting_next",
    Escape: "meeting_leave",
  };
  const isForm = "input, textarea, select, [contenteditable], [role=combobox], [role=listbox], [role=dialog]";
  document.addEventListener("keydown", (event) => {
    const name = keys[event.key];
    const button = name && document.querySelector(`.st-key-${name} button`);
    if (!button || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest?.(isForm) || document.querySelector("[data-testid=stPopoverBody]")) return;
    event.preventDefault();
    button.click();
  }, true);
})();
"""


def script() -> str:
    """The script; once in a document, however often it is sent."""
    return f"<script>{_SCRIPT}</script>"
