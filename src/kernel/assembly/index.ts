// The kernel: what TypeScript calls. Memory is laid out by TypeScript; nothing is allocated here.
export { publish } from './matrix';
export { backFromOuter, forward, stream } from './population';
export { evaluate, learnEpochs } from './learner';
