// The command line of this process: it ends with the command, whatever is still under way.
import { run } from './run.ts';
import { processTerminal } from './terminal.ts';

// A signal that comes after the last word changes nothing any more.
processTerminal.onStop(() => {});
process.exit(await run(process.argv.slice(2)));
