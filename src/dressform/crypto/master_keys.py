"""The master keys: from the settings, or from a file that is created for a trial installation."""

import base64
import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from dressform.crypto.sealing import MasterKeys
from dressform.crypto.secrets import new_key
from dressform.errors import StartupError
from dressform.settings.key_ring import parse_master_keys
from dressform.settings.settings import Settings


def new_master_key(key_id: str) -> str:
    """Return a new key in the format of DRESSFORM_MASTER_KEYS."""
    return f"{key_id}:{base64.b64encode(new_key()).decode()}"


def load_master_keys(settings: Settings) -> MasterKeys:
    """Return the key ring. Production takes it from the settings only, which are checked before."""
    if settings.master_keys is not None:
        return MasterKeys(parse_master_keys(settings.master_keys.get_secret_value()))
    return MasterKeys(parse_master_keys(_load_or_create(settings.state_dir / "master.keys")))


def _load_or_create(path: Path) -> str:
    """Return the content of the key file, which is created when it is missing."""
    try:
        if not path.exists():
            _create_key_file(path)
        text = path.read_text().strip()
        parse_master_keys(text)
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else f"it {error}"
        raise StartupError(
            f"The key file {path} can't be used ({said}): without it the data under "
            f"{path.parent} can't be read. Put it back, or remove that folder to begin anew."
        ) from None
    return text


def _create_key_file(path: Path) -> None:
    """Create the key file and fsync it before it is used. Keep one that exists meanwhile."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, prefix=f"{path.name}.") as file:
        file.write(new_master_key("generated") + "\n")
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(file.name)
