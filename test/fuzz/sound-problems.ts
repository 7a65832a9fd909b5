/** Arguments that are sound, for what tells of mistakes. */
import type { Pipeline } from 'spikeline';
import * as problems from 'spikeline/problems';

/** Of problems and checks. */
export const asking: Readonly<Record<string, readonly unknown[]>> = {
  problem: ['a', 'unknown', 1, 'b'],
  fault: ['a', 'unknown', 'b'],
  within: ['a', [problems.fault('b', 'unknown', 'c')]],
  problemText: [problems.problem('a', 'unknown', 1, 'b')],
  anything: [1],
  callback: [() => 1],
  flag: [true],
  text: ['a'],
  having: ['a link', 'send'],
  listOf: [problems.text, { min: 1 }],
  number: [{ min: 1, max: 2, whole: true, unit: 'seconds' }],
  oneOf: [['a', 'b']],
  options: [{ a: problems.text }, 'a'],
  readOnce: [{ a: { b: [1] } }, { a: problems.text }],
  optionProblems: [{ a: 1 }, { a: problems.text }, 'a'],
  printable: ['a'],
  printableLines: ['a'],
  unknownName: ['a', ['b', 'ab'], 'c'],
};

/** Of errors. */
export function failing(
  net: Pipeline,
  checkpoint: unknown,
): Readonly<Record<string, readonly unknown[]>> {
  return {
    DataError: ['it is bad', { cause: new Error('a') }],
    DeviceError: ['busy', 'it is busy', { cause: new Error('a') }],
    InvalidArgumentError: ['it cannot be', [problems.fault('a', 'unknown', 'b')], {}],
    UnsupportedPipelineError: ['chip', [problems.fault('a', 'unknown', 'b')]],
    NetworkError: ['lost', 'it is lost', { cause: new Error('a') }],
    KernelThreadError: ['a thread died'],
    MissingLibraryError: ['h5wasm', 'it reads files'],
    StorageError: ['/nowhere', 'is not there'],
    TrainingError: ['the loss', ['a'], { pipeline: net, checkpoint }],
  };
}
