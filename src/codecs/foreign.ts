/** Files that are often taken for files of events, and what to do with them. */

import { shown } from '../problems.ts';
import { evtVersion, peekHeader } from './prophesee/header.ts';

/** What a file begins with, what it is, and what to do. */
type Mark = readonly [bytes: string, what: string, advice: string];

const unpack = 'unpack it first';
const save = 'save its events as CSV or as a NumPy array first';

const marks: readonly Mark[] = [
  ['\x1f\x8b\x08', 'a gzip file', unpack],
  ['BZh', 'a bzip2 file', unpack],
  ['\xfd7zXZ\0', 'an xz file', unpack],
  ['\x28\xb5\x2f\xfd', 'a Zstandard file', unpack],
  ['7z\xbc\xaf\x27\x1c', 'a 7z file', unpack],
  ['\x89HDF\r\n\x1a\n', 'an HDF5 file', save],
  ['MATLAB 5.0 MAT-file', 'a MATLAB file', save],
  ['#ROSBAG', 'a bag of ROS', save],
  ['\x89MCAP', 'an MCAP file', save],
  ['SQLite format 3\0', 'a bag of ROS 2, or another database', save],
];

function beginOf(head: Uint8Array): string {
  return String.fromCharCode(...head.subarray(0, 64));
}

function markOf(begin: string): Mark | undefined {
  return marks.find(([bytes]) => begin.startsWith(bytes));
}

/** Whether bytes have the mark of something else, so that no format without a mark is looked for in them. */
export function isForeign(head: Uint8Array): boolean {
  return markOf(beginOf(head)) !== undefined;
}

/** Says what bytes of no known format are, if that is known, and what to do. */
export function foreignAdvice(head: Uint8Array): string | undefined {
  const begin = beginOf(head);
  const mark = markOf(begin);
  if (mark !== undefined) return `this is ${mark[1]}; ${mark[2]}`;
  const [, aedat] = /^#!AER-DAT(\d[\d.]{0,8})/.exec(begin) ?? [];
  if (aedat !== undefined) return `this is AEDAT ${aedat}; 2.0, 3.0, 3.1 and 4.0 can be read`;
  const { fields } = peekHeader(head, true);
  const evt = evtVersion(fields) ?? fields['format'];
  return evt === undefined
    ? undefined
    : `this is EVT of the version ${shown(evt)}; 2.0, 2.1 and 3.0 can be read`;
}
