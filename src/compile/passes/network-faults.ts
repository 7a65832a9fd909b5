/** What makes a network meaningless, so that no limit can be asked about. */
import type { ChipFamily, PlacedSynapses, SynapseList } from '../../chips/family.ts';
import { dendriteNames } from '../../neurons/dynap-se2/parameters.ts';
import { fault, type Problem } from '../../problems.ts';

/** Lists what makes a network meaningless, so that nothing else can be said about it. */
export function networkFaults(
  { channels, input, recurrent, hardware, ...rest }: PlacedSynapses,
  { largestCode }: Pick<ChipFamily, 'largestCode'>,
): Problem[] {
  const faults: Problem[] = [];
  const neurons = hardware.length;
  const check = (name: string, { pre, post, code, dendrite }: SynapseList, from: number): void => {
    const lengths = [pre, post, code, dendrite].map(({ length }) => length);
    if (new Set(lengths).size > 1) {
      faults.push(
        fault(
          name,
          'wrong-shape',
          `it has arrays of ${lengths.join(', ')} entries; all must be as long`,
        ),
      );
      return;
    }
    const bad = pre.findIndex(
      (_, i) =>
        pre[i]! >= from ||
        post[i]! >= neurons ||
        code[i] === 0 ||
        code[i]! > largestCode ||
        dendrite[i]! >= dendriteNames.length,
    );
    if (bad < 0) return;
    faults.push(
      fault(
        `${name}[${bad}]`,
        'out-of-range',
        `it leads from ${pre[bad]} of ${from} to ${post[bad]} of ${neurons} with code ${code[bad]} on dendrite ${dendrite[bad]}; codes 1…${largestCode} and dendrites 0…${dendriteNames.length - 1} exist`,
      ),
    );
  };
  check('input', input, channels);
  check('recurrent', recurrent, neurons);
  for (const name of ['dc', 'adaptation', 'nmda', 'monitored'] as const) {
    const { length } = rest[name] ?? hardware;
    if (length !== neurons) {
      faults.push(fault(name, 'wrong-shape', `it has ${length} entries for ${neurons} neurons`));
    }
  }
  return faults;
}
