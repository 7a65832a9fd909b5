/** What only a DYNAP-SE1 board has: generators of noise, and neurons on an analog output. */
import { dynapse1Limits } from '../../../chips/dynapse1/limits.ts';
import { monitorWords } from '../../../chips/dynapse1/words.ts';
import { InvalidArgumentError } from '../../../errors.ts';
import { fault, type Problem } from '../../../problems.ts';
import type { inTurn } from '../in-turn.ts';
import type { Dynapse1Calls } from './calls.ts';

const { cores, neurons, tags } = dynapse1Limits;

/** Largest rate of a generator of noise, hertz. */
const mostRate = 4300;

/** What only such a board has. */
export interface Dynapse1Extras {
  /**
   * Lets the board's generators of noise send spikes to a chip: a rate in hertz, 0 to 4300, for each source, 0 to 1023 as the
   * tags of the chip. Sources that are not named keep their rate; an empty list of rates stops them all.
   *
   * @throws InvalidArgumentError if there is no such chip, source or rate
   * @throws DeviceError if the board fails
   */
  poisson(chip: number, rates: ReadonlyMap<number, number>): Promise<void>;
  /**
   * Has one neuron of a core watched on the analog output of its chip.
   *
   * @throws InvalidArgumentError if there is no such neuron
   * @throws DeviceError if the board fails
   */
  monitor(chip: number, core: number, neuron: number): Promise<void>;
}

/** Checks a whole number below a limit. */
function below(name: string, value: unknown, limit: number): Problem[] {
  const sound = Number.isInteger(value) && (value as number) >= 0 && (value as number) < limit;
  return sound
    ? []
    : [fault(name, 'out-of-range', `a whole number from 0 to ${limit - 1} is needed`)];
}

/** Makes the extras of an open board. */
export function boardExtras(
  calls: Dynapse1Calls,
  together: ReturnType<typeof inTurn>,
  chips: number,
  alive: () => void,
): Dynapse1Extras {
  return {
    async poisson(chip, rates) {
      alive();
      const problems = [
        ...below('chip', chip, chips),
        ...[...rates].flatMap(([source, rate]) => [
          ...below('source', source, tags),
          ...(rate >= 0 && rate <= mostRate
            ? []
            : [fault('rate', 'out-of-range', '0 to 4300 Hz are needed')]),
        ]),
      ];
      if (problems.length > 0) throw new InvalidArgumentError('no noise can be made', problems);
      await together(async () => {
        await calls.choosePoissonChip(chip);
        for (const [source, rate] of rates) await calls.setPoissonRate(source, rate);
        await calls.runPoisson(rates.size > 0);
      });
    },
    async monitor(chip, core, neuron) {
      alive();
      const problems = [
        ...below('chip', chip, chips),
        ...below('core', core, cores),
        ...below('neuron', neuron, neurons),
      ];
      if (problems.length > 0) throw new InvalidArgumentError('there is no such neuron', problems);
      await together(async () => {
        await calls.chooseChip(chip);
        await calls.write(monitorWords(core, neuron));
      });
    },
  };
}
