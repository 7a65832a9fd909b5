import { lastValueFrom } from 'rxjs';
import {
  chip,
  deploy,
  dynapSim,
  fromRaster,
  linear,
  type Matrix,
  type Pipeline,
  pipeline,
  poissonRaster,
  runOn,
  virtualBoard,
} from 'spikeline';
import { quantise } from 'spikeline/chip';
import { randomStream } from 'spikeline/neurons';
import { secondsOf, timed } from './measure.ts';
import { type BenchRow, row } from './rows.ts';

const random = randomStream(0, 'bench, deploy');

/** Weights in which every neuron listens to `fanIn` of its sources. */
function sparse(rows: number, columns: number, fanIn: number, scale: number): Matrix {
  const values = new Float64Array(rows * columns);
  for (let column = 0; column < columns; column++) {
    for (let placed = 0; placed < fanIn; ) {
      const at = random.integer(rows) * columns + column;
      if (values[at] !== 0) continue;
      values[at] = scale * (0.5 + random.normal());
      placed++;
    }
  }
  return { rows, columns, values };
}

/** 4096 neurons with 64 inputs each, half of them from neurons of the same core. */
function fullBoard(): Pipeline {
  const [neurons, core] = [4096, 256];
  const values = new Float64Array(neurons * neurons);
  for (let first = 0; first < neurons; first += core) {
    const block = sparse(core, core, 32, 1);
    for (let row = 0; row < core; row++) {
      const own = block.values.subarray(row * core, (row + 1) * core);
      values.set(own, (first + row) * neurons + first);
    }
  }
  return pipeline(
    linear({ weight: sparse(512, neurons, 32, 1) }),
    dynapSim({ neurons, recurrent: { rows: neurons, columns: neurons, values } }),
  );
}

/** 1000 neurons in three layers. */
function threeLayers(): Pipeline {
  return pipeline(
    linear({ weight: sparse(64, 500, 16, 1) }),
    dynapSim({ neurons: 500 }),
    linear({ weight: sparse(500, 400, 32, 1) }),
    dynapSim({ neurons: 400 }),
    linear({ weight: sparse(400, 100, 48, 1) }),
    dynapSim({ neurons: 100 }),
  );
}

async function onTwoChips(): Promise<BenchRow[]> {
  const net = threeLayers();
  const deployment = deploy(net, { cluster: { clusters: 8 } });
  const chips = new Set(deployment.hardware.map(({ chip }) => chip)).size;
  const seconds = 20;
  const input = poissonRaster({ channels: 64, rate: 50, duration: seconds, seed: 1 });
  const link = await virtualBoard({ seed: 1 }).open();
  let spikes = 0;
  const run = async (): Promise<void> => {
    await lastValueFrom(
      fromRaster(input, { chunkSteps: 500 }).pipe(runOn(chip(link, { deployment }), net)),
    );
    spikes = link.statistics.received;
  };
  const took = await secondsOf(run);
  await link.close();
  return [
    row('deploy.board.seconds', took / seconds, 's', '<= 1', {
      what: `1000 neurons on ${chips} virtual chips, one second (${Math.round(spikes / seconds)} spikes)`,
    }),
  ];
}

/** How long it takes to deploy, and how fast the virtual board is. */
export async function deployment(note: (text: string) => void): Promise<BenchRow[]> {
  const core = Float64Array.from({ length: 64 * 256 }, () => random.normal());
  note('quantising');
  const quantising = (await timed(() => quantise(core))).median;
  note('deploying 4096 neurons');
  const net = fullBoard();
  const bare = await secondsOf(() => deploy(net));
  const checked = await secondsOf(() => deploy(net));
  note('running 1000 neurons');
  return [
    row('deploy.quantise.seconds', quantising, 's', '<= 20', {
      what: 'a full core, 16384 weights',
    }),
    row('deploy.4096x64.seconds', bare, 's', '<= 60', { what: 'map, quantise, allocate' }),
    row('deploy.4096x64.checked.seconds', checked, 's', '<= 60', { what: 'and simulate' }),
    ...(await onTwoChips()),
  ];
}
