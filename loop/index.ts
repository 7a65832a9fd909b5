// Experiments over time: sessions, what is recorded of them, and what is done with that.
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
export {
  inSession,
  openSession,
  type RecordOptions,
  type Session,
  type SessionConfig,
} from './session.ts';
