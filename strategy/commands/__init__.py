"""The program's commands, one module each; nothing heavy is imported until one is called."""
