import type { Observable } from 'rxjs';
import { deploy } from 'spikeline';
import { cores, network } from '#examples/motor/network';
import {
  inSimulator,
  latency,
  onChip,
  type Response,
  response,
  type Step,
  setPoints,
} from '#examples/motor/trial';
import { type BenchRow, row } from './rows.ts';

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** What became of step responses, together. */
function together(found: readonly Response[]) {
  const settled = found.filter(({ settling }) => Number.isFinite(settling));
  return {
    inTime: found.filter(({ settling }) => settling <= latency).length / found.length,
    settled: settled.length / found.length,
    settling: mean(settled.map(({ settling }) => 1000 * settling)),
    error: mean(found.map(({ error }) => error)),
    worst: Math.max(...found.map(({ error }) => error)),
    overshoot: mean(found.map(({ overshoot }) => overshoot)),
    runs: found.length,
  };
}

async function responses(points: readonly number[], run: (setPoint: number) => Observable<Step>) {
  const found: Response[] = [];
  for (const point of points) found.push(await response(run(point)));
  return found;
}

/** How soon and how exactly a spiking PI controller brings a motor to speeds that are wanted, in the simulator and on virtual chips. */
export async function motor(runs: number, note: (text: string) => void): Promise<BenchRow[]> {
  const net = network();
  const deployment = deploy(net, { cores });
  note(`${runs} set points in the simulator`);
  const points = setPoints(runs);
  const simulated = together(await responses(points, (setPoint) => inSimulator(net, { setPoint })));
  note(`  ${(100 * simulated.inTime).toFixed(0)} % settled in time`);
  const each: Response[][] = [];
  const few = setPoints(Math.max(2, Math.round(runs / 10)), 2);
  // Chips that had no say in how the network is made.
  for (let seed = 101; seed <= 100 + Math.max(2, runs / 5); seed++) {
    note(`${few.length} set points on virtual chip ${seed}`);
    each.push(await responses(few, (setPoint) => onChip(net, deployment, seed, { setPoint })));
  }
  const chips = together(each.flat());
  return [
    row('loop.motor.settled', simulated.inTime, 'fraction', '>= 0.95', { latency, ...simulated }),
    row('loop.motor.error', simulated.worst, 'fraction', '<= 0.03', { mean: simulated.error }),
    row('loop.motor.chips.settled', chips.inTime, 'fraction', null, {
      ...chips,
      chips: each.map(together).map(({ inTime, settling, error }) => [inTime, settling, error]),
    }),
    row('loop.motor.chips.error', chips.error, 'fraction', '<= 0.03', { worst: chips.worst }),
  ];
}
