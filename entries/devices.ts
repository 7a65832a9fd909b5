export { type Clock, systemClock } from '../src/clock.ts';
export {
  type FpgaSchedule,
  type FpgaScheduleConfig,
  fpgaSchedule,
} from '../src/devices/fpga-schedule.ts';
export type {
  HardwareEvents,
  Link,
  LinkInfo,
  LinkListener,
  LinkStatistics,
} from '../src/devices/link.ts';
export {
  type MemoryName,
  type VirtualBoard,
  type VirtualLink,
  virtualBoard,
} from '../src/devices/virtual/board.ts';
export type { VirtualBoardConfig } from '../src/devices/virtual/board-config.ts';
export { type Unwrapper, unwrapper, wrapPeriod, wrapTime } from '../src/devices/wrap.ts';
