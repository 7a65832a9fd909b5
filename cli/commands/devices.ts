/** The command that lists boards and cameras on USB. */
import { InvalidArgumentError } from 'spikeline';
import { listUsb, type PluggedDevice } from 'spikeline/devices';
import { problem } from 'spikeline/problems';
import { type OptionSpecs, optionHelp } from '../arguments.ts';
import { columns } from '../columns.ts';
import { type Command, exitCodes } from '../command.ts';
import { jsonText } from '../json-text.ts';

const options: OptionSpecs = {
  json: { help: 'print the list as JSON' },
  help: { help: 'print this' },
};

const help = `spikeline devices [options]

Lists what is plugged in on USB: DYNAP-SE1 boards and event cameras by the names that other commands and programs know them by
(spikeline record usb:davis346 …), with the reason where one cannot be used; everything else by its numbers. Needs the package usb:
npm install usb@2.18.0

${optionHelp(options)}

Exit codes: 0 listed, 1 a device that is known cannot be used, 2 nothing can be listed.`;

/** Numbers of a device as people write them. */
function idOf({ vendorId, productId }: PluggedDevice): string {
  return [vendorId, productId].map((part) => part.toString(16).padStart(4, '0')).join(':');
}

/** The list for people. */
function listText(found: readonly PluggedDevice[]): string {
  if (found.length === 0) return 'nothing is plugged in\n';
  const rows = found.map((device) => [
    device.name ?? '–',
    device.what ?? 'not known',
    idOf(device),
    device.serial ?? '–',
    device.name === undefined
      ? '–'
      : device.obstacle === undefined
        ? 'ready'
        : device.obstacle.code,
  ]);
  const table = columns([['name', 'device', 'id', 'serial', 'state'], ...rows]);
  const reasons = found.flatMap(({ obstacle }) =>
    obstacle === undefined ? [] : [`${obstacle.message}\n`],
  );
  return `${table}\n${reasons.length === 0 ? '' : '\n'}${[...new Set(reasons)].join('')}`;
}

/** The command that lists devices. */
export const devices: Command = {
  name: 'devices',
  summary: 'list boards and cameras that are plugged in',
  options,
  help,
  async run({ values, positionals }, terminal) {
    if (positionals.length > 0) {
      throw new InvalidArgumentError('nothing can be listed', [
        problem('words', 'unknown', positionals, 'there is nothing to name'),
      ]);
    }
    const found = await listUsb();
    const told = found.map(({ obstacle, ...device }) => ({
      ...device,
      id: idOf(device),
      ...(obstacle !== undefined && {
        obstacle: { code: obstacle.code, message: obstacle.message },
      }),
    }));
    terminal.out(values['json'] === true ? jsonText(told) : listText(found));
    const unusable = found.some(({ obstacle }) => obstacle !== undefined);
    return unusable ? exitCodes.failed : exitCodes.ok;
  },
};
