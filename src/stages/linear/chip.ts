/** Linear stages on a chip: weights of synapses. */

import type { ChipForm } from '../chip-form.ts';
import { firstOff } from '../first-off.ts';
import type { LinearStage } from './definition.ts';

/** The synapses of a linear stage; a chip has no bias beside its neurons. */
export function linearChip({ weight, bias = new Float64Array() }: LinearStage): ChipForm {
  const problems = firstOff(
    'bias',
    bias,
    (value) => value === 0,
    'give it to the neurons after it instead',
  );
  return problems.length > 0 ? { form: 'none', problems } : { form: 'weights', weight };
}
