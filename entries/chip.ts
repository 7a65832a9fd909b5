export type { SynapseCollector } from '../src/chips/collect.ts';
export type { Dynapse1BiasName } from '../src/chips/dynapse1/biases.ts';
export {
  contentWords,
  type Dynapse1Chip,
  type Dynapse1Configuration,
} from '../src/chips/dynapse1/configuration.ts';
export type { Dynapse1Delta, Dynapse1Synapse } from '../src/chips/dynapse1/delta.ts';
export { dynapse1 } from '../src/chips/dynapse1/family.ts';
export type { Dynapse1Bias, SynapseType } from '../src/chips/dynapse1/words.ts';
export { type Bias, biasCurrent, nearestBias } from '../src/chips/dynapse2/bias-generator.ts';
export {
  type ChipConfiguration,
  type ChipCoresConfiguration,
  type CoreConfiguration,
  type Dendrite,
  type LatchName,
  latchNames,
  type NeuronConfiguration,
  type SynapseConfiguration,
} from '../src/chips/dynapse2/configuration.ts';
export {
  type CoreDirect,
  type CoreGainName,
  type CoreGains,
  type CoreLayout,
  type CoreTimeName,
  type CoreTimes,
  coreGains,
  coreTimes,
} from '../src/chips/dynapse2/core-currents.ts';
export type { Dynapse2Delta } from '../src/chips/dynapse2/delta.ts';
export { type Destination, eventOf, eventWord } from '../src/chips/dynapse2/event.ts';
export { dynapse2 } from '../src/chips/dynapse2/family.ts';
export {
  type ConfigurationInspection,
  type CoreInspection,
  inspectConfiguration,
  type StrayDestination,
  type TagUse,
} from '../src/chips/dynapse2/inspect.ts';
export { chipLimits } from '../src/chips/dynapse2/limits.ts';
export type { ChipMemory } from '../src/chips/dynapse2/memory.ts';
export {
  type CoreCurrentName,
  type CoreCurrents,
  type CoreParameterName,
  coreCurrentNames,
  coreParameterNames,
  currentParameter,
} from '../src/chips/dynapse2/parameters.ts';
export {
  type FromSamnaJsonOptions,
  fromSamnaJson,
  toSamnaJson,
} from '../src/chips/dynapse2/samna-json.ts';
export type {
  BiasSetting,
  BiasSettings,
  ChipSettings,
  CoreSettings,
  SadcGroupSettings,
  Switches,
} from '../src/chips/dynapse2/settings.ts';
export { type DefaultConfiguration, familyNamed } from '../src/chips/families.ts';
export type {
  ChipFamily,
  ChipLimits,
  ChipMapping,
  ChipProgram,
  ChipReading,
  ChipSilicon,
  CircuitCore,
  CircuitModel,
  CircuitNeuron,
  Circuits,
  ConfigurationDelta,
  CorePlacement,
  CoreSynapses,
  CurrentRange,
  Currents,
  HardwareNeuron,
  Listeners,
  MemoryWords,
  PlacedSynapses,
  QuantisedWeights,
  Quantiser,
  ReadOptions,
  Route,
  SynapseList,
} from '../src/chips/family.ts';
export { encodeWeights, type QuantiseOptions, quantise } from '../src/chips/masks.ts';
export type { PlainFamilyConfig } from '../src/chips/plain/config.ts';
export { plainFamily } from '../src/chips/plain/family.ts';
export type { PlainConfiguration, PlainMemory } from '../src/chips/plain/words.ts';
export {
  type AssessedAs,
  type AssessedRun,
  type Assessment,
  type AssessOptions,
  assess,
} from '../src/compile/assess.ts';
export { toDynapSim } from '../src/compile/back/model.ts';
export {
  type NetworkFromOptions,
  networkFrom,
  type RestoredNetwork,
} from '../src/compile/back/network-from.ts';
export { deploy } from '../src/compile/deploy.ts';
export type {
  DeployedCore,
  DeployedNeuron,
  Deployment,
  DeployOptions,
} from '../src/compile/deployment.ts';
export { type Diagnosis, diagnose, type SilentNeuron } from '../src/compile/diagnose.ts';
export { type FineTuned, type FineTuneOptions, fineTune } from '../src/compile/fine-tune.ts';
export type { NamedNeuron } from '../src/compile/front/names.ts';
export type {
  Connection,
  MergedPopulation,
  PopulationRange,
  WeightedSynapses,
} from '../src/compile/network.ts';
export {
  type AutoencoderQuantiseOptions,
  autoencoderQuantise,
} from '../src/compile/passes/autoencoder-quantise.ts';
export type { ClusterOptions } from '../src/compile/passes/cluster.ts';
export type { Traffic } from '../src/compile/passes/place-cores.ts';
export type { QuantisedList } from '../src/compile/passes/quantise-cores.ts';
export type { Routing } from '../src/compile/passes/route.ts';
export { checkDeployment, type DeploymentCheck } from '../src/compile/plan.ts';
export { type CoreError, coreErrors } from '../src/compile/report/core-errors.ts';
export type { LargestDeviation, ParameterDeviation } from '../src/compile/report/deviation.ts';
export type { LostWeights } from '../src/compile/report/lost.ts';
export type { ChipConstants } from '../src/stages/chip-form.ts';
