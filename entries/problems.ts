export {
  KernelThreadError,
  MissingLibraryError,
  NetworkError,
  type NetworkErrorCode,
  StorageError,
} from '../src/errors.ts';
export {
  anything,
  type Check,
  callback,
  flag,
  having,
  listOf,
  type NumberRange,
  number,
  type OptionTable,
  oneOf,
  optionProblems,
  options,
  readOnce,
  text,
  unknownName,
} from '../src/options.ts';
export { printable, printableLines } from '../src/printable.ts';
export {
  fault,
  type Problem,
  type ProblemCode,
  problem,
  problemText,
  within,
} from '../src/problems.ts';
