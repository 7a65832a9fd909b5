import fc from 'fast-check';
import {
  type BiasSetting,
  type ChipConfiguration,
  type ChipSettings,
  type CoreConfiguration,
  type CoreSettings,
  coreParameterNames,
} from 'spikeline/chip';
import { biasType } from '#src/chips/dynapse2/bias-generator';
import { idleCore } from '#src/chips/dynapse2/configuration';
import { chipParameterNames, chipSadcNames, coreSadcNames } from '#src/chips/dynapse2/settings';
import { anyNeuron } from './arbitraries.ts';

const idle = idleCore();
const coarse = fc.nat(5);
const fine = fc.nat(255);
const changedBias: fc.Arbitrary<BiasSetting> = fc
  .record({ coarse, fine })
  .filter((bias) => bias.coarse + bias.fine > 0);

/** Some of `names`, each with a value; at least one. */
function someOf<V>(names: readonly string[], value: fc.Arbitrary<V>) {
  return fc
    .dictionary(fc.constantFrom(...names), value, { minKeys: 1, maxKeys: 4, noNullPrototype: true })
    .map((entries) => ({ ...entries }));
}

const on = fc.constant(true as const);
const anyOfThem = { requiredKeys: [] as [] };
const shared = someOf(chipParameterNames.shared, changedBias);
const groups = someOf(chipParameterNames.sadcGroup, changedBias).chain((group) =>
  fc.constantFrom([group, {}, {}], [{}, group, group], [{}, {}, group]),
);

/** Settings of a core, none of them as after reset. */
export const anyCoreSettings: fc.Arbitrary<CoreSettings> = fc.record(
  {
    monitoredNeuron: fc.integer({ min: 1, max: 255 }),
    neuronMonitoringOn: on,
    sadcEnables: someOf(coreSadcNames, on),
    enableSyawStdbufAn: on,
  },
  anyOfThem,
);

/** Settings of a chip, none of them as after reset. */
export const anyChipSettings: fc.Arbitrary<ChipSettings> = fc.record(
  {
    globalParameters: someOf(chipParameterNames.global, changedBias),
    sharedParameters01: shared,
    sharedParameters23: shared,
    sadcGroupParameters01: groups,
    sadcGroupParameters23: groups,
    sadcEnables: someOf(chipSadcNames, on),
    enablePg0ReferenceMonitor: on,
    enablePg1ReferenceMonitor: on,
    paramGen0Powerdown: on,
    paramGen1Powerdown: on,
  },
  anyOfThem,
);

/** A core with some neurons in use and any biases. */
export const anyCore: fc.Arbitrary<CoreConfiguration> = fc
  .record({
    used: fc.array(fc.record({ at: fc.nat(255), neuron: anyNeuron }), { maxLength: 3 }),
    biases: fc.array(fc.record({ coarse, fine }), {
      minLength: coreParameterNames.length,
      maxLength: coreParameterNames.length,
    }),
    settings: anyCoreSettings,
  })
  .map(({ used, biases, settings }) => {
    const neurons = [...idle.neurons];
    for (const { at, neuron } of used) neurons[at] = neuron;
    const parameters = { ...idle.parameters };
    for (const [i, name] of coreParameterNames.entries()) {
      parameters[name] = { ...biases[i]!, type: biasType(name) };
    }
    return { neurons, parameters, ...settings };
  });

/** Boards of one or two chips, nothing in them as after reset but what is idle altogether. */
export const anyConfiguration: fc.Arbitrary<ChipConfiguration> = fc.record({
  chips: fc.array(
    fc
      .record({
        cores: fc.array(fc.oneof(anyCore, fc.constant(idle)), { minLength: 4, maxLength: 4 }),
        settings: anyChipSettings,
      })
      .map(({ cores, settings }) => ({ cores, ...settings })),
    { minLength: 1, maxLength: 2, size: 'xsmall' },
  ),
});
