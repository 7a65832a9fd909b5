/** Errors as plain data, as they go from one machine to another. */
import {
  DataError,
  DeviceError,
  type DeviceErrorCode,
  InvalidArgumentError,
  NetworkError,
  type NetworkErrorCode,
  SpikelineError,
  UnsupportedPipelineError,
} from './errors.ts';
import { causeText, type Problem, shown } from './problems.ts';

/** An error as plain data. */
export interface PlainError {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly problems?: readonly Problem[];
  /** The target that declined a pipeline. */
  readonly target?: string;
}

/** Each once, so that none is forgotten. */
const eachDeviceCode: Readonly<Record<DeviceErrorCode, true>> = {
  'not-found': true,
  busy: true,
  disconnected: true,
  'timed-out': true,
  overflow: true,
  protocol: true,
  refused: true,
  unsupported: true,
};

/** All codes of failures of devices. */
export const deviceCodes: readonly DeviceErrorCode[] = Object.keys(
  eachDeviceCode,
) as DeviceErrorCode[];

const networkCodes: readonly NetworkErrorCode[] = [
  'not-found',
  'refused',
  'busy',
  'disconnected',
  'timed-out',
  'overflow',
  'protocol',
  'lost',
];

/** Characters of a message that are passed on. */
const mostCharacters = 100_000;

/** What was given, if it may go over the wire as it is, or as it is shown. */
function plainProblem(one: Problem): Problem {
  if (!('given' in one)) return one;
  const { given } = one;
  const plain = typeof given === 'object' || typeof given === 'function' ? shown(given) : given;
  return { ...one, given: plain };
}

/** An error of our own as it goes over the wire; anything else is what `otherwise` makes of its message. */
export function plainError(
  cause: unknown,
  otherwise: (message: string) => SpikelineError,
): PlainError {
  const known = cause instanceof SpikelineError ? cause : otherwise(causeText(cause));
  const { name, code, message } = known;
  if (known instanceof InvalidArgumentError || known instanceof UnsupportedPipelineError) {
    const [headline] = message.split(':') as [string];
    return {
      name,
      code,
      message: headline,
      problems: known.problems.map(plainProblem),
      ...(known instanceof UnsupportedPipelineError && { target: known.target }),
    };
  }
  return { name, code, message: message.slice(0, mostCharacters) };
}

function isProblem(one: unknown): one is Problem {
  const { path, code, needed } = (one ?? {}) as Problem;
  return [path, code, needed].every((part) => typeof part === 'string');
}

/** The error that went over the wire; what is none is what `otherwise` makes of it. */
export function errorOf(
  plain: PlainError,
  otherwise: (message: string) => SpikelineError,
): SpikelineError {
  const { name, code, message: given, problems, target } = plain ?? {};
  const message = String(given);
  const listed = Array.isArray(problems) && problems.every(isProblem);
  switch (name) {
    case 'InvalidArgumentError':
      return listed ? new InvalidArgumentError(message, problems) : otherwise(message);
    case 'UnsupportedPipelineError':
      return listed ? new UnsupportedPipelineError(String(target), problems) : otherwise(message);
    case 'DataError':
      return new DataError(message);
    case 'DeviceError': {
      const known = deviceCodes.find((one) => one === code);
      return known === undefined ? otherwise(message) : new DeviceError(known, message);
    }
    case 'NetworkError': {
      const known = networkCodes.find((one) => one === code);
      return known === undefined ? otherwise(message) : new NetworkError(known, message);
    }
    default:
      return otherwise(message);
  }
}
