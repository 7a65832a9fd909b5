/** What a DAVIS camera is asked to do, as the driver of its makers does it: only the parts that it says it has. */
import type { Clock } from '../../../clock.ts';
import { DeviceError } from '../../../errors.ts';
import { pixels } from '../../../events/space.ts';
import { checkLogic, type Fpga, fpga, pause, type Register, timestampReset } from '../fpga.ts';
import type { UsbPort } from '../port.ts';
import type { CameraCalls } from './camera-calls.ts';
import { type DavisBiases, type DavisName, davisBiasRegisters } from './davis-biases.ts';
import type { DavisGeometry } from './davis-reader.ts';

/** What a camera tells of itself. */
interface DavisInfo extends DavisGeometry {
  readonly chip: number;
  /** Clocks of its logic, of the converter of its frames and of the bus, MHz. */
  readonly clocks: { readonly logic: number; readonly adc: number; readonly usb: number };
  /** Columns and rows of frames. */
  readonly frame: readonly [columns: number, rows: number];
  /** Kind of its sensor of motion; 0 is none. */
  readonly motion: number;
  readonly has: Readonly<Record<keyof typeof parts, boolean>>;
}

/** Modules of its logic. */
const mux = 0;
const dvs = 1;
const aps = 2;
const imu = 3;
const external = 4;
const chip = 5;
const system = 6;
const usb = 9;

/** Version of the logic that is known. */
const logic = 18;

/** Where a camera says which parts it has. */
const parts = {
  pixelFilter: [dvs, 10],
  noiseFilter: [dvs, 30],
  regionFilter: [dvs, 40],
  skipFilter: [dvs, 50],
  polarityFilter: [dvs, 60],
  statistics: [dvs, 80],
  globalShutter: [aps, 6],
  generator: [external, 10],
  muxStatistics: [mux, 80],
} as const;

/** Chips of the cameras that are known, by the number that they tell. */
const chips: Readonly<Record<DavisName, readonly number[]>> = {
  davis240: [0, 1, 2],
  davis346: [4, 5, 9],
};

/** Asks a camera what it is. */
async function infoOf(port: UsbPort, { get }: Fpga): Promise<DavisInfo> {
  checkLogic(port, await get(system, 0), logic);
  await get(system, 7);
  const own = await get(system, 1);
  const camera = port.kind.name as DavisName;
  if (!chips[camera].includes(own)) {
    const told = `the ${port.kind.what} has a chip of kind ${own}, which is not known; ${chips[camera].join(', ')} are`;
    throw new DeviceError('unsupported', told);
  }
  await get(system, 2);
  const has: Record<string, boolean> = {};
  for (const [name, [module, parameter]] of Object.entries(parts)) {
    has[name] = (await get(module, parameter)) !== 0;
  }
  const columns = await get(dvs, 0);
  const rows = await get(dvs, 1);
  const swapped = ((await get(dvs, 2)) & 4) !== 0;
  const frameColumns = await get(aps, 0);
  const frameRows = await get(aps, 1);
  const frameSwapped = ((await get(aps, 2)) & 4) !== 0;
  const motion = await get(imu, 0);
  const logicClock = await get(system, 3);
  const adcClock = await get(system, 4);
  const usbClock = await get(system, 5);
  // Clocks are so many thousandths of what they are called.
  const deviation = (await get(system, 6)) / 1000 || 1;
  if (columns < 1 || rows < 1 || columns > 4096 || rows > 4096) {
    const told = `the ${port.kind.what} says that it has ${columns}×${rows} pixels`;
    throw new DeviceError('protocol', `${told}; unplug it, and plug it in again`);
  }
  return {
    chip: own,
    space: swapped ? pixels(rows, columns) : pixels(columns, rows),
    swapped,
    frame: frameSwapped ? [frameRows, frameColumns] : [frameColumns, frameRows],
    motion,
    clocks: {
      logic: logicClock * deviation,
      adc: adcClock * deviation,
      usb: usbClock * deviation,
    },
    has: has as DavisInfo['has'],
  };
}

/** Switches of the chip: those of tests are off. */
function chipSwitches(camera: DavisName): Register[] {
  const switches: Readonly<Record<number, number>> = {
    ...Object.fromEntries([128, 129, 130, 131, 132, 133, 134, 135].map((at) => [at, 0])),
    136: 1,
    137: 0,
    138: 1,
    140: 0,
    141: 0,
    ...(camera === 'davis240' ? { 139: 0 } : { 143: 1, 144: 0 }),
  };
  return Object.entries(switches).map(([at, value]) => [chip, Number(at), value]);
}

