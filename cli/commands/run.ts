/** The command that runs a saved pipeline on a stream. */
import { ignoreElements, type Observable } from 'rxjs';
import {
  type AerPacket,
  type ChannelSpace,
  type Pipeline,
  pipelineFromJson,
  runOn,
  type Target,
  type TargetInput,
  toRaster,
} from 'spikeline';
import { fault, problem, StorageError } from 'spikeline/problems';
import { remote } from 'spikeline/targets';
import { type Given, type OptionSpecs, optionHelp } from '../arguments.ts';
import { type Command, exitCodes } from '../command.ts';
import { jsonText } from '../json-text.ts';
import { reading, readText } from '../read.ts';
import { addressHelp } from '../streams/address.ts';
import { boardAddressHelp } from '../streams/board.ts';
import { type Filters, filterOptions, readFilters } from '../streams/filters.ts';
import { counting, flow } from '../streams/flow.ts';
import { forPipeline } from '../streams/for-pipeline.ts';
import {
  credentialsOption,
  latenessOption,
  type OptionReader,
  optionReader,
} from '../streams/options.ts';
import { standard } from '../streams/pieces.ts';
import {
  type Recorder,
  readRecord,
  recorder,
  recording as recordingOf,
  recordOption,
} from '../streams/recorder.ts';
import { type StreamSink, sinkAt } from '../streams/sink.ts';
import { type StreamSource, sourceAt } from '../streams/source.ts';
import { until } from '../streams/stopping.ts';
import { tally } from '../streams/tally.ts';
import {
  boardOptions,
  type OpenedTarget,
  openTarget,
  readBoard,
  targetName,
} from '../streams/target.ts';
import { flatLosses, runText } from '../streams/text.ts';
import { stopCodes, type Terminal } from '../terminal.ts';

const options: OptionSpecs = {
  input: { value: 'ADDRESS', help: 'where events or rasters come from; needed' },
  target: {
    value: 'NAME',
    help: 'simulator, chip, or nats://… of a spikeline serve',
    fallback: 'simulator, with --board chip',
  },
  output: {
    value: 'ADDRESS',
    help: 'where the spikes of the output go; if left out they are only counted',
  },
  ...recordOption,
  speed: {
    value: 'N',
    help: 'of a file, N times its own pace; as fast as the target takes it if left out',
  },
  stream: {
    value: 'NAME',
    help: 'of a recording, which stream; its first stream of events if left out',
  },
  'input-format': { value: 'NAME', help: 'format of a file; found by its content if left out' },
  'input-options': { value: 'JSON', help: 'options of its decoder' },
  ...latenessOption,
  ...filterOptions,
  bins: {
    value: 'N',
    help: 'make rasters of N steps of events; packets go in as they are if left out',
  },
  format: { value: 'NAME', help: 'format of an output that is a file or -' },
  ...boardOptions,
  ...credentialsOption,
  overwrite: { help: 'write over files that are there; never over what is read' },
  json: { help: 'print what came of it as JSON' },
  help: { help: 'print this' },
};

const help = `spikeline run PIPELINE --input ADDRESS [--target NAME] [--output ADDRESS] [options]

Runs a saved pipeline (pipeline.json, as pipelineToJson writes it) on a stream until it ends, or Ctrl-C. Filters are
applied in the order in which they stand below; then pixels become channels: pixel (x, y) is channel y·width + x,
with width·height more for ON events if the pipeline has a channel for each polarity. At the end rates and all that
was lost are told, by channel if there are 32 at most.

  spikeline run trained.json --input walk.dat --downsample 8 --target chip --output spikes.spk
  spikeline run trained.json --input udp://127.0.0.1:3333 --target nats://lab:4222/chip --output - | …

What --record has written to a FILE.spk is played again by --input: its first stream is what went in. A session is run
again by spikeline replay, and summed up by spikeline report.

${addressHelp}

${boardAddressHelp}

${optionHelp(options)}

Exit codes: 0 the stream has ended, 130, 143 and 129 stopped by Ctrl-C, SIGTERM and SIGHUP, with all that had come
out kept, 2 bad input, a pipeline that the target cannot run, or a source, target or sink that fails.`;

/** What is to be run. */
interface Asked {
  readonly net: Pipeline;
  readonly target: string;
  readonly access: { readonly credentials?: string };
  readonly source: StreamSource;
  readonly sink: StreamSink | undefined;
  readonly recording: string | undefined;
  readonly filters: Filters;
  readonly bins: number | undefined;
}

