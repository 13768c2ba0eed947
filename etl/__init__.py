"""From official files to a published build: read, clean, build, check, publish."""

VERSION = "0.5.0"
