// Opens a bridge, says so, and leaves it open. Argument: the Python that has samna.
import { samnaBridge } from 'spikeline/devices';

await samnaBridge({ python: process.argv[2]!, settleTime: 0 });
process.stdout.write('open');
