export { awakeClock, type Clock, systemClock } from '../src/clock.ts';
export type { Demand } from '../src/demand.ts';
export { type SamnaBridgeConfig, samnaBridge } from '../src/devices/bridge/bridge.ts';
export type { SamnaLink } from '../src/devices/bridge/link.ts';
export type { FpgaSchedule, FpgaScheduleConfig } from '../src/devices/fpga-schedule.ts';
export type {
  Board,
  HardwareEvents,
  Link,
  LinkInfo,
  LinkListener,
  LinkStatistics,
  LinkUpdate,
  SenderCounts,
} from '../src/devices/link.ts';
export type { LinkSuiteConfig } from '../src/devices/link-bench.ts';
export { linkSuite } from '../src/devices/link-suite.ts';
export type {
  ScheduleMode,
  SlipPolicy,
  StreamClockConfig,
} from '../src/devices/schedule/stream-clock.ts';
export { type BoardAtConfig, boardAt } from '../src/devices/socket/board-at.ts';
export {
  type BoardServer,
  type ServeBoardConfig,
  serveBoard,
} from '../src/devices/socket/serve.ts';
export {
  type Dynapse1Board,
  type Dynapse1BoardConfig,
  dynapse1Board,
} from '../src/devices/usb/dynapse1/board.ts';
export type { Dynapse1Info } from '../src/devices/usb/dynapse1/calls.ts';
export type { Dynapse1Link } from '../src/devices/usb/dynapse1/link.ts';
export { type ListUsbConfig, listUsb, type PluggedDevice } from '../src/devices/usb/list.ts';
export { type VirtualBoard, virtualBoard } from '../src/devices/virtual/board.ts';
export type { VirtualBoardConfig } from '../src/devices/virtual/board-config.ts';
export type { VirtualLink } from '../src/devices/virtual/virtual-link.ts';
export type { Unwrapper } from '../src/devices/wrap.ts';
export type { SuiteCase, SuiteTime } from '../src/suite.ts';
