"""The question that comes before weights are downloaded."""

from typing import TYPE_CHECKING

import click

from hhtui.cli import output
from hhtui.cli.failures import Failure

if TYPE_CHECKING:
    from hhtui.score.scorer import Options


def may_download(names: tuple[str, ...], options: "Options") -> "Options":
    """Ask before weights are downloaded; return the options with the answer, or raise Failure where it is no."""
    from hhtui.score.scorer import REGISTRY
    from hhtui.score.weights import download_notice

    for name in names:
        downloads = name.startswith("detoxify:") and name in REGISTRY and not options.download
        notice = download_notice(name, options) if downloads else None
        if notice is None:
            continue
        output.narrate(notice)
        if not output.can_ask():
            raise Failure("nothing was downloaded; --yes agrees to it, --checkpoint FILE names weights that are here")
        if not click.confirm("Download?", err=True):
            raise Failure("nothing was downloaded; --checkpoint FILE names weights that are here")
        options = options._replace(download=True)
    return options
