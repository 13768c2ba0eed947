"""Streamlit's own words in the reader's language. Streamlit 1.67 has no translation of its own interface.

A small script swaps whole texts and tooltips of the page as they appear. Our own designed parts (``.tt``) are left
alone: they are written in the right language already.
"""

from __future__ import annotations

import json
from functools import lru_cache

from tracker.text import LANGUAGES, words

_SECTION = "native."
_SCRIPT = """
(() => {
  const shared = (window.trackerWords ??= {});
  shared.words = WORDS;
  const attributes = ["aria-label", "title", "placeholder", "data-title"];
  const swap = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = node.data.trim();
      if (Object.hasOwn(shared.words, text)) node.data = node.data.replace(text, shared.words[text]);
    } else if (node.nodeType === Node.ELEMENT_NODE && !node.classList.contains("tt")) {
      for (const name of attributes) {
        const text = node.getAttribute(name);
        if (text !== null && Object.hasOwn(shared.words, text)) node.setAttribute(name, shared.words[text]);
      }
      if (!["SCRIPT", "STYLE"].includes(node.tagName)) node.childNodes.forEach(swap);
    }
  };
  swap(document.body);
  shared.observer?.disconnect();
  shared.observer = new MutationObserver((records) => {
    for (const record of records) {
      if (record.target.parentElement?.closest(".tt")) continue;
      if (record.type === "childList") record.addedNodes.forEach(swap);
      else swap(record.target);
    }
  });
  shared.observer.observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: attributes,
  });
})();
"""


@lru_cache(maxsize=len(LANGUAGES))
def native_words(language: str) -> dict[str, str]:
    """Streamlit's words in any language of ours, and how each reads in this one."""
    wanted = words(language)
    return {
        text: wanted[key]
        for other in LANGUAGES
        for key, text in words(other).items()
        if key.startswith(_SECTION) and text != wanted[key]
    }


@lru_cache(maxsize=len(LANGUAGES))
def script(language: str) -> str:
    """The script that says it in a language; it runs again when the reader switches."""
    return f"<script>{_SCRIPT.replace('WORDS', json.dumps(native_words(language), ensure_ascii=False))}</script>"
