"""Where work runs: processes side by side on this machine."""
