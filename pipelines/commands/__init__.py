"""The commands, a module a theme; what is heavy is imported by the command that needs it, when it runs."""
