"""Adapters: `advantaged` inside other people's trainers. One module each; what a user changes stands at its top and
under docs/integrations/. Importing this package imports no framework."""

from advantaged.integrations._log import sinks

__all__ = ["sinks"]
