"""Where the style sheets are."""

from pathlib import Path


def style_sheet(name: str) -> Path:
    """Return the path of a sheet: beside the package in a wheel, one folder up in a checkout."""
    package = Path(__file__).resolve().parent.parent
    beside = package / "styles"
    return (beside if beside.is_dir() else package.parent / "styles") / f"{name}.tcss"
