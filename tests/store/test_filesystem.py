"""Which file systems a path lies on, and the files that a database is made of."""

from pathlib import Path

import pytest

from hhtui.store.database import Database
from hhtui.store.filesystem import move_database, network_type
from tests.store.noted import names, put

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/sdb1 /home/local ext4 rw 0 0
//server/share /mnt/my\\040share cifs rw 0 0
user@host:/ /mnt/remote fuse.sshfs rw 0 0
server:/data /data nfs rw 0 0
server:/back /mnt/back\\134040slash cifs rw 0 0
server:/accents /mnt/été cifs rw 0 0
/dev/sdc1 /mnt/over ext4 rw 0 0
server:/over /mnt/over nfs4 rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/home/me", "nfs4"),
        ("/home/local/me", None),
        ("/homes", None),
        ("/srv/data", None),
        ("/mnt/my share/x", "cifs"),
        ("/mnt/my", None),
        ("/mnt/remote", "fuse.sshfs"),
        ("/data", "nfs"),
        ("/database", None),
        ("/mnt/back\\040slash/x", "cifs"),
        ("/mnt/été/x", "cifs"),
        ("/mnt/over", "nfs4"),
    ],
)
def test_network_file_systems_are_known_by_their_mount(tmp_path: Path, place: str, kind: str | None) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    assert network_type(Path(place), mounts) == kind
    assert network_type(Path(place), tmp_path / "absent") is None


def test_a_database_whose_log_holds_something_is_not_moved(tmp_path: Path) -> None:
    path, target = tmp_path / "a.db", tmp_path / "b.db"
    with Database.create(path) as database:
        put(database, "first")
        with pytest.raises(OSError, match="No space left"):
            move_database(path, target)
    assert names(path) == ["first"] and not target.exists()
    move_database(path, target)
    assert names(target) == ["first"] and not path.exists()
