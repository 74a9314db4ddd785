"""The question that comes before weights are downloaded."""

from typing import TYPE_CHECKING

import click

from hhtui.cli import output
from hhtui.cli.failures import Failure

if TYPE_CHECKING:
    from hhtui.score.scorer import Options


def may_download(names: tuple[str, ...], options: "Options") -> "Options":
    """Say what weights have to be downloaded, how large they are and from whom, and ask unless that is allowed already.

    Return the options with the answer. Raises Failure where it is no, and ScoreError where the weights would be of no
    use: packages are missing.
    """
    from hhtui.score.detoxify.weights import download_notice, require_packages
    from hhtui.score.scorer import REGISTRY

    for name in names:
        if not name.startswith("detoxify:") or name not in REGISTRY:
            continue
        require_packages()
        notice = download_notice(name, options)
        if notice is not None:
            output.narrate(notice)
            options = options if options.download else options._replace(download=_agreed())
    return options


def _agreed() -> bool:
    """Return True where the answer is yes."""
    if not output.can_ask():
        raise Failure("nothing was downloaded; --yes agrees to it, --checkpoint FILE names weights that are here")
    if not click.confirm("Download?", err=True):
        raise Failure("nothing was downloaded; --checkpoint FILE names weights that are here")
    return True
