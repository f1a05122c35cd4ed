"""Muster's voice: what is known, as tables and documents. Pure: values in, text out."""