/** Everything that a camera is set to before it starts. */
function settings(camera: DavisName, info: DavisInfo, biases: DavisBiases): Register[] {
  const { has, frame, clocks } = info;
  const { width, height } = info.space;
  const ticks = (micros: number, clock: number): number => Math.round(micros * clock);
  const of = (module: number, values: Readonly<Record<number, number>>): Register[] =>
    Object.entries(values).map(([at, value]) => [module, Number(at), value]);
  const if_ = (there: boolean, registers: Register[]): Register[] => (there ? registers : []);
  const pixelFilter = Object.fromEntries(
    Array.from({ length: 16 }, (_, i) => [11 + i, i % 2 === 0 ? height : width]),
  );
  return [
    ...davisBiasRegisters(camera, biases),
    ...chipSwitches(camera),
    // What finds no room is dropped at the sensor, and the clock goes on.
    ...of(mux, { 4: 1, 5: 1 }),
    ...of(dvs, { 4: 0, 5: 0 }),
    // Rows and columns that there are not: no pixel is left out.
    ...if_(has.pixelFilter, of(dvs, pixelFilter)),
    ...if_(has.noiseFilter, of(dvs, { 31: 1, 32: 8, 33: 0, 34: 1 })),
    ...if_(has.regionFilter, of(dvs, { 41: 0, 42: 0, 43: width - 1, 44: height - 1 })),
    ...if_(has.skipFilter, of(dvs, { 51: 0, 52: 5 })),
    ...if_(has.polarityFilter, of(dvs, { 61: 0, 62: 0, 63: 0 })),
    ...of(aps, { 5: 1 }),
    ...if_(has.globalShutter, [...of(chip, { 142: 1 }), ...of(aps, { 7: 1 })]),
    ...of(aps, { 8: 0, 9: 0, 10: frame[0] - 1, 11: frame[1] - 1 }),
    ...of(aps, { 12: ticks(4000, clocks.adc), 13: ticks(40_000, clocks.adc) }),
    ...if_(info.motion !== 0, of(imu, { 5: 0, 6: 1, 7: 1, 9: 1, 10: 1 })),
    ...of(external, { 1: 0, 2: 0, 3: 1, 4: 1, 5: ticks(10, clocks.logic) }),
    ...if_(has.generator, [
      ...of(external, { 11: 0, 12: 1, 13: ticks(10, clocks.logic), 14: ticks(5, clocks.logic) }),
      ...of(external, { 15: 0, 16: 0 }),
    ]),
    ...of(usb, { 1: ticks(1000, clocks.usb) }),
  ];
}

/** What runs: pixels, frames, motion and triggers, then the stream and its clock, the bus, and the chip. */
const stopAll: readonly Register[] = [
  [dvs, 3, 0],
  [aps, 4, 0],
  [imu, 2, 0],
  [imu, 3, 0],
  [imu, 4, 0],
  [external, 0, 0],
  [mux, 0, 0],
  [mux, 1, 0],
  [usb, 0, 0],
  [mux, 3, 0],
];

/** Which parts of a camera send something. */
export interface DavisParts {
  /** Frames, motion and triggers, which are only counted. */
  readonly others: boolean;
}

/** Asks a camera what it is, and gives what it can be told. */
export async function davisCalls(
  port: UsbPort,
  clock: Clock,
  { others }: DavisParts,
): Promise<CameraCalls & DavisGeometry & { setBiases(biases: DavisBiases): Promise<void> }> {
  const registers = fpga(port);
  const info = await infoOf(port, registers);
  const camera = port.kind.name as DavisName;
  const { set, setAtOnce, get64 } = registers;
  const { statistics, muxStatistics } = info.has;
  return {
    ...((statistics || muxStatistics) && {
      dropped: async () =>
        (muxStatistics ? await get64(mux, 83) : 0) + (statistics ? await get64(dvs, 85) : 0),
    }),
    space: info.space,
    swapped: info.swapped,
    configure: (biases) => set(settings(camera, info, biases as DavisBiases)),
    setBiases: (biases) => set(davisBiasRegisters(camera, biases)),
    async start(listen) {
      await set(stopAll);
      await pause(clock, 10);
      await port.clearHalt();
      listen();
      await set([[mux, 3, 1]]);
      await pause(clock, 200);
      await set([
        [usb, 0, 1],
        [mux, 1, 1],
        [mux, 0, 1],
      ]);
      await pause(clock, 50);
      await set([[dvs, 3, 1]]);
      if (!others) return;
      await set([
        [aps, 4, 1],
        ...(info.motion === 0
          ? []
          : ([
              [imu, 2, 1],
              [imu, 3, 1],
              [imu, 4, 1],
            ] as const)),
        [external, 0, 1],
      ]);
    },
    stop: () => set(stopAll),
    resetTime: () => setAtOnce(timestampReset),
  };
}
