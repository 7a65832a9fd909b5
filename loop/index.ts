// Experiments over time: closed loops, sessions, what is recorded of them, and what is done with that.

export type { RowDecoder, RowEncoder, RowStage, Rows } from '../src/filters/rows.ts';
export type { Decode, DecodeFunction, Encode, LoopMoment } from '../src/loop/coding.ts';
export type { Environment, EnvironmentStep } from '../src/loop/environment.ts';
export type { LatencyBin, LatencySummary } from '../src/loop/latency.ts';
export type { ActionLimits } from '../src/loop/limits.ts';
export type { ProtocolState } from '../src/loop/protocol/conduct.ts';
export type {
  Block,
  Listenable,
  Phase,
  Protocol,
  ProtocolItem,
  Stimulus,
  StimulusMoment,
  Trigger,
} from '../src/loop/protocol/plan.ts';
export {
  learningReadout,
  type Readout,
  type ReadoutConfig,
  type ReadoutState,
} from '../src/loop/readout.ts';
export type {
  LoopDescription,
  LoopEnd,
  LoopSession,
  LoopStep,
  LoopStimulus,
} from '../src/loop/step.ts';
export type { LagPolicy } from '../src/loop/ticker.ts';
export type { SignalDistance, ValueDistance } from '../src/sessions/comparison.ts';
export type {
  SessionEnd,
  SessionEnding,
  SessionManifest,
  SessionRun,
  SessionVersions,
} from '../src/sessions/manifest.ts';
export {
  type RecordedRun,
  type RecordedSession,
  readSession,
} from '../src/sessions/recorded-session.ts';
export type { RecordTargetOptions } from '../src/sessions/recording-target.ts';
export type { ReplayReport } from '../src/sessions/replay.ts';
export { isRecordingPath, placeProblem } from '../src/sessions/session-place.ts';
export type { SpikeDistance } from '../src/sessions/spike-distance.ts';
export { type ClosedLoop, type CloseLoopConfig, closeLoop } from './close-loop.ts';
export { fromKeys, type KeyInput } from './from-keys.ts';
export { type LatencyMeter, type LatencyMeterConfig, latencyMeter } from './latency-meter.ts';
export { type LearningDecoder, type LearnReadoutConfig, learnReadout } from './learn-readout.ts';
export { type Metronome, type MetronomeConfig, metronome, type Tick } from './metronome.ts';
export {
  type ProtocolRastersConfig,
  type ProtocolRun,
  type ProtocolRunConfig,
  protocol,
  protocolOrder,
  startProtocol,
} from './protocol.ts';
export type { RealTime } from './real-time.ts';
export { type LoopRecorder, recordSession } from './record-session.ts';
export { type ReplayOptions, replay } from './replay.ts';
export {
  inSession,
  openSession,
  type RecordOptions,
  type Session,
} from './session.ts';
export type { SessionConfig } from './session-config.ts';
export { type SessionReport, type StreamReport, sessionReport } from './session-report.ts';
export { settleMemory } from './settle-memory.ts';
export type { EnvironmentStreams } from './world.ts';
