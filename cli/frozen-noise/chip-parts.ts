/** The parts of the experiment on the board: as fast as it can, and in real time. */
import { chip, chooseNeurons, type Deployment, type Pipeline } from 'spikeline';
import type { Link } from 'spikeline/devices';
import { type Losses, lossCounter } from 'spikeline/events';
import { jsonText } from '../json-text.ts';
import { type Bench, kept } from './bench.ts';
import { configurationText } from './board.ts';
import type { RealTimeResult } from './result.ts';
import { recordTarget, type TargetRecord } from './run-target.ts';

/** Rasters that the neurons of a chip are measured with. */
const measuringRasters = 4;

/** The deployment on those neurons of a chip that behave most like the model. */
async function calibrated(
  { board, data, progress }: Bench,
  link: Link,
  net: Pipeline,
  deployment: Deployment<unknown>,
): Promise<Deployment<unknown>> {
  const noise = data.validation.slice(0, measuringRasters);
  progress.begin('neurons', net.channelsOut * noise.length);
  const hardware = await chooseNeurons(link, deployment as Deployment, noise, {
    onMeasured: (done) => progress.move(done),
  });
  progress.end();
  const { base } = deployment.cores[0]!.weights;
  const { family } = board;
  return board.deploy(net, {
    hardware,
    quantiser: (values, _, synapses) => family.encode(values, base, synapses),
  });
}

/** Measures the neurons of the board, takes the two best, and runs everything on it; a virtual one as fast as it can, so that nothing
 * can be late and the same seed gives the same figures.
 */
export function chipPart(
  bench: Bench,
  net: Pipeline,
  deployment: Deployment<unknown>,
): Promise<{
  readonly placed: Deployment<unknown>;
  readonly record: TargetRecord;
  readonly lost: Losses;
}> {
  const { board, config, data, folder, wishes, progress } = bench;
  const lost = lossCounter();
  return board.use(net.dt, false, async (link) => {
    try {
      const placed = config.uncalibrated
        ? deployment
        : await calibrated(bench, link, net, deployment);
      progress.begin('chip', data.tests.length);
      folder.write('configuration.json', configurationText(placed));
      const target = kept(bench, boardTarget(bench, link, placed, lost));
      const targets = { patterns: target, tests: target };
      const record = await recordTarget(targets, net, data, wishes.stop$, (done) =>
        progress.move(done),
      );
      return { placed, record, lost };
    } finally {
      progress.end();
    }
  });
}

/** The board as a target. */
function boardTarget(
  { board: { lookAhead } }: Bench,
  link: Link,
  deployment: Deployment<unknown>,
  losses: Losses,
) {
  return chip(link, { deployment, losses, ...(lookAhead !== undefined && { lookAhead }) });
}

/** Streams the patterns, and if asked the random rasters, to the same board in real time. */
export function realTimePart(
  bench: Bench,
  net: Pipeline,
  placed: Deployment<unknown>,
  chipLost: Losses,
): Promise<RealTimeResult> {
  const { board, config, data, folder, wishes, progress } = bench;
  const tests = config.realTime ? data.tests : [];
  progress.begin('real time', tests.length);
  const lost = lossCounter();
  return board.use(net.dt, true, async (link) => {
    const before = handed(link);
    try {
      const target = kept(bench, boardTarget(bench, link, placed, lost));
      const { result } = await recordTarget(
        { patterns: target, tests: target },
        net,
        { ...data, tests },
        wishes.stop$,
        (done) => progress.move(done),
      );
      folder.write(
        'chip.json',
        jsonText({
          board: link.info,
          statistics: link.statistics,
          outputs: placed.outputChannels,
          currents: placed.cores[0]!.currents,
          remarks: placed.remarks,
          lost: { chip: chipLost.byReason, realTime: lost.byReason },
        }),
      );
      return {
        fn0: result.fn0,
        fn1: result.fn1,
        ...(config.realTime ? { test: result.test } : {}),
        events: handed(link) - before,
        lost: { ...lost.byReason },
      };
    } finally {
      progress.end();
    }
  });
}

/** Events that a board was handed, by what it counts. */
function handed({ statistics }: Link): number {
  const { sent, delivered = 0, late = 0, dropped = 0 } = statistics;
  return sent ?? delivered + late + dropped;
}
