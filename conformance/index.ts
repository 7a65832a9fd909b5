export type { CaseOutcome, EngineName, Kind, KindReport } from './kind.ts';
export { recordedPatterns, recordedRasters } from './recorded.ts';
export {
  type ConformanceReport,
  type ConformanceSkip,
  conformanceKinds,
  runConformance,
} from './run.ts';
