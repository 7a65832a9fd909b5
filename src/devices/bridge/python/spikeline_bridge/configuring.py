"""Lays what a network says over the configuration that samna gives, attribute by attribute. All else stays the board's."""
import re

from .failure import Unfit

SYNAPSES, DESTINATIONS, NEURONS, CORES = 64, 4, 256, 4

LATCHES = (
    "so_dc so_adaptation soif_kill soif_type coho_ca_mem ho_enable ho_so_de ho_active de_mux de_conductance "
    "deam_ampa deam_alpha denm_nmda denm_alpha"
).split()

_LATCHES = [f"latch_{name}" for name in LATCHES]

DENDRITES = ("none", "ampa", "gaba", "nmda", "shunt")


def switches(mask):
    """Four switches of a mask, the lowest bit first."""
    return [bool(mask >> i & 1) for i in range(4)]


def snake(name):
    """samna's attribute for a name of its JSON: `monitoredNeuron` is `monitored_neuron`, `syW42` is `sy_w42`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _spelt(target, name):
    """The attribute of an object that is called so, also where this samna misspells it; None if it has none."""
    attribute = snake(name)
    for spelling in (attribute, attribute.replace("refractory", "refectory")):
        if hasattr(target, spelling):
            return spelling
    return None


class _Made(dict):
    """Objects of samna by what they are made of. Equal ones are one object, since samna copies what it is given."""

    def __init__(self, make):
        super().__init__()
        self._make = make

    def __missing__(self, key):
        made = self[key] = self._make(*key)
        return made


def _fours(values):
    """Numbers in fours, as tuples."""
    each = iter(values)
    return zip(each, each, each, each)


class Writer:
    """Writes into configurations of one samna."""

    def __init__(self, dynapse2):
        self._dynapse2 = dynapse2
        self._dendrites = [getattr(dynapse2.Dendrite, name) for name in DENDRITES]
        self._synapses = _Made(self._synapse)
        self._destinations = _Made(self._destination)
        self._no_synapses = [dynapse2.Dynapse2Synapse()] * SYNAPSES
        self._no_destinations = [dynapse2.Dynapse2Destination()] * DESTINATIONS
        # Neurons of each core that this program knows to be empty, by (chip, core).
        self._empty = {}

    def _synapse(self, tag, weight, dendrite, options):
        made = self._dynapse2.Dynapse2Synapse()
        made.tag = tag
        made.weight = switches(weight)
        made.dendrite = self._dendrites[dendrite]
        made.stp = bool(options & 1)
        made.precise_delay = bool(options & 2)
        made.mismatched_delay = bool(options & 4)
        return made

    def _destination(self, tag, cores, x_hop, y_hop):
        made = self._dynapse2.Dynapse2Destination()
        made.tag = tag
        made.core = switches(cores)
        made.x_hop = x_hop
        made.y_hop = y_hop
        return made

    def destination(self, *where):
        """A destination, of an event or of a neuron: tag, cores, hops east, hops north."""
        return self._destinations[where]

    def problems(self, configuration, told):
        """What is told and this samna has not."""
        found = []
        chips = configuration.chips
        if len(told) > len(chips):
            found.append(("chips", f"{len(told)} are told; samna's configuration has {len(chips)}"))
        for h, (own_chip, chip) in enumerate(zip(chips, told)):
            found += _lacking(own_chip, chip["settings"], f"chips[{h}]")
            for c, (own_core, core) in enumerate(zip(own_chip.cores, chip["cores"])):
                path = f"chips[{h}].cores[{c}]"
                found += _lacking(own_core, core["settings"], path)
                biases = own_core.parameters
                found += [
                    (f"{path}.parameters.{name}", "this samna has no such bias") for name in core["biases"] if name not in biases
                ]
        return found

    def biases(self, configuration, told):
        """Lays biases and settings over a configuration."""
        for own_chip, chip in zip(configuration.chips, told):
            _lay(own_chip, chip["settings"])
            for own_core, core in zip(own_chip.cores, chip["cores"]):
                _lay(own_core, core["settings"])
                set_biases(own_core.parameters, core["biases"])

    def neurons(self, configuration, told):
        """Lays the neurons over a configuration; those that are not told become empty."""
        for h, (own_chip, chip) in enumerate(zip(configuration.chips, told)):
            for c, (own_core, core) in enumerate(zip(own_chip.cores, chip["cores"])):
                empty = self._empty.setdefault((h, c), set())
                # Each access makes 256 wrappers.
                own = own_core.neurons
                used = set()
                for index, latches, synapses, destinations in core["neurons"]:
                    used.add(index)
                    self._neuron(own[index], latches, synapses, destinations)
                for index in range(NEURONS):
                    if index not in used and index not in empty:
                        self._neuron(own[index], 0, (), ())
                self._empty[(h, c)] = set(range(NEURONS)) - used

    def forget(self):
        """Forgets which neurons are empty, since what was written was not applied."""
        self._empty.clear()

    def _neuron(self, own, latches, synapses, destinations):
        """Writes a neuron: lists have to be assigned whole."""
        known = self._synapses
        cam = [known[key] for key in _fours(synapses)]
        own.synapses = cam + self._no_synapses[len(cam) :]
        known = self._destinations
        sram = [known[key] for key in _fours(destinations)]
        own.destinations = sram + self._no_destinations[len(sram) :]
        for name in _LATCHES:
            setattr(own, name, bool(latches & 1))
            latches >>= 1

    def change(self, configuration, told):
        """Lays a change over a configuration: some biases, some synapses."""
        chips = configuration.chips
        cores = {}
        lacking = []
        for chip, core, name, coarse, fine in told["biases"]:
            own = cores.setdefault((chip, core), chips[chip].cores[core])
            if name not in own.parameters:
                lacking.append((f"chips[{chip}].cores[{core}].parameters.{name}", "this samna has no such bias"))
        if lacking:
            raise Unfit(lacking)
        for chip, core, name, coarse, fine in told["biases"]:
            set_biases(cores[(chip, core)].parameters, {name: [coarse, fine]})
        for chip, core, neuron, entry, *synapse in told["synapses"]:
            own = chips[chip].cores[core].neurons[neuron]
            cam = list(own.synapses)
            cam[entry] = self._synapses[tuple(synapse)]
            own.synapses = cam
            self._empty.get((chip, core), set()).discard(neuron)


def set_biases(own, told):
    """Sets biases by name, each as [coarse, fine]. Their type stays as samna has it."""
    for name, (coarse, fine) in told.items():
        bias = own[name]
        bias.coarse_value = coarse
        bias.fine_value = fine


def _is_bias(value):
    return isinstance(value, list) and len(value) == 2


def _lacking(own, told, path):
    """Settings that are told and that an object of samna has not."""
    found = []
    for name, value in told.items():
        attribute = _spelt(own, name)
        where = f"{path}.{name}"
        if attribute is None:
            found.append((where, "this samna has no such setting"))
        elif isinstance(value, dict) and any(map(_is_bias, value.values())):
            biases = getattr(own, attribute)
            found += [(f"{where}.{each}", "this samna has no such bias") for each in value if each not in biases]
        elif isinstance(value, dict):
            found += _lacking(getattr(own, attribute), value, where)
    return found


def _lay(own, told):
    """Sets settings: switches and numbers, objects of switches, biases, and groups of biases."""
    for name, value in told.items():
        attribute = _spelt(own, name)
        if isinstance(value, list):
            for group, biases in zip(getattr(own, attribute), value):
                set_biases(group, biases)
        elif isinstance(value, dict) and any(map(_is_bias, value.values())):
            set_biases(getattr(own, attribute), value)
        elif isinstance(value, dict):
            _lay(getattr(own, attribute), value)
        else:
            setattr(own, attribute, value)
