import {
  type Mismatch,
  poissonRaster,
  referenceEngine,
  type SpikeRaster,
  type VirtualBoardConfig,
  virtualBoard,
} from 'spikeline';
import {
  biasCurrent,
  type ChipConfiguration,
  type CoreCurrentName,
  coreCurrentNames,
  currentParameter,
  type Destination,
  nearestBias,
  type SynapseConfiguration,
} from 'spikeline/chip';
import {
  type DynapSe2Parameters,
  type DynapSe2ParametersInput,
  drawMismatch,
  type Random,
  randomStream,
  referenceLayer,
} from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { dendrites, idleCore, idleNeuron, weightSwitches } from '#src/chips/dynapse2/configuration';
import {
  echoReply,
  echoWord,
  eventWord,
  monitorDestination,
  monitorReply,
} from '#src/chips/dynapse2/event';
import { unwrapper } from '#src/devices/wrap';
import {
  defaultDynapSe2Parameters,
  dendriteNames,
  dynapSe2ParameterNames,
  dynapSe2Parameters,
} from '#src/neurons/dynap-se2/parameters';
import { fakeClock } from '#test/devices/fake-clock';
import { reasonsOf } from '#test/events/reasons';

const inputs = 6;
const neurons = 5;

/** Currents of a core on which every dendrite has constants of its own. */
function currentsOf(random: Random): Record<CoreCurrentName, number> {
  const { Iscale: _, ...nominal } = defaultDynapSe2Parameters;
  const changed: Partial<Record<CoreCurrentName, number>> = {
    Ispkthr: 1e-8,
    Igain_gaba: 2e-11,
    Idc: 4e-11,
    If_nmda: 1e-9,
    Iw_0: 1e-8,
    Iw_1: 2e-8,
    Iw_2: 4e-8,
    Iw_3: 8e-8,
  };
  return Object.fromEntries(
    coreCurrentNames.map((name) => {
      const current = changed[name] ?? nominal[name as 'Idc'];
      return [name, current * (0.7 + 0.6 * random.uniform())];
    }),
  ) as Record<CoreCurrentName, number>;
}

/** One core with synapses on all dendrites; input channel i has tag i, neuron n sends tag 100 + n. */
function configurationOf(seed: number): ChipConfiguration {
  const random = randomStream(seed, 'configuration');
  const synapse = (tag: number, most: number): SynapseConfiguration => ({
    tag,
    weight: weightSwitches(1 + random.integer(most)),
    dendrite: dendrites[dendriteNames[random.integer(4)]!],
    stp: false,
    preciseDelay: false,
    mismatchedDelay: false,
  });
  const own = (n: number): Destination => ({
    core: [true, false, false, false],
    xHop: 0,
    yHop: 0,
    tag: 100 + n,
  });
  const core = idleCore();
  const parameters = { ...core.parameters };
  for (const [name, current] of Object.entries(currentsOf(random))) {
    const parameter = currentParameter[name as CoreCurrentName];
    parameters[parameter] = nearestBias(parameter, current);
  }
  const used = Array.from({ length: neurons }, (_, n) => ({
    ...idleNeuron(),
    // Several on one tag and dendrite add up.
    synapses: [
      ...Array.from({ length: 14 }, (_, i) => synapse(i % inputs, 15)),
      ...Array.from({ length: 2 * neurons }, (_, i) => synapse(100 + (i % neurons), 3)),
    ],
    destinations: [monitorDestination(0, n), own(n)],
    latchSoDc: n === 1,
    latchSoAdaptation: n === 2,
    latchDenmNmda: n % 2 === 0,
  }));
  const all = [...used, ...core.neurons.slice(neurons)];
  return { chips: [{ cores: [{ neurons: all, parameters }, core, core, core] }] };
}

/** Spikes that the host hears of every neuron, in the bins of the input. */
async function boardSpikes(
  configuration: ChipConfiguration,
  raster: SpikeRaster,
  config: VirtualBoardConfig,
): Promise<number[]> {
  const clock = fakeClock();
  const board = virtualBoard({ clock, model: 'dynapSe2', engine: referenceEngine, ...config });
  const link = await board.open();
  await link.configure(configuration);
  const counts = new Array<number>(raster.steps * neurons).fill(0);
  const times = unwrapper(0);
  link.listen({
    events({ timestamps, words }) {
      for (const [i, word] of words.entries()) {
        const time = times.unwrap(timestamps[i]!);
        if (word === echoReply) continue;
        const n = Array.from({ length: neurons }, (_, own) => monitorReply(0, 0, own)).indexOf(
          word,
        );
        counts[Math.floor(time / 1000) * neurons + n]! += 1;
      }
    },
  });
  const events: [number, number][] = [];
  for (const [at, count] of raster.counts.entries()) {
    const core = [true, false, false, false] as const;
    const word = eventWord({ core, xHop: 0, yHop: 0, tag: at % inputs });
    for (let k = 0; k < count; k++) events.push([1000 * Math.floor(at / inputs), word]);
  }
  events.push([1000 * raster.steps, echoWord]);
  link.send({
    timestamps: Uint32Array.from(events, ([time]) => time),
    words: Uint32Array.from(events, ([, word]) => word),
  });
  clock.advance(1);
  await link.close();
  return counts;
}