function configure(given: Given, reader: OptionReader, terminal: Terminal) {
  const { problems } = reader;
  const needed = 'one file is needed: spikeline run PIPELINE --input ADDRESS';
  const [file = ''] = reader.words(1, needed, 'PIPELINE');
  const target = targetName(given);
  if (!/^(simulator|chip|(nats|tls):\/\/.*)$/.test(target)) {
    problems.push(problem('--target', 'unknown', target, 'simulator, chip or nats://… is needed'));
  } else if (target.includes('://'))
    reader.attempt('--target', () => remote(target, reader.access()));
  const board = readBoard(given, target === 'chip');
  problems.push(...board.problems);
  const speed = reader.number('speed', 'a number above 0 is needed', (value) => value > 0);
  const whole = (value: number): boolean => Number.isInteger(value) && value > 0;
  const bins = reader.number('bins', 'a whole number of at least 1 is needed', whole);
  const stream = reader.text('stream');
  const read = {
    ...reader.decoding('input-'),
    ...reader.lateness(),
    ...(stream !== undefined && { stream }),
    ...(speed !== undefined && { speed }),
  };
  const [from, to] = [reader.text('input'), reader.text('output')];
  if (from === undefined) {
    problems.push(fault('--input', 'missing', 'say where events or rasters come from'));
  }
  const source = from === undefined ? undefined : sourceAt('--input', from, reader, terminal, read);
  const inputs = [file, ...(source?.path === undefined ? [] : [source.path])].filter(Boolean);
  const filters = readFilters(reader);
  const format = reader.format('format', 'write');
  const write = {
    ...(format !== undefined && { format }),
    overwrite: reader.flag('overwrite'),
    inputs,
  };
  const sink = to === undefined ? undefined : sinkAt('--output', to, reader, terminal, write);
  if (reader.flag('json') && to === standard) {
    problems.push(fault('--json', 'conflict', 'standard output has the spikes'));
  }
  const recording = readRecord(reader, inputs);
  let net: Pipeline | undefined;
  try {
    if (file !== '') net = reading(file, () => pipelineFromJson(readText(file)));
  } catch (cause) {
    if (!(cause instanceof StorageError)) throw cause;
    problems.push(fault('PIPELINE', 'out-of-range', cause.message));
  }
  reader.check('nothing can be run');
  const access = reader.access();
  const asked = { net: net!, target, access, source: source!, sink, recording, filters, bins };
  return { asked, board };
}

/** Opens the target and finds out what it says of the pipeline. */
async function open(
  { target, access }: Asked,
  board: ReturnType<typeof readBoard>,
): Promise<OpenedTarget> {
  if (target === 'simulator' || target === 'chip') return openTarget(target, board);
  const far = remote(target, access);
  await far.describe();
  return { open: () => far, close: async () => {} };
}

/** The stream from the source to the sink. */
function streamOf(
  { net, source, sink, filters, bins }: Asked,
  target: Target,
  keep: Recorder | undefined,
  terminal: Terminal,
) {
  const [went, came] = [tally(net.channelsIn), tally(net.channelsOut)];
  const binned =
    bins === undefined
      ? undefined
      : toRaster({ channels: net.channelsIn, dt: net.dt, chunkSteps: bins });
  const run = runOn(keep === undefined ? target : keep.target(target), net);
  const build = (stopped$: Observable<unknown>): Observable<object> => {
    const count = { items: 0, count: 0 };
    const items$ = until(source, stopped$).pipe(counting(count, terminal, 'events'));
    const input$ = filters.through(items$).pipe(forPipeline(net.channelsIn));
    const binned$ =
      binned === undefined ? input$ : (input$ as Observable<AerPacket<ChannelSpace>>).pipe(binned);
    const output$ = (binned$ as Observable<TargetInput>).pipe(went.passing(), run, came.passing());
    return sink === undefined ? output$.pipe(ignoreElements()) : sink.sink(output$);
  };
  const losses = (): Record<string, number> => binned?.losses.byReason ?? {};
  return { went, came, build, losses };
}

/** The command that runs a pipeline. */
export const runPipeline: Command = {
  name: 'run',
  summary: 'run a saved pipeline on a stream, in the simulator, on a chip or elsewhere',
  options,
  help,
  async run(given, terminal, stop) {
    const reader = optionReader(given);
    const { asked, board } = configure(given, reader, terminal);
    const { net, source, sink, filters, recording, target: name } = asked;
    const opened = await open(asked, board);
    try {
      const target = opened.open();
      const about = { pipeline: given.positionals[0], target: name };
      const keep =
        recording === undefined ? undefined : recorder(recording, about, reader.flag('overwrite'));
      const stream = streamOf(asked, target, keep, terminal);
      const losses = () => ({
        input: { ...source.losses.byReason },
        filters: { ...filters.losses(), ...stream.losses() },
        target: { ...target.losses.byReason },
      });
      // The target's own are counted while it runs.
      const lost = () => flatLosses({ ...losses(), target: {} });
      const work = () => flow(stop, stream.build, source);
      const ended = await recordingOf(keep, lost, work, (one) => one.signal);
      const { signal, seconds, report } = ended;
      const { went, came } = stream;
      const [input, output] = [source.name, sink?.name ?? null];
      const told = {
        target: name,
        input: { address: input, spikes: went.spikes, channels: net.channelsIn },
        output: { address: output, spikes: came.spikes, channels: net.channelsOut, ...report },
        duration: went.duration,
        rates: Array.from(came.counts, (spikes) => spikes / (went.duration || 1)),
        losses: losses(),
        seconds,
        ...(signal !== undefined && { stopped: signal }),
      };
      const text = reader.flag('json') ? jsonText(told) : runText(told);
      if (reader.text('output') === standard) terminal.err(text);
      else terminal.out(text);
      return signal === undefined ? exitCodes.ok : stopCodes[signal];
    } finally {
      await opened.close();
    }
  },
};
