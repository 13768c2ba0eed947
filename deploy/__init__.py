"""Starting the program, and carrying it to where there is no internet."""
