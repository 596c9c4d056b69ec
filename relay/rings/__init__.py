"""What is known of the rings without reading events: columns, dictionaries, blocks, bounds."""
