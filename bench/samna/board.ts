// A board of four chips as samna writes one: four blanks of indentation, addresses of 64 bits.
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import {
  type Bias,
  type CoreConfiguration,
  coreParameterNames,
  fromSamnaJson,
  toSamnaJson,
} from 'spikeline/chip';
import { network } from './network.ts';

/** A core with all its biases, of which no neuron is in use. */
function emptyCore({ neurons }: CoreConfiguration): CoreConfiguration {
  const biases = coreParameterNames.map((name): [string, Bias] => [
    name,
    { coarse: 5, fine: 255, type: name.endsWith('_N') ? 'N' : 'P' },
  ]);
  const idle = { ...neurons.at(-1)!, synapses: [], destinations: [] };
  return { neurons: neurons.map(() => idle), parameters: Object.fromEntries(biases) };
}

/** Writes the file; returns its bytes. */
export function writeBoard(path: string): number {
  const core = emptyCore(fromSamnaJson(toSamnaJson(network(1, 0))).chips[0]!.cores[0]!);
  const own = toSamnaJson({ chips: [{ cores: [core, core, core, core] }] });
  const { value0 } = JSON.parse(own) as { value0: { chips: unknown[] } };
  const all = JSON.stringify({ value0 }, null, 4).replaceAll(
    /"fineValue": 255/g,
    '$&,\n"_address": 18446744073709551615,\n"_cookie": 9007199254740993',
  );
  const [from, to] = [all.indexOf('[') + 1, all.lastIndexOf(']')];
  const chip = all.slice(from, to).trimEnd();
  const file = openSync(path, 'w');
  writeSync(file, all.slice(0, from));
  for (let i = 0; i < 4; i++) writeSync(file, i === 0 ? chip : `,${chip}`);
  writeSync(file, all.slice(to));
  closeSync(file);
  return statSync(path).size;
}
