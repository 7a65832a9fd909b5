import type { Command } from '../command.ts';
import { board } from './board.ts';
import { conformance } from './conformance.ts';
import { convert } from './convert.ts';
import { deploy } from './deploy.ts';
import { devices } from './devices.ts';
import { frozenNoise } from './frozen-noise.ts';
import { importNir } from './import.ts';
import { info } from './info.ts';
import { inspect } from './inspect.ts';
import { latency } from './latency.ts';
import { play } from './play.ts';
import { record } from './record.ts';
import { replay } from './replay.ts';
import { report } from './report.ts';
import { runPipeline } from './run.ts';
import { serve } from './serve.ts';
import { view } from './view.ts';

/** All commands, in the order of the help; a new one is a file beside this and a line here. */
export const commands: readonly Command[] = [
  frozenNoise,
  conformance,
  importNir,
  deploy,
  inspect,
  board,
  devices,
  serve,
  info,
  convert,
  record,
  play,
  runPipeline,
  replay,
  report,
  view,
  latency,
];
