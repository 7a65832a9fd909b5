export {
  collectSynapses,
  type SynapseCollector,
} from '../src/chips/collect.ts';
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
} from '../src/chips/dynapse2/core-currents.ts';
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
export {
  type DefaultConfiguration,
  defaultFamily,
  families,
} from '../src/chips/families.ts';
export {
  type ChipFamily,
  type ChipLimits,
  type ChipMapping,
  type ChipProgram,
  type ChipReading,
  type ChipSilicon,
  type CircuitCore,
  type CircuitModel,
  type CircuitNeuron,
  type Circuits,
  type ConfigurationDelta,
  type CorePlacement,
  type CurrentRange,
  type Currents,
  dendriteCodes,
  type HardwareNeuron,
  type Listeners,
  type MemoryWords,
  type PlacedSynapses,
  type QuantisedWeights,
  type Quantiser,
  type ReadOptions,
  type Route,
  type SynapseList,
} from '../src/chips/family.ts';
export {
  baseCount,
  encodeWeights,
  type QuantiseOptions,
  quantise,
  subsetSums,
} from '../src/chips/masks.ts';
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
export {
  type Diagnosis,
  diagnose,
  type SilentNeuron,
} from '../src/compile/diagnose.ts';
export {
  type FineTuned,
  type FineTuneOptions,
  fineTune,
} from '../src/compile/fine-tune.ts';
export { networkProblems } from '../src/compile/front/chip-problems.ts';
export { mergeStages } from '../src/compile/front/merge.ts';
export type { NamedNeuron } from '../src/compile/front/names.ts';
export type {
  MergedPopulation,
  PopulationRange,
  WeightedSynapses,
} from '../src/compile/network.ts';
export {
  type AutoencoderQuantiseOptions,
  autoencoderQuantise,
} from '../src/compile/passes/autoencoder-quantise.ts';
export { type ClusterOptions, clusterNeurons } from '../src/compile/passes/cluster.ts';
export {
  placeClusters,
  type Traffic,
} from '../src/compile/passes/place-cores.ts';
export type { QuantisedList } from '../src/compile/passes/quantise-cores.ts';
export {
  type Routing,
  routeNetwork,
} from '../src/compile/passes/route.ts';
export { type CoreError, coreErrors } from '../src/compile/report/core-errors.ts';
export type {
  LargestDeviation,
  ParameterDeviation,
} from '../src/compile/report/deviation.ts';
export type { LostWeights } from '../src/compile/report/lost.ts';
export type { ChipConstants } from '../src/stages/chip-form.ts';