/** Parameters of the neurons that a configuration asks for, from its bias codes and latches. */
function parametersOf(configuration: ChipConfiguration): DynapSe2Parameters {
  const core = configuration.chips[0]!.cores[0]!;
  const input: Record<string, number | number[]> = { Iscale: 1 };
  for (const name of coreCurrentNames) {
    if (/^Iw_\d$/.test(name)) continue;
    const parameter = currentParameter[name];
    input[name] = biasCurrent(parameter, core.parameters[parameter]!);
  }
  return dynapSe2Parameters(input as DynapSe2ParametersInput, 256);
}

/** The same network in the simulator. */
function simulated(
  configuration: ChipConfiguration,
  raster: SpikeRaster,
  mismatch: Mismatch = { fraction: 0 },
  seed = 0,
): number[] {
  const { neurons: all, parameters } = configuration.chips[0]!.cores[0]!;
  const drawn = drawMismatch(parametersOf(configuration), mismatch, seed, 'silicon', 0, 0);
  const own = (name: keyof DynapSe2ParametersInput): number[] =>
    Array.from(drawn[name as 'Io'].subarray(0, neurons));
  const input = Object.fromEntries(dynapSe2ParameterNames.map((name) => [name, own(name)]));
  const off = (values: number[], on: (n: number) => boolean): number[] =>
    values.map((value, n) => (on(n) ? value : 0));
  const population = dynapSe2Parameters(
    {
      ...input,
      Idc: off(own('Idc'), (n) => all[n]!.latchSoDc),
      Igain_ahp: off(own('Igain_ahp'), (n) => all[n]!.latchSoAdaptation),
      If_nmda: off(own('If_nmda'), (n) => all[n]!.latchDenmNmda),
      Iscale: 1,
    },
    neurons,
  );
  const base = (['Iw_0', 'Iw_1', 'Iw_2', 'Iw_3'] as const).map((name) =>
    biasCurrent(currentParameter[name], parameters[currentParameter[name]]!),
  );
  const channels = 4 * neurons;
  const [weight, recurrent] = [inputs, neurons].map((rows) => new Float64Array(rows * channels));
  for (let n = 0; n < neurons; n++) {
    for (const { tag, weight: switches, dendrite } of all[n]!.synapses) {
      const size = switches.reduce((sum, on, bit) => sum + (on ? base[bit]! : 0), 0);
      const column = dendriteNames.findIndex((name) => dendrites[name] === dendrite) * neurons + n;
      const matrix = tag < 100 ? weight! : recurrent!;
      const at = (tag % 100) * channels + column;
      matrix[at] = matrix[at]! + size;
    }
  }
  const layer = referenceLayer(population, { dt: 1e-3, recurrent });
  const spikes: number[] = [];
  for (let t = 0; t < raster.steps; t++) {
    const drive = Float64Array.from({ length: channels }, (_, c) => {
      let sum = 0;
      for (let i = 0; i < inputs; i++) {
        sum += raster.counts[t * inputs + i]! * weight![i * channels + c]!;
      }
      return sum;
    });
    spikes.push(...layer.step(drive));
  }
  return spikes;
}

const noise = poissonRaster({ channels: inputs, rate: 60, duration: 0.3, seed: 8 });

describe('a virtual board with dendrites', () => {
  it.each([1, 2, 3, 4])('spikes as the full circuit in the simulator: network %s', async (seed) => {
    const configuration = configurationOf(seed);
    const expected = simulated(configuration, noise);
    expect(expected.filter((count) => count > 0).length).toBeGreaterThan(20);
    const found = await boardSpikes(configuration, noise, { mismatch: { fraction: 0 } });
    expect(found).toEqual(expected);
  });

  it('draws the mismatch of its seed on every current and layout constant', async () => {
    const configuration = configurationOf(1);
    const mismatch = { fraction: 0.3 };
    const found = await boardSpikes(configuration, noise, { mismatch, seed: 4 });
    expect(found).toEqual(simulated(configuration, noise, mismatch, 4));
    expect(found).not.toEqual(simulated(configuration, noise));
  });

  it('is another board than the lumped one', async () => {
    const configuration = configurationOf(1);
    const mismatch = { fraction: 0 };
    const full = await boardSpikes(configuration, noise, { mismatch });
    expect(await boardSpikes(configuration, noise, { mismatch, model: 'dynapSim' })).not.toEqual(
      full,
    );
  });

  it('is refused where there is no such circuit', () => {
    const model = 'axons' as 'dynapSim';
    expect(reasonsOf(() => virtualBoard({ model }))).toEqual([
      'model is "axons"; one of "dynapSim", "dynapSe2" is needed',
    ]);
  });
});
