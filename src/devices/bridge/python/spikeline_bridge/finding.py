"""Finds samna, and the board. The package on PyPI is a stub that installs things when it is imported: it is refused unread."""
import importlib
import importlib.util
import sys

from .failure import Failure

GET_IT = "install the package of its makers, from SynSense's own index"

# What is used of samna, by module.
NEEDED = {
    "samna.device": ("get_unopened_devices", "open_device", "close_device"),
    "samna.dynapse2": ("NormalGridEvent", "Dynapse2Destination", "Dynapse2Synapse", "Dendrite", "ResetType"),
}


def find_samna():
    """The package samna, with its modules."""
    where = f"Python at {sys.executable}"
    spec = importlib.util.find_spec("samna")
    if spec is None:
        raise Failure("not-found", f"samna is not installed for {where}; {GET_IT}, or name a Python that has it")
    if spec.origin is not None and spec.origin.endswith(".py"):
        with open(spec.origin, "rb") as file:
            stub = b"PYPI_SAMNA" in file.read(4096)
        if stub:
            raise Failure(
                "unsupported",
                f"what is installed as samna for {where} is the stub of PyPI ({spec.origin}), which would install something "
                f"else as soon as it is imported, so it was not; pip uninstall samna, then {GET_IT}",
            )
    try:
        modules = {name: importlib.import_module(name) for name in ("samna", *NEEDED)}
    except Exception as cause:  # A binary module fails in ways of its own.
        raise Failure("unsupported", f"samna cannot be imported by {where} ({type(cause).__name__}: {cause})") from cause
    samna = modules["samna"]
    version = str(getattr(samna, "__version__", "of unknown version"))
    missing = [f"{name}.{part}" for name, parts in NEEDED.items() for part in parts if not hasattr(modules[name], part)]
    if missing:
        raise Failure(
            "unsupported",
            f"samna {version} has no {', '.join(missing)}; another version is needed: the bridge is written for what is publicly "
            f"known of 0.14 to 0.48",
        )
    return samna, version


def _is_board(info):
    return "DYNAP-SE2" in str(info.device_type_name).upper()


def _listed(infos):
    return ", ".join(f"{info.device_type_name} {info.serial_number}".strip() for info in infos) or "nothing"


def find_board(samna, serial):
    """What samna tells of the board that is asked for, by its serial number if one is given. Boards may have none."""
    device = samna.device
    free = list(device.get_unopened_devices())
    boards = [info for info in free if _is_board(info)]
    wanted = [info for info in boards if serial is None or str(info.serial_number) == serial]
    if wanted:
        return wanted[0]
    every = list(device.get_all_devices()) if hasattr(device, "get_all_devices") else []
    taken = [info for info in every if _is_board(info) and (serial is None or str(info.serial_number) == serial)]
    which = "DYNAP-SE2 board" if serial is None else f"DYNAP-SE2 board with the serial number {serial}"
    if taken:
        raise Failure("busy", f"the {which} is used by another program; close that first")
    raise Failure("not-found", f"samna finds no {which}; it finds {_listed(free)}. Plug it in, switch it on, and try again")


def open_board(samna, info):
    """Opens a board."""
    name = str(info.device_type_name)
    try:
        return samna.device.open_device(info)
    except ValueError as cause:
        raise Failure(
            "refused",
            f"samna cannot open the {name} ({cause}); close what else uses it, and let this user use USB devices of Opal Kelly (151f)",
        ) from cause
    except RuntimeError as cause:
        raise Failure("not-found", f"samna cannot open the {name} ({cause}); plug it in again") from cause
