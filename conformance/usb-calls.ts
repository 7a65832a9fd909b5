/** Single calls of the driver of DYNAP-SE1 boards, by the names that recordings have for them. */
import {
  biasWord,
  bufferWord,
  camWord,
  clearFirstTauWord,
  clearSecondTauWord,
  emptyCamWords,
  monitorWords,
  secondTauWord,
  shiftedSourceWord,
  sramWord,
  synapseTypeNames,
} from '../src/chips/dynapse1/words.ts';
import type { Dynapse1Calls } from '../src/devices/usb/dynapse1/calls.ts';

/** Arguments of a call by name. */
type Arguments = Readonly<Record<string, number>>;

/** Reads `name key=number …`. */
function read(label: string): readonly [name: string, given: Arguments] {
  const [name = '', ...rest] = label.split(' ');
  const given = rest.flatMap((part) => {
    const [, key, value] = /^([a-z_]+)=(\d+(?:\.\d+)?)$/.exec(part) ?? [];
    return key === undefined ? [] : [[key, Number(value)] as const];
  });
  return [name, Object.fromEntries(given)];
}

/** The word of a bias as recordings describe it; a few bits that no configuration has are cleared. */
function biasOf({ address, coarse, fine, high, normal, n, enabled }: Arguments): number {
  const kind = address! & 63;
  if (kind === 50) return bufferWord(address!, { coarse: coarse!, fine: fine! });
  if (kind > 50) return shiftedSourceWord(address!, fine!);
  const setting = { coarse: coarse!, fine: fine!, low: high === 0 };
  const word = biasWord(address!, setting, n === 1 ? 'N' : 'P');
  return word & ~((1 - normal!) << 2) & ~(1 - enabled!);
}

/** Hops with their sign, as recordings have them apart. */
const signed = (size: number, back: number): number => (back === 1 ? -size : size);

/** Makes a call by its name; undefined if it is not known. */
export function callNamed(
  calls: Dynapse1Calls,
  label: string,
): (() => Promise<unknown>) | undefined {
  const [name, own] = read(label);
  const { host, input, neuron, cam, type, core, words, base, hz, run, units } = {
    ...{ host: 0, input: 0, neuron: 0, cam: 0, type: 0, core: 0 },
    ...{ words: 0, base: 0, hz: 0, run: 0, units: 0 },
    ...own,
  };
  const write = (some: ArrayLike<number>) => () => calls.write(some);
  switch (name) {
    case 'chip_id':
      return () => calls.chooseChip(host);
    case 'clear_cam':
      return write(emptyCamWords());
    case 'write_cam':
      return write([camWord({ neuron, entry: cam, tag: input, type: synapseTypeNames[type]! })]);
    case 'write_sram': {
      const { sram, vcore, sx, dx, sy, dy, dest } = own;
      const hops = { east: signed(dx!, sx!), north: signed(dy!, sy!) };
      const place = { neuron, entry: sram!, virtualCore: vcore! };
      // A way of no hops has no sign.
      const zero = (dx === 0 && sx === 1) || (dy === 0 && sy === 1);
      const lost = (dx === 0 ? sx! << 24 : 0) | (dy === 0 ? sy! << 27 : 0);
      const word = sramWord({ ...place, ...hops, cores: dest! });
      return write([zero ? word | lost : word]);
    }
    case 'bias':
      return write([biasOf(own)]);
    case 'monitor_neuron':
      return write(monitorWords(core, neuron));
    case 'tau2_set':
      return write([secondTauWord((core << 8) | neuron)]);
    case 'tau1_reset':
      return write([clearFirstTauWord(core)]);
    case 'tau2_reset':
      return write([clearSecondTauWord(core)]);
    case 'send_words':
      return write(Array.from({ length: 200 }, (_, i) => 0x20010 | (i << 7)));
    case 'fpga_sram': {
      const data = Uint16Array.from({ length: words }, (_, i) => i * 257 + 3);
      return () => calls.writeMemory(data, base);
    }
    case 'spikegen': {
      const { isi, isibase, varmode, stimcount, repeat } = own;
      if (run === 0) return () => calls.stopPlaying();
      return () =>
        calls.play({
          ...{ base, count: stimcount! + 1, variable: varmode === 1 },
          ...{ interval: isi!, step: isibase!, repeat: repeat === 1 },
        });
    }
    case 'poisson':
      if (own['host'] !== undefined) return () => calls.choosePoissonChip(host);
      if (own['run'] !== undefined) return () => calls.runPoisson(run === 1);
      return () => calls.setPoissonRate(neuron, hz);
    case 'synapse_reconfig':
      return () => calls.chooseReconfigured(host);
    case 'early_packet_delay':
      return () => calls.setPacketDelay(units);
    case 'timestamp_reset':
      return () => calls.resetTime();
    case 'read':
      return () => calls.fpga.get(5, 1);
    case 'read64':
      return label.endsWith('aer events') ? () => calls.eventsSeen() : () => calls.eventsDropped();
    default:
      return undefined;
  }
}
