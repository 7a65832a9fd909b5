// Lays a network over a board's file once, in a process of its own.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toSamnaJson } from 'spikeline/chip';
import { answers } from '../side.ts';
import { network } from './network.ts';

/** What it took. */
export interface OverlayFigures {
  /** From file to file. */
  readonly seconds: number;
  /** Laying over alone, seconds. */
  readonly laying: number;
  /** Processor time from file to file, seconds. */
  readonly processor: number;
  /** The most memory that the process ever had. */
  readonly megabytes: number;
}

answers(async ({ folder }: { readonly folder: string }): Promise<OverlayFigures> => {
  const net = network(4, 64);
  const before = process.cpuUsage();
  const start = performance.now();
  const board = readFileSync(join(folder, 'board.json'), 'utf8');
  const read = performance.now();
  const text = toSamnaJson(net, board);
  const laid = performance.now();
  writeFileSync(join(folder, 'configuration.json'), text);
  const end = performance.now();
  const { user, system } = process.cpuUsage(before);
  return {
    seconds: (end - start) / 1e3,
    laying: (laid - read) / 1e3,
    processor: (user + system) / 1e6,
    megabytes: (process.resourceUsage().maxRSS * 1024) / 1e6,
  };
});
