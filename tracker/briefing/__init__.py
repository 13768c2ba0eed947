"""Briefings that go to print: Word, PowerPoint, Excel and pictures, from the same rows as the pages."""
