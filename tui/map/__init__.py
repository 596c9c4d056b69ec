"""The service map as a drawing: layers, order, rows, lines."""
