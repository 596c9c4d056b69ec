"""The command line: filters, prints and follows flows of a server or a file."""
