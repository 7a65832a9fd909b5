/** What becomes of a board's text when a configuration is laid over it. */
import { createHash } from 'node:crypto';
import {
  type ChipConfiguration,
  idleCore,
  idleNeuron,
} from '../src/chips/dynapse2/configuration.ts';
import { currentParameter } from '../src/chips/dynapse2/parameters.ts';
import { fromSamnaJson, toSamnaJson } from '../src/chips/dynapse2/samna-json.ts';
import { deploy } from '../src/compile/deploy.ts';
import { pipeline } from '../src/pipeline/pipeline.ts';
import { dynapSim } from '../src/stages/dynap-sim/definition.ts';
import { linear } from '../src/stages/linear/definition.ts';
import type { CaseOutcome } from './kind.ts';
import type { ExpectedBoard } from './samna-board.ts';

const cases = (name: string, found: Readonly<Record<string, boolean>>): CaseOutcome[] =>
  Object.entries(found).map(([what, is]) => ({
    name: `${name}: ${what}`,
    error: is ? 0 : 1,
    ...(!is && { note: 'does not hold' }),
  }));

/** A text without the values of its fields: its names, in their order, and its blanks. */
const skeleton = (text: string): string => text.replaceAll(/:\s*(?:-?\d+|true|false)/g, ':');

/** Every integer of 64 bits, digit for digit. */
function longIntegers(text: string): { readonly count: number; readonly digest: string } {
  const all = Array.from(text.matchAll(/"_(?:address|cookie)":\s*(\d+)/g), ([, digits]) => digits);
  return { count: all.length, digest: createHash('sha256').update(all.join()).digest('hex') };
}

/** What a board holds once a network was laid over it. */
function laidOn(board: ChipConfiguration, net: ChipConfiguration): ChipConfiguration {
  return {
    chips: board.chips.map((chip, c) => ({
      ...chip,
      cores: chip.cores.map((core, k) => {
        const told = net.chips[c]?.cores[k];
        if (told === undefined) return core;
        const parameters = { ...core.parameters, ...told.parameters };
        return { ...core, neurons: told.neurons, parameters };
      }),
    })),
  };
}

/** Whether two boards hold the same; core by core, since they are large. */
function sameBoards(found: ChipConfiguration, wanted: ChipConfiguration): boolean {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_, own: unknown) =>
      typeof own === 'object' && own !== null && !Array.isArray(own)
        ? Object.fromEntries(Object.entries(own).sort(([a], [b]) => (a < b ? -1 : 1)))
        : own,
    );
  return wanted.chips.every(({ cores, ...settings }, c) => {
    const { cores: others, ...own } = found.chips[c]!;
    return text(own) === text(settings) && cores.every((core, k) => text(others[k]) === text(core));
  });
}

/** A network that uses one core of one chip. */
function network(): ChipConfiguration {
  const weight = [
    [1, -2, 3],
    [3, 1, 0],
  ];
  const net = pipeline(linear({ weight }), dynapSim({ neurons: 3, name: 'output' }));
  return deploy(net).configuration;
}

/** Blanks left out, all objects of a core turned round: a text that says the same. */
function turned(text: string): string {
  const turn = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).reverse())
      : value;
  return JSON.stringify(JSON.parse(text), (_, value: unknown) => turn(value));
}

/** Checks what becomes of a board of one chip that only its spelling can spoil. */
function spelling(text: string): Readonly<Record<string, boolean>> {
  const idle = idleCore();
  const told = { ...idle, neurons: idle.neurons.with(0, { ...idleNeuron(), latchSoDc: true }) };
  const sadcEnables = { soifMem: true, soifRefractory: true };
  const net = { chips: [{ cores: [{ ...told, sadcEnables }, idle, idle, idle] }] };
  const later = text.replaceAll('SoifRefectory', 'SoifRefractory');
  const [old, fresh] = [toSamnaJson(net, text), toSamnaJson(net, later)];
  return {
    'converters by the name that the board has':
      /"SoifMem": true,\s*"SoifRefectory": true/.test(old) &&
      /"SoifMem": true,\s*"SoifRefractory": true/.test(fresh) &&
      !/soif|Refractory/.test(old),
    'types stay numbers': (old.match(/"type": (?:78|80),/g) ?? []).length > 200,
    'order and blanks do not matter': sameBoards(fromSamnaJson(turned(old)), fromSamnaJson(old)),
  };
}

/** Four chips in the text of two. */
function fourChips(text: string): string {
  const [from, to] = [text.indexOf('[') + 1, text.lastIndexOf(']')];
  const chips = text.slice(from, to);
  return `${text.slice(0, from)}${chips.trimEnd()},${chips}${text.slice(to)}`;
}

/** Checks a text of 200 MB, over which a network for its four chips is laid. */
function large(text: string): Readonly<Record<string, boolean>> {
  const four = fourChips(text);
  const idle = idleCore();
  const [chip] = network().chips;
  const blank = { cores: [idle, idle, idle, idle] };
  const laid = toSamnaJson({ chips: [blank, blank, blank, chip!] }, four);
  const half = text.length - 1000;
  return {
    '200 MB': four.length > 200e6 && four !== laid && laid.slice(0, half) === four.slice(0, half),
  };
}

/** Lays what a board says over its own text, and a network. */
export function laidOver(
  name: string,
  text: string,
  board: ChipConfiguration,
  { chips, addresses_and_cookies: long }: ExpectedBoard,
): CaseOutcome[] {
  const net = network();
  const laid = toSamnaJson(net, text);
  const integers = longIntegers(laid);
  const own = new Set<string>(Object.values(currentParameter));
  const told = net.chips.flatMap(({ cores }) =>
    cores.flatMap(({ parameters }) => Object.keys(parameters)),
  );
  return cases(name, {
    'itself over itself is itself to the letter': toSamnaJson(board, text) === text,
    'a network says the biases of its currents only':
      told.length === own.size && told.every((bias) => own.has(bias)),
    'a network changes what it says': sameBoards(fromSamnaJson(laid), laidOn(board, net)),
    'no field is added, lost or moved': skeleton(laid) === skeleton(text),
    'integers of 64 bits stay':
      integers.count === long.count &&
      integers.digest === long.sha256_of_all_joined_by_commas_in_document_order,
    ...(chips.length === 1 ? spelling(text) : large(text)),
  });
}
