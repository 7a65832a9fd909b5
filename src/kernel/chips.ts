/** Chips that the kernel draws by itself while it learns. */
import type { LearningLayer, LearningMismatch, LearningProblem } from '../neurons/learner.ts';
import { parameterValues } from '../neurons/parameter-set.ts';
import { labelHash } from '../random.ts';
import { type Arena, word } from './arena.ts';
import type { BlockLayout } from './block-layout.ts';
import { powerPoints } from './coefficients.ts';
import { floatsOf, laneAt } from './lanes.ts';
import type { ModelLayout } from './model.ts';
import * as numbers from './numbers.ts';

/** Parameters that are drawn, in the order of `layout.ts`. */
const shared = [
  ...['Io', 'kappa_n', 'kappa_p', 'Ut', 'Vth', 'Idc', 'Igain_ahp', 'Igain_mem', 'Ipulse_ahp'],
  ...['Iref', 'Ispkthr', 'Itau_ahp', 'Itau_mem', 'Iw_ahp', 'C_ahp', 'C_mem', 'C_pulse_ahp'],
  ...['C_ref', 'Ipulse', 'C_pulse'],
];
const ofSynapse = (name: string): string[] => [`Itau_${name}`, `Igain_${name}`, `C_${name}`];
const lumpedNames = [...shared, ...ofSynapse('syn')];
const dendriticNames = [...shared, ...['ampa', 'gaba', 'nmda', 'shunt'].flatMap(ofSynapse)];

/** Numbers of one population, and the room that they need for one more neuron, as the kernel draws two at a time. */
function evenly(neurons: number): number {
  return neurons + (neurons % 2);
}

/** Names behind each other, a slash behind each; gives where they begin, and where the last one ends. */
function layOutNames(place: Arena, names: readonly string[]): number {
  const texts = names.map((name) => `${name}/`);
  const units = Uint16Array.from(texts.join('').padEnd(1024), (unit) => unit.charCodeAt(0));
  let at = place.words(new Uint32Array(units.buffer));
  const starts = [at, ...texts.map(({ length }) => (at += 2 * length))];
  return place.words(starts);
}

/** Gives a population that is drawn its place. */
function layOutSilicon(
  place: Arena,
  { neurons, parameters, drawnAs }: LearningLayer,
  model: ModelLayout,
  mismatch: LearningMismatch,
  dt: number,
): number {
  const dendritic = model.model === numbers.DENDRITIC;
  const names = dendritic ? [...dendriticNames, 'If_nmda'] : lumpedNames;
  const nominal = new Float64Array(names.length * evenly(neurons));
  for (const [p, name] of names.entries()) {
    nominal.set(parameterValues(parameters, name)!, p * evenly(neurons));
  }
  return place.record(
    ...[neurons, +dendritic, 4 * floatsOf(model.coefficientBytes, place.lanes), names.length].map(
      word,
    ),
    ...[layOutNames(place, names), place.doubles(nominal)].map(word),
    word(labelHash(mismatch.seed, ['mismatch', drawnAs!]) >>> 0),
    { f64: mismatch.sigma },
    { f64: dt },
    { f64: Number(Reflect.get(parameters, 'Iscale')) },
    word(place.doubles(powerPoints)),
  );
}

/** Where the lanes of each chip stand, neuron by neuron, and the table of each: as many of both as there are copies. */
function placesOf(
  blocks: readonly BlockLayout[],
  neurons: number,
  { coefficientBytes }: ModelLayout,
) {
  const places = new Map<number, { lanes: number[][]; tables: number[][] }>();
  const done = new Set<number>();
  for (const { coefficients, lanes, chips } of blocks) {
    if (done.has(coefficients)) continue;
    done.add(coefficients);
    const tables = coefficients + 4 * laneAt(lanes.neurons.length, coefficientBytes, lanes.width);
    for (const [lane, n] of lanes.neurons.entries()) {
      if (n < 0) continue;
      const chip = chips[lane]!;
      const own = places.get(chip) ?? {
        lanes: Array.from({ length: neurons }, (): number[] => []),
        tables: Array.from({ length: neurons }, (): number[] => []),
      };
      places.set(chip, own);
      own.lanes[n]!.push(coefficients + 4 * laneAt(lane, coefficientBytes, lanes.width));
      own.tables[n]!.push(tables + 4 * numbers.OCTAVES * lane);
    }
  }
  return places;
}

/** A population that is placed. */
export interface PlacedLayer {
  readonly layer: LearningLayer;
  readonly model: ModelLayout;
  readonly blocks: readonly BlockLayout[];
}

/** Gives the chips of all populations that are drawn their place; 0 if there are none. */
export function layOutChips(
  place: Arena,
  { mismatch, dt }: LearningProblem,
  layers: readonly PlacedLayer[],
  threads: number,
): number {
  const drawn = layers.filter(({ layer }) => layer.drawnAs !== undefined);
  if (mismatch === undefined || drawn.length === 0) return 0;
  const chips = drawn.flatMap(({ layer, model, blocks }) => {
    const silicon = layOutSilicon(place, layer, model, mismatch, dt);
    return Array.from(placesOf(blocks, layer.neurons, model), ([number, { lanes, tables }]) => {
      const copies = lanes[0]!.length;
      const places = Array.from({ length: copies }, (_, copy) => lanes.map((own) => own[copy]!));
      return place.record(
        ...[silicon, number, copies, place.words(places.flat())].map(word),
        word(place.words(tables.map((own) => own[0]!))),
      );
    });
  });
  const most = Math.max(...drawn.map(({ layer }) => evenly(layer.neurons)));
  const room = dendriticNames.length + 1;
  const rooms = Array.from({ length: threads }, () => place.room(room * most * 8));
  const every = Math.min(mismatch.every, 2 ** 32 - 1);
  return place.record(...[every, chips.length, place.words(chips), place.words(rooms)].map(word));
}
