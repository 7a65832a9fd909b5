"""Classes of a DYNAP-SE2, as far as they are known. What is assigned is checked, and copied, as a binding to C++ does it."""
import copy
import enum
import os

# A fresh configuration very likely has four chips, whatever is plugged in; tests that are in a hurry say less.
CORES, NEURONS, SYNAPSES, DESTINATIONS, CHIPS = 4, 256, 64, 4, int(os.environ.get("SAMNA_CHIPS", "4"))

# The biases of a core, printed of a real one; DESC_REV_P is not among them.
BIASES = """SYAM_STDW_N SYAW_STDSTR_N DEAM_EGAIN_P SOAD_CASC_P DEAM_ETAU_P SOIF_CC_N SOHO_VREF_M_P SYPD_EXT_N SYAM_W1_P
SOHO_VREF_H_P SOHO_VREF_L_P SOHO_VB_P SYAM_W2_P DENM_ITAU_P SOCA_TAU_P SOHO_VREF_P SOAD_TAU_P SYSA_VB_P DENM_NMREV_N SOIF_DC_P SOIF_SPKTHR_P
SYPD_DLY2_P DENM_REV_N SOHO_VH_P SOAD_PWTAU_N SOHO_VRST_P SOIF_REFR_N DEAM_ITAU_P DEGA_ITAU_P DEGA_IGAIN_P SOCA_GAIN_P SOIF_LEAK_N SOCA_W_N
SOAD_W_N DEAM_IGAIN_P SYAM_W3_P DENM_ETAU_P DENM_EGAIN_P DENM_IGAIN_P DESC_IGAIN_P DESC_ITAU_P SOIF_GAIN_N DEAM_REV_N DEGA_REV_P SOAD_GAIN_P
DEAM_VRES_P SYSA_VRES_N SYPD_DLY0_P SYAM_W0_P DEAM_HRES_P DEAM_NRES_P SYPD_DLY1_P""".split()

LATCHES = """so_dc so_adaptation soif_kill coho_ca_mem ho_enable ho_so_de deam_ampa denm_nmda de_conductance deam_alpha denm_alpha de_mux
soif_type ho_active""".split()


class Dendrite(enum.IntEnum):
    none, shunt, nmda, gaba, ampa = 0, 128, 256, 512, 1024


class ResetType(enum.Enum):
    PowerCycle, ConfigReset, LogicReset = range(3)


def _four(value):
    made = list(value)
    if len(made) != 4 or not all(isinstance(one, bool) for one in made):
        raise TypeError(f"4 switches are needed, not {value!r}")
    return tuple(made)


class Dynapse2Destination:
    """Where an event goes. A fresh one is all 0."""

    __slots__ = ("_core", "x_hop", "y_hop", "tag")

    def __init__(self):
        self._core = (False,) * 4
        self.x_hop = self.y_hop = self.tag = 0

    @property
    def core(self):
        return list(self._core)

    @core.setter
    def core(self, value):
        self._core = _four(value)

    def _values(self):
        return (self.tag, self._core, self.x_hop, self.y_hop)

    @classmethod
    def _of(cls, tag, core, x_hop, y_hop):
        made = cls()
        made.tag, made._core, made.x_hop, made.y_hop = tag, core, x_hop, y_hop
        return made


class Dynapse2Synapse:
    __slots__ = ("_weight", "dendrite", "stp", "precise_delay", "mismatched_delay", "tag")

    def __init__(self):
        self._weight = (False,) * 4
        self.dendrite = Dendrite.none
        self.stp = self.precise_delay = self.mismatched_delay = False
        self.tag = 0

    @property
    def weight(self):
        return list(self._weight)

    @weight.setter
    def weight(self, value):
        self._weight = _four(value)

    def _values(self):
        return (self.tag, self._weight, self.dendrite, self.stp, self.precise_delay, self.mismatched_delay)

    @classmethod
    def _of(cls, tag, weight, dendrite, *options):
        made = cls()
        made.tag, made._weight, made.dendrite = tag, weight, dendrite
        made.stp, made.precise_delay, made.mismatched_delay = options
        return made


