/** Writes layers as JSON of their own. */
import { isList, type Layer } from './layers.ts';

/** Lists as long as this have a line for each item. */
const longList = 65;

function text(layer: Layer, known: Map<Layer, string>): string {
  if (typeof layer !== 'object') return `${layer}`;
  // What many share, such as empty synapses, is written once.
  const before = known.get(layer);
  if (before !== undefined) return before;
  const written = objectText(layer, known);
  known.set(layer, written);
  return written;
}

function objectText(layer: Exclude<Layer, number | boolean>, known: Map<Layer, string>): string {
  if (isList(layer)) {
    const items = layer.map((item, i) => `"value${i}":${text(item, known)}`);
    return `{${items.join(layer.length < longList ? ',' : ',\n')}}`;
  }
  if ('fields' in layer) {
    const fields = Object.entries(layer.fields);
    return `{${fields.map(([name, value]) => `"${name}":${text(value, known)}`).join()}}`;
  }
  if ('pairs' in layer) {
    const pairs = Object.entries(layer.pairs);
    return `[${pairs.map(([key, value]) => `{"key":"${key}","value":${text(value, known)}}`).join()}]`;
  }
  return `[${layer.leading.map((item) => text(item, known)).join(',\n')}]`;
}

/** Writes what layers tell, in cereal's form. */
export function layerText(layer: Layer): string {
  return text(layer, new Map());
}
