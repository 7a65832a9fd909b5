import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deploy, dynapSim, linear, pipeline } from 'spikeline';
import { type CoreCurrents, type CoreGains, type CoreTimes, toSamnaJson } from 'spikeline/chip';
import { describe, expect, it } from 'vitest';
import { idleCore } from '#src/chips/dynapse2/configuration';
import { emptyFolder } from '#test/support/folders';
import { runCli } from './run-cli.ts';

/** What `--json` prints, as far as it is looked at here. */
interface Report {
  readonly cores: readonly {
    readonly biases: Readonly<Record<string, { readonly current: number }>>;
    readonly currents: CoreCurrents;
    readonly times: CoreTimes;
    readonly gains: CoreGains;
  }[];
}

const idle = idleCore();
const { configuration } = deploy(
  pipeline(
    linear({
      weight: [
        [5, 1],
        [1, 5],
        [3, -2],
      ],
    }),
    dynapSim({
      name: 'output',
      neurons: 2,
      recurrent: [
        [0, -3],
        [0, 0],
      ],
    }),
  ),
);

/** What deploy made on chip 0, beside a chip whose core 3 has a neuron that sends off the board. */
const board = {
  chips: [
    ...configuration.chips,
    {
      cores: [
        idle,
        idle,
        idle,
        {
          ...idle,
          neuronMonitoringOn: true,
          neurons: idle.neurons.with(5, {
            ...idle.neurons[5]!,
            destinations: [
              { core: [true, false, false, false], xHop: 3, yHop: 0, tag: 9 },
            ] as const,
          }),
        },
      ],
      paramGen1Powerdown: true,
    },
  ],
};

function saved(text: string): string {
  const file = join(emptyFolder(), 'configuration.json');
  writeFileSync(file, text);
  return file;
}

describe('inspect', () => {
  it('explains a configuration, in text and pictures', async () => {
    const file = saved(toSamnaJson(board).replace('"coarseValue"', '"address":1,"coarseValue"'));
    const out = join(emptyFolder(), 'deep', 'out');
    const { code, stdout } = await runCli(['inspect', file, '--out', out]);
    expect(code).toBe(0);
    for (const text of [
      '2 chips, 2 cores in use',
      'settings of chip 1: {"paramGen1Powerdown":true}',
      '1 destination off the board of 2 chips:',
      'chip 1, core 3, neuron 5: tag 9, 3 hops east, 0 north',
      'fields that Spikeline does not know: chips[].cores[].parameters[].address',
      '2 listen, 1 send, ',
      'synapses     7: 5 AMPA, 2 GABA',
      'sent by no neuron (inputs from the host, or dead)   3: 0…2',
      'fan-in of 2 neurons: 3…4, mean 3.5',
      'tau_mem 20.2 ms',
      't_pulse 10.1 µs',
      'r_gain_ampa 100',
      'settings     {"neuronMonitoringOn":true}',
    ]) {
      expect(stdout).toContain(text);
    }
    expect(readdirSync(out).sort()).toEqual(
      ['biases-chip0', 'biases-chip1', 'fan-in', 'fan-out', 'tags']
        .flatMap((name) => [`${name}.png`, `${name}.svg`])
        .concat('inspection.json', 'inspection.txt')
        .sort(),
    );
    expect(stdout).toContain(readFileSync(join(out, 'inspection.txt'), 'utf8').trim());
  });

  it('prints only JSON for scripts', async () => {
    const { code, stdout } = await runCli(['inspect', saved(toSamnaJson(board)), '--json']);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as Report;
    expect(report).toMatchObject({ chips: 2, unknown: [], strays: [{ from: { neuron: 5 } }] });
    const [core] = report.cores;
    expect(core).toMatchObject({ chip: 0, core: 0, fanIn: [3, 4], fanOut: [1] });
    const { biases, times, gains, currents } = core!;
    expect(Object.keys(biases)).toHaveLength(23);
    expect(biases['SOIF_LEAK_N']!.current).toBe(currents.Itau_mem);
    // tau = C·Ut/(kappa·I), t = C·Vth/I
    expect(times.tau_mem).toBeCloseTo((3e-12 * 0.025) / (0.705 * currents.Itau_mem), 12);
    expect(times.t_ref).toBeCloseTo((1.5e-12 * 0.7) / currents.Iref, 12);
    expect(gains.r_gain_mem).toBe(currents.Igain_mem / currents.Itau_mem);
  });

  it('says so where nothing is in use', async () => {
    const file = saved(toSamnaJson({ chips: [{ cores: [idle, idle, idle, idle] }] }));
    const { code, stdout } = await runCli(['inspect', file]);
    expect([code, stdout]).toEqual([0, `${file}: 1 chip, 0 cores in use\n`]);
  });

  it('refuses what is no configuration, with the path of every mistake', async () => {
    const bad = toSamnaJson(configuration)
      .replace('"tag":0', '"tag":4000')
      .replace('"latchHoActive":false', '"latchHoActive":3');
    const { code, stdout, stderr } = await runCli(['inspect', saved(bad), '--json']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('.tag is 4000; 0…2047 exist');
    expect(stderr).toMatch(
      /chips\[0\]\.cores\[0\]\.neurons\[0\]\.latchHoActive is 3; true or false/,
    );
  });

  it('refuses no file, two files, a folder', async () => {
    const none = await runCli(['inspect']);
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringContaining('CONFIG is []; one file is needed'),
    ]);
    const folder = join(emptyFolder(), 'folder');
    mkdirSync(folder);
    const wrong = await runCli(['inspect', folder]);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('cannot be read')]);
  });

  it('has a help worth reading', async () => {
    const { code, stdout } = await runCli(['inspect', '--help']);
    expect(code).toBe(0);
    for (const word of ['Exit codes', '--json', 'tau = C·Ut/(kappa·I)']) {
      expect(stdout).toContain(word);
    }
  });
});
