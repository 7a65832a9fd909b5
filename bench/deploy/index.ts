// How long it takes to deploy and how much memory, beside the past; and how fast the virtual board is.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { lastValueFrom } from 'rxjs';
import {
  chip,
  deploy,
  dynapSim,
  fromRaster,
  linear,
  type Pipeline,
  pipeline,
  poissonRaster,
  runOn,
  virtualBoard,
} from 'spikeline';
import { randomStream } from 'spikeline/neurons';
import { median, secondsOf } from '../measure.ts';
import { type BenchRow, type Goal, row } from '../rows.ts';
import type { DeployFigures } from './side.ts';

const side = fileURLToPath(new URL('side.ts', import.meta.url));

/** Measures one side in a process of its own. */
function measure(folder: string | undefined): DeployFigures {
  const node = [...process.execArgv, '--expose-gc'];
  const given = folder === undefined ? [] : [folder];
  const text = execFileSync(process.execPath, [...node, side, ...given], { encoding: 'utf8' });
  return JSON.parse(text) as DeployFigures;
}

const figures: Readonly<
  Record<keyof DeployFigures, readonly [name: string, unit: string, goal: Goal]>
> = {
  core: ['deploy.core.seconds', 's', '<= 0.25'],
  unsupported: ['deploy.unsupported.milliseconds', 'ms', '<= 50'],
  board: ['deploy.4096x64.seconds', 's', '<= 3'],
  megabytes: ['deploy.4096x64.megabytes', 'MB', '<= 300'],
};

/** Deployments, ours and those of the past turn by turn. */
async function deployments(folder: string | undefined, rounds: number): Promise<BenchRow[]> {
  const now: DeployFigures[] = [];
  const then: DeployFigures[] = [];
  for (let round = 0; round < rounds; round++) {
    now.push(measure(undefined));
    if (folder !== undefined) then.push(measure(folder));
  }
  return (Object.keys(figures) as (keyof DeployFigures)[]).map((key) => {
    const [name, unit, goal] = figures[key];
    const of = (all: readonly DeployFigures[]): number[] => all.map((own) => own[key]);
    const before = then.length === 0 ? {} : { before: median(of(then)) };
    return row(name, median(of(now)), unit, goal, {
      ...before,
      low: Math.min(...of(now)),
      high: Math.max(...of(now)),
    });
  });
}

const random = randomStream(0, 'bench, deploy');

/** Weights in which every neuron listens to `fanIn` of its sources. */
function sparse(rows: number, columns: number, fanIn: number) {
  const values = new Float64Array(rows * columns);
  for (let column = 0; column < columns; column++) {
    for (let placed = 0; placed < fanIn; ) {
      const at = random.integer(rows) * columns + column;
      if (values[at] !== 0) continue;
      values[at] = 0.5 + random.normal();
      placed++;
    }
  }
  return { rows, columns, values };
}

/** 1000 neurons in three layers. */
function threeLayers(): Pipeline {
  return pipeline(
    linear({ weight: sparse(64, 500, 16) }),
    dynapSim({ neurons: 500 }),
    linear({ weight: sparse(500, 400, 32) }),
    dynapSim({ neurons: 400 }),
    linear({ weight: sparse(400, 100, 48) }),
    dynapSim({ neurons: 100 }),
  );
}

async function onTwoChips(): Promise<BenchRow[]> {
  const net = threeLayers();
  const deployment = deploy(net, { cluster: { clusters: 8 } });
  const chips = new Set(deployment.hardware.map((neuron) => neuron.chip)).size;
  const seconds = 20;
  const input = poissonRaster({ channels: 64, rate: 50, duration: seconds, seed: 1 });
  const link = await virtualBoard({ seed: 1 }).open();
  let spikes = 0;
  const run = async (): Promise<void> => {
    await lastValueFrom(
      fromRaster(input, { chunkSteps: 500 }).pipe(runOn(chip(link, { deployment }), net)),
    );
    spikes = link.statistics.received ?? 0;
  };
  const took = await secondsOf(run);
  await link.close();
  return [
    row('deploy.board.seconds', took / seconds, 's', '<= 1', {
      what: `1000 neurons on ${chips} virtual chips, one second (${Math.round(spikes / seconds)} spikes)`,
    }),
  ];
}

/**
 * How long it takes to deploy, and how fast the virtual board is.
 *
 * @param folder checkout of the past, to be measured turn by turn; nothing beside ours if left out
 */
export async function deployment(
  note: (text: string) => void,
  folder?: string,
): Promise<BenchRow[]> {
  note('deploying a full core and a full board');
  const rows = await deployments(folder, 3);
  note('running 1000 neurons');
  return [...rows, ...(await onTwoChips())];
}