class NormalGridEvent:
    __slots__ = ("event", "timestamp")

    def __init__(self):
        self.event = Dynapse2Destination()
        self.timestamp = 0


def _copied(value, kind, count):
    """What is assigned, as values: what becomes of the objects does not matter."""
    made = list(value)
    if len(made) != count or not all(type(one) is kind for one in made):
        raise TypeError(f"{count} of {kind.__name__} are needed")
    return [one._values() for one in made]


def _made(values, kind, count):
    return [kind._of(*one) for one in values] if values else [kind() for _ in range(count)]


class Dynapse2Neuron:
    __slots__ = ("_synapses", "_destinations", *(f"latch_{name}" for name in LATCHES))

    def __init__(self):
        self._synapses = self._destinations = None
        for name in LATCHES:
            setattr(self, f"latch_{name}", False)

    @property
    def synapses(self):
        return _made(self._synapses, Dynapse2Synapse, SYNAPSES)

    @synapses.setter
    def synapses(self, value):
        self._synapses = _copied(value, Dynapse2Synapse, SYNAPSES)

    @property
    def destinations(self):
        return _made(self._destinations, Dynapse2Destination, DESTINATIONS)

    @destinations.setter
    def destinations(self, value):
        self._destinations = _copied(value, Dynapse2Destination, DESTINATIONS)


class Dynapse2Parameter:
    __slots__ = ("coarse_value", "fine_value", "type")

    def __init__(self, name):
        # Defaults that are known.
        high = name in ("SOIF_CC_N", "DEGA_ITAU_P")
        self.coarse_value, self.fine_value = (5, 255) if high else (0, 0)
        self.type = "P" if name.endswith("_P") else "N"


class SadcEnables:
    __slots__ = tuple(
        "soif_mem soif_refectory soad_dpi soca_dpi deam_edpi deam_idpi denm_edpi denm_idpi dega_idpi desc_idpi sy_w42 sy_w21 "
        "soho_sogain soho_degain".split()
    )

    def __init__(self):
        for name in self.__slots__:
            setattr(self, name, False)


class Dynapse2Core:
    def __init__(self):
        self._neurons = [Dynapse2Neuron() for _ in range(NEURONS)]
        # Neurons that nobody was given cannot have changed: a copy shares them.
        self._given = False
        self.parameters = {name: Dynapse2Parameter(name) for name in BIASES}
        self.monitored_neuron = 0
        self.neuron_monitoring_on = False
        self.sadc_enables = SadcEnables()

    @property
    def neurons(self):
        if not self._given:
            self._neurons = [copy.copy(neuron) for neuron in self._neurons]
            self._given = True
        return list(self._neurons)


class Dynapse2Chip:
    def __init__(self):
        self.cores = [Dynapse2Core() for _ in range(CORES)]
        self.shared_parameters01 = {name: Dynapse2Parameter(name) for name in ("PG_BUF_N", "LBWR_VB_P")}


class Dynapse2Configuration:
    def __init__(self):
        self.chips = [Dynapse2Chip() for _ in range(CHIPS)]

    def _copy(self):
        """A copy, whose lists of a neuron are shared: they are never changed, only replaced."""
        made = copy.copy(self)
        made.chips = [copy.copy(chip) for chip in self.chips]
        for chip in made.chips:
            chip.shared_parameters01 = copy.deepcopy(chip.shared_parameters01)
            chip.cores = [copy.copy(core) for core in chip.cores]
            for core in chip.cores:
                if core._given:
                    core._neurons = [copy.copy(neuron) for neuron in core._neurons]
                    core._given = False
                core.parameters = {name: copy.copy(one) for name, one in core.parameters.items()}
                core.sadc_enables = copy.copy(core.sadc_enables)
        return made
