"""The packages that detoxify's models need: whether they are installed, and their versions as far as numbers go."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from hhtui.score.scorer import ScoreError


def require(packages: Iterable[str], extras: str) -> None:
    """Raise ScoreError, naming the extras that bring them, where a package is not installed; none is imported."""
    from importlib.util import find_spec

    if absent := [package for package in packages if find_spec(package) is None]:
        raise not_installed(absent, extras)


def minor_versions(packages: Iterable[str], extras: str) -> dict[str, str]:
    """Return major and minor version of each package, between which its results may differ; raises as `require`."""
    found = {}
    for package in packages:
        try:
            found[package] = ".".join(version(package).split(".")[:2])
        except PackageNotFoundError:
            raise not_installed([package], extras) from None
    return found


def not_installed(absent: list[str], extras: str) -> ScoreError:
    """Return the error that names packages which are absent, and the extras that bring them."""
    verb = "is" if len(absent) == 1 else "are"
    return ScoreError(f"{' and '.join(absent)} {verb} not installed here: pip install 'hhtui[{extras}]'")
