"""`hhtui scorer export`: one of detoxify's models becomes one in int8, which needs no PyTorch."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hhtui.cli import output
from hhtui.cli.arguments import database_first

if TYPE_CHECKING:
    from hhtui.score.detoxify.quantize import Exported


@click.command()
@click.argument("words", nargs=-1, metavar="[DB]")
@click.option(
    "--scorer", "name", default="detoxify:original", show_default=True, metavar="NAME", help="What to export."
)
@click.option("--checkpoint", type=click.Path(path_type=Path), help="The file with the weights.")
@click.option("--config-dir", type=click.Path(path_type=Path), help="The folder with config and tokenizer.")
@click.option("-o", "--output", "folder", type=click.Path(path_type=Path), help="The folder to make.")
@click.option("--sample", type=click.IntRange(min=50), default=500, show_default=True, help="Responses to compare on.")
@click.option("--accept-below", is_flag=True, help="Keep the model also where its rank correlation is below .97.")
@click.option("--device", metavar="D", help="Where fp32 runs: cpu, cuda, cuda:1 or mps; the best one by default.")
@click.option("--threads", type=click.IntRange(min=1), help="At most so many threads.")
@click.option("--yes", is_flag=True, help="Download weights that are missing without a question.")
@click.option("--force", is_flag=True, help="Replace an older export.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def export(
    words: tuple[str, ...],
    name: str,
    checkpoint: Path | None,
    config_dir: Path | None,
    folder: Path | None,
    sample: int,
    accept_below: bool,
    device: str | None,
    threads: int | None,
    yes: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Make an int8 model of one of detoxify's, several times as fast and without PyTorch.

    It is a scorer of its own, detoxify-int8:…, with its own scores. Both score responses of this database; where
    they do not rank them alike, Spearman's correlation below .97 in any column, nothing is kept. It takes memory of
    about eleven times the size of the weights, 5 GB for detoxify:original.
    """
    from hhtui import api
    from hhtui.cli.downloading import may_download
    from hhtui.score.detoxify.quantize import export_int8
    from hhtui.score.scorer import Options

    path, others = database_first(words)
    if others:
        raise click.UsageError("name one database: hhtui scorer export DB")
    options = Options(checkpoint=checkpoint, config_dir=config_dir, device=device, threads=threads, download=yes)
    options = may_download((name,), options)
    with api.open(path, read_only=True) as database:
        done = export_int8(
            database,
            name,
            options,
            folder=folder,
            sample=sample,
            accept_below=accept_below,
            force=force,
            report=output.narrate,
        )
    if as_json:
        output.data_json(done.to_json())
    else:
        _tell(done, folder is not None, path)


def _tell(done: "Exported", is_elsewhere: bool, path: Path) -> None:
    """Print the agreement of each column, the smallest last, and say what to do next."""
    output.data(
        f"Spearman's rank correlation with fp32, and the largest difference, on {done.agreement.texts} responses"
    )
    for column in done.agreement.columns:
        output.data(f"  {column.words}  {column.difference:.4f}")
    output.data(f"  smallest: {done.agreement.smallest.words}")
    model = f" --model {done.folder}" if is_elsewhere else ""
    output.narrate(f"{done.folder}: {done.size / 1e6:,.0f} MB; use it: hhtui score {path} --scorer {done.name}{model}")
