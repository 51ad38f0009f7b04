"""Package databases: which file of the image belongs to which package, as each layer knew it."""
