"""Thin glue: when and where things run, never how they are computed."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("emergence-warehouse")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0+unknown"
