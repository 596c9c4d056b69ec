"""Reads history: from filters to SQL, bitmaps and places, and from places to events."""
