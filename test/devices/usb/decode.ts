// Decodes what a DYNAP-SE1 sends by the package usb, under the emulator, and prints the rate. Argument: spikes.
import { decodedSpikes } from './decoded.ts';

process.stdout.write(String(await decodedSpikes(Number(process.argv[2]))));
