import * as spikeline from 'spikeline';
import * as chip from 'spikeline/chip';
import * as codecs from 'spikeline/codecs';
import * as conformance from 'spikeline/conformance';
import * as devices from 'spikeline/devices';
import * as events from 'spikeline/events';
import * as files from 'spikeline/files';
import * as loop from 'spikeline/loop';
import * as neurons from 'spikeline/neurons';
import * as nir from 'spikeline/nir';
import * as operators from 'spikeline/operators';
import * as problems from 'spikeline/problems';
import * as sinks from 'spikeline/sinks';
import * as sources from 'spikeline/sources';
import * as stages from 'spikeline/stages';
import * as targets from 'spikeline/targets';
import * as tfjs from 'spikeline/tfjs';
import * as train from 'spikeline/train';

/** Everything that the package exports, by the name that it is imported under. */
export const entries: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  spikeline,
  'spikeline/chip': chip,
  'spikeline/codecs': codecs,
  'spikeline/conformance': conformance,
  'spikeline/devices': devices,
  'spikeline/events': events,
  'spikeline/files': files,
  'spikeline/loop': loop,
  'spikeline/neurons': neurons,
  'spikeline/nir': nir,
  'spikeline/problems': problems,
  'spikeline/sinks': sinks,
  'spikeline/sources': sources,
  'spikeline/stages': stages,
  'spikeline/targets': targets,
  'spikeline/train': train,
  'spikeline/operators': operators,
  'spikeline/tfjs': tfjs,
};

/** The entry that an example takes a name from when it does not say so itself: the first that has it. */
export function entryOf(name: string): string | undefined {
  return Object.keys(entries).find((entry) => Object.hasOwn(entries[entry]!, name));
}
