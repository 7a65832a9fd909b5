"""Finds and opens boards: virtual ones, behind a socket. It speaks with frames of the bridge."""
import functools
import os
import socket
import threading
import time

from spikeline_bridge.frames import CONTROL, DESTINATION, EVENT, EVENTS, Frames, control, frame, read_control

from .dynapse2 import Dynapse2Configuration, Dynapse2Destination, NormalGridEvent, ResetType


_STALL = float(os.environ.get("SAMNA_STALLS", "0"))


class DeviceInfo:
    def __init__(self, told):
        self.device_type_name = told["name"]
        self.serial_number = told["serial"]
        self.taken = told["taken"]
        self.usb_bus_number, self.usb_device_address, self.logic_version, self.daughter_board_num = 1, 2, 0, 0


class _Wire:
    """A connection to the virtual board: a thread reads, whoever has something writes."""

    def __init__(self):
        self._socket = socket.create_connection(("127.0.0.1", int(os.environ["SAMNA_STAND_IN"])))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = []
        self._answered = threading.Condition()
        self._events = []
        self._next = 0.0
        self._over = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        frames = Frames()
        try:
            while more := self._socket.recv(2**18):
                for kind, body in frames.push(more):
                    if kind == EVENTS:
                        self._events.append(body)
                        continue
                    with self._answered:
                        self._answers.append(read_control(body))
                        self._answered.notify()
        except OSError:
            pass
        with self._answered:
            self._over = True
            self._answered.notify()

    def ask(self, question):
        self._socket.sendall(control(question))
        with self._answered:
            self._answered.wait_for(lambda: self._answers or self._over)
            if not self._answers:
                raise RuntimeError("USB: the device is gone")
            answer = self._answers.pop(0)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def write(self, body):
        if self._over:
            raise RuntimeError("USB: the device is gone")
        self._socket.sendall(frame(EVENTS, body))

    def take(self):
        if self._over:
            raise RuntimeError("USB: the device is gone")
        # A host that stalls hears of much at once.
        if time.monotonic() < self._next:
            return b""
        self._next = time.monotonic() + _STALL
        bodies, self._events = self._events, []
        return b"".join(bodies)

    def close(self):
        self._socket.close()


def _devices():
    wire = _Wire()
    try:
        return [DeviceInfo(told) for told in wire.ask({"list": True})["devices"]]
    finally:
        wire.close()


def get_unopened_devices():
    return [info for info in _devices() if not info.taken]


def get_all_devices():
    return _devices()


def open_device(info):
    """Opens a board, once on a machine."""
    wire = _Wire()
    try:
        wire.ask({"open": info.serial_number})
    except RuntimeError as cause:
        wire.close()
        raise ValueError(f"ERROR: initializeUSB failed, error code : {cause}") from None
    return Dynapse2Stack(wire)


def close_device(board):
    board._wire.close()
    board._wire = None


_LATCHES = [
    f"latch_{name}"
    for name in (
        "so_dc so_adaptation soif_kill soif_type coho_ca_mem ho_enable ho_so_de ho_active de_mux de_conductance deam_ampa "
        "deam_alpha denm_nmda denm_alpha".split()
    )
]


def _mask(switches):
    return sum(on << bit for bit, on in enumerate(switches))


@functools.lru_cache(maxsize=None)
def _synapse(tag, weight, dendrite, *options):
    """A synapse as the virtual board has it in its memory."""
    return tag | _mask(weight) << 11 | dendrite >> 7 << 15 | _mask(options) << 19


@functools.lru_cache(maxsize=None)
def _destination(tag, cores, x_hop, y_hop):
    """A destination as the virtual board has it in its memory."""
    return _mask(cores) << 20 | x_hop + 7 << 16 | y_hop + 7 << 12 | tag if any(cores) else 0


def _words(of, entries):
    words = [of(*one) for one in entries or ()]
    return [word for word in words if word]


def _latches(neuron):
    return [getattr(neuron, name) for name in _LATCHES]


def _changed(before, now):
    """Neurons of a core that are other than before, each as index, latches, synapses, destinations."""
    if before._neurons is now._neurons:
        return []
    return [
        [index, _mask(_latches(new)), _words(_synapse, new._synapses), _words(_destination, new._destinations)]
        for index, (old, new) in enumerate(zip(before._neurons, now._neurons))
        if old._synapses != new._synapses or old._destinations != new._destinations or _latches(old) != _latches(new)
    ]


class Dynapse2Stack:
    def __init__(self, wire):
        self._wire = wire
        self._model = Dynapse2Model(wire)
        self._masks = {}
        self._known = {}

    def configure_opal_kelly(self, path):
        return os.path.exists(path)

    def reset_fpga(self):
        return True

    def get_model(self):
        return self._model

    def get_device_type_name(self):
        return "DYNAP-SE2 Stack"

    def input_interface_write_events(self, chip, events):
        if type(chip) is not int or not all(type(one) is NormalGridEvent for one in events):
            raise TypeError("a chip and a list of NormalGridEvent are needed")
        pack, masks = EVENT.pack, self._masks
        parts = []
        before = 0
        for one in events:
            where = one.event
            if one.timestamp < before:
                raise AssertionError("events have to be sorted by time")
            before = one.timestamp
            key = masks.get(id(where))
            if key is None or key[0] is not where:
                cores = sum(on << bit for bit, on in enumerate(where._core))
                key = (where, DESTINATION.pack(where.tag, cores, where.x_hop, where.y_hop))
                masks[id(where)] = key
            parts.append(pack(before, key[1]))
        self._wire.write(b"".join(parts))

    def read_events(self):
        events = []
        known = self._known
        for stamp, key in EVENT.iter_unpack(self._wire.take()):
            where = known.get(key)
            if where is None:
                where = Dynapse2Destination()
                where.tag, cores, where.x_hop, where.y_hop = DESTINATION.unpack(key)
                where.core = [bool(cores >> bit & 1) for bit in range(4)]
                known[key] = where
            event = NormalGridEvent.__new__(NormalGridEvent)
            event.event = where
            event.timestamp = stamp
            events.append(event)
        return events


class Dynapse2Model:
    def __init__(self, wire):
        self._wire = wire
        # What the board has, and what is given to who asks.
        self._told = self._applied = Dynapse2Configuration()
        self._errors = []

    def reset(self, kind, mask):
        if not isinstance(kind, ResetType) or not 0 < mask < 16:
            raise TypeError("a ResetType and a mask of chips are needed")
        self._applied = Dynapse2Configuration()
        self._errors = os.environ.get("SAMNA_ERRORS", "").split()
        return True

    def get_configuration(self):
        return self._applied._copy()

    def apply_configuration(self, configuration):
        refused = os.environ.get("SAMNA_REFUSES")
        for core in (core for chip in configuration.chips for core in chip.cores):
            if refused and core.parameters[refused].coarse_value == 5:
                raise RuntimeError(f"{refused} is invalid")
        self._applied = configuration._copy()
        chips = [
            [
                {
                    "biases": {name: [one.coarse_value, one.fine_value] for name, one in core.parameters.items()},
                    "changed": _changed(before, core),
                    "monitored": [core.monitored_neuron, core.neuron_monitoring_on, core.sadc_enables.soif_refectory],
                }
                for before, core in zip(told.cores, chip.cores)
            ]
            for told, chip in zip(self._told.chips, self._applied.chips)
        ]
        self._wire.ask({"configure": chips})
        self._told = self._applied

    def clear_error_queue(self):
        pass

    def get_error_events(self):
        errors, self._errors = self._errors, []
        return errors
