// A board in real time, by hand: a sink schedules events on the FPGA, a source listens to what comes back.
// Every neuron reports its spikes to the host under its own word. The sink's last report says what became
// of every event that was sent; late ones are emitted all the same, but counted.
//
// npx tsx --conditions @spikeline/source examples/live-board.ts

import { lastValueFrom, takeUntil, toArray } from 'rxjs';
import {
  decodeEvents,
  deploy,
  dynapSim,
  fromHardware,
  linear,
  pipeline,
  poisson,
  toEvents,
  toFpga,
  virtualBoard,
} from 'spikeline';

const channels = 4;
const net = pipeline(
  linear({ weight: Array.from({ length: channels }, () => [5]) }),
  dynapSim({ neurons: 1, name: 'output' }),
);
const { configuration, inputWords, outputWords, where } = deploy(net);
const link = await virtualBoard({ seed: 1, realTime: true }).open();
await link.configure(configuration);

const begin = performance.now();
const report$ = poisson({ channels, rate: 100, duration: 0.5, seed: 1 }).pipe(
  toEvents(),
  toFpga(link, { inputWords }),
);
const reported = lastValueFrom(report$);
const heard = lastValueFrom(
  fromHardware(link).pipe(decodeEvents({ words: outputWords }), takeUntil(reported), toArray()),
);
const { sent, delivered, late, dropped } = await reported;
const spikes = (await heard).reduce((sum, { addresses }) => sum + addresses.length, 0);
const { chip, core, neuron } = where('output', 0);
await link.close();

process.stdout.write(
  `${sent} events sent = ${delivered} delivered + ${late} late + ${dropped} dropped\n` +
    `${spikes} spikes of chip ${chip}, core ${core}, neuron ${neuron} in ${(performance.now() - begin).toFixed(0)} ms\n`,
);
