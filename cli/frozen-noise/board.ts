/** The board of the experiment: a virtual one, whose silicon is that of the seed, or one that is opened by its address. */
import { type Deployment, deploy, type Pipeline, virtualBoard } from 'spikeline';
import {
  type ChipConfiguration,
  type ChipFamily,
  dynapse2,
  familyNamed,
  toSamnaJson,
} from 'spikeline/chip';
import type { Link, LinkInfo } from 'spikeline/devices';
import { jsonText } from '../json-text.ts';
import type { BoardAddress } from '../streams/board.ts';
import { chipSeed } from './chips.ts';

/** What the experiment is told of its board. */
export interface BoardConfig {
  readonly seed: number;
  /** Mismatch of virtual chips, as a fraction. */
  readonly mismatch: number;
  readonly board: BoardAddress;
}

/** A board of the experiment. */
export interface ExperimentBoard {
  /** The chips on it. */
  readonly family: ChipFamily<unknown>;
  /** What a board says of itself that keeps its own time; undefined for a virtual one. */
  readonly info: LinkInfo | undefined;
  /** How long before its time an event is handed over, seconds; as links have it if left out. */
  readonly lookAhead?: number;
  /** Deploys a pipeline for it, on chosen neurons of the hardware or on the first ones. */
  deploy(net: Pipeline, options?: Parameters<typeof deploy>[1]): Deployment<unknown>;
  /** Opens it for a part of the experiment, in steps of `dt` seconds: as fast as it can, or in real time. A real board has real time only. */
  use<Result>(
    dt: number,
    realTime: boolean,
    work: (link: Link) => Promise<Result>,
  ): Promise<Result>;
  close(): Promise<void>;
}

/** A virtual board, opened anew for each part. */
function virtual({ seed, mismatch }: BoardConfig): ExperimentBoard {
  return {
    family: dynapse2 as ChipFamily<unknown>,
    info: undefined,
    deploy: (net, options) => deploy(net, options) as Deployment<unknown>,
    async use(dt, realTime, work) {
      const silicon = { seed: chipSeed(seed, 0), mismatch: { fraction: mismatch } };
      const link = await virtualBoard({ ...silicon, dt, realTime }).open();
      try {
        return await work(link as Link);
      } finally {
        await link.close();
      }
    },
    close: async () => {},
  };
}

/** Opens the board of an experiment; a real one is open until the end. */
export async function openExperimentBoard(config: BoardConfig): Promise<ExperimentBoard> {
  if (config.board.kind === 'virtual') return virtual(config);
  const link = await config.board.open();
  const family = familyNamed(link.info.family)!;
  const { chips } = link.info;
  return {
    family,
    info: link.info,
    // Its events are played from its memory, or by another program: they have to be there in time.
    lookAhead: 0.02,
    deploy: (net, options) =>
      deploy(net, { ...options, family, chips } as object) as Deployment<unknown>,
    use: (_dt, _realTime, work) => work(link),
    close: () => link.close(),
  };
}

/** A configuration as it is kept: in samna's form, or as JSON of its words. */
export function configurationText({ family, configuration }: Deployment<unknown>): string {
  if (family.name === dynapse2.name) return toSamnaJson(configuration as ChipConfiguration);
  return jsonText(plain(configuration));
}

/** Typed arrays as lists. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as Uint32Array);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}
