"""The pages of a release: plain files that open without a server and ask no other host for anything."""

from pipelines.site.build import build_site, draw_site

__all__ = ["build_site", "draw_site"]
