export { biasCurrents } from '../src/chips/dynapse2/bias-currents.ts';
export {
  type Bias,
  biasCurrent,
  biasRange,
  biasType,
  nearestBias,
} from '../src/chips/dynapse2/bias-generator.ts';
export {
  type ChipConfiguration,
  type ChipCoresConfiguration,
  type CoreConfiguration,
  type Dendrite,
  dendrites,
  idleCore,
  idleNeuron,
  type LatchName,
  latchNames,
  type NeuronConfiguration,
  type SynapseConfiguration,
  weightMask,
  weightSwitches,
} from '../src/chips/dynapse2/configuration.ts';
export type { Dynapse2Delta } from '../src/chips/dynapse2/delta.ts';
export {
  coreMask,
  coresOf,
  type Destination,
  destinationProblems,
  echoReply,
  echoTag,
  echoWord,
  eventOf,
  eventWord,
  fpgaHop,
  monitorDestination,
  monitorReply,
} from '../src/chips/dynapse2/event.ts';
export { dynapse2 } from '../src/chips/dynapse2/family.ts';
export {
  type ConfigurationInspection,
  type CoreInspection,
  currentsOf,
  inspectConfiguration,
  type StrayDestination,
  type TagUse,
} from '../src/chips/dynapse2/inspect.ts';
export { chipLimits } from '../src/chips/dynapse2/limits.ts';
export {
  biasWord,
  type ChipMemory,
  chipMemories,
  configurationProblems,
  neuronOf,
  synapseOf,
  synapseWord,
} from '../src/chips/dynapse2/memory.ts';
export {
  type CoreCurrentName,
  type CoreCurrents,
  type CoreParameterName,
  coreCurrentNames,
  coreParameterNames,
  coreParameters,
  currentParameter,
} from '../src/chips/dynapse2/parameters.ts';
export {
  type FromSamnaJsonOptions,
  fromSamnaJson,
  toSamnaJson,
} from '../src/chips/dynapse2/samna-json.ts';
export {
  type BiasSetting,
  type BiasSettings,
  type ChipSettings,
  type CoreSettings,
  chipParameterNames,
  chipSadcNames,
  coreSadcNames,
  type SadcGroupSettings,
  type Switches,
} from '../src/chips/dynapse2/settings.ts';
export { type DefaultConfiguration, defaultFamily, families } from '../src/chips/families.ts';
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
  Currents,
  Listeners,
  MemoryWords,
  ReadOptions,
  Route,
} from '../src/chips/family.ts';
export { type Allocation, allocate } from '../src/compile/allocate.ts';
export { allocationProblems } from '../src/compile/allocation-problems.ts';
export {
  type AutoencoderQuantiseOptions,
  autoencoderQuantise,
} from '../src/compile/autoencoder-quantise.ts';
export { type ClusterOptions, clusterNeurons } from '../src/compile/cluster.ts';
export {
  type CoreDirect,
  type CoreGainName,
  type CoreGains,
  type CoreLayout,
  type CoreTimeName,
  type CoreTimes,
  coreCurrents,
  coreGains,
  coreLayout,
  coreTimes,
  sharedCurrents,
  withGains,
  withTimes,
} from '../src/compile/core-currents.ts';
export type { Quantiser } from '../src/compile/core-quantise.ts';
export { deploy } from '../src/compile/deploy.ts';
export type {
  DeployedCore,
  Deployment,
  DeployOptions,
  HardwareNeuron,
} from '../src/compile/deployment.ts';
export { type FineTuned, type FineTuneOptions, fineTune } from '../src/compile/fine-tune.ts';
export { type LifTarget, toDynapSim } from '../src/compile/lif.ts';
export type { LargestMove, Moves } from '../src/compile/moved.ts';
export type { NamedNeuron } from '../src/compile/names.ts';
export { mergeStages, type Network, networkProblems } from '../src/compile/network.ts';
export {
  type NetworkFromOptions,
  networkFrom,
  type RestoredNetwork,
} from '../src/compile/network-from.ts';
export { type CorePlace, placeClusters, type Traffic } from '../src/compile/place.ts';
export type { Place } from '../src/compile/places.ts';
export {
  baseCount,
  encodeWeights,
  type QuantisedWeights,
  type QuantiseOptions,
  quantise,
  subsetSums,
} from '../src/compile/quantise.ts';
export type { LostWeights } from '../src/compile/remarks.ts';
export type { SilentNeuron } from '../src/compile/silence.ts';
export {
  collectSynapses,
  type PlacedNetwork,
  type SynapseCollector,
  type SynapseList,
} from '../src/compile/synapses.ts';
