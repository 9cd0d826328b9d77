"""What the captioner and the language models both stand on: errors, configuration, files, the console, training."""
