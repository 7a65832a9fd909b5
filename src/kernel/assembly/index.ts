// The kernel: what TypeScript calls. Memory is laid out by TypeScript; nothing is allocated here.
export { evaluate, learnEpochs } from './learner';
export { gradientOf, publish } from './matrix';
export { backFromOuter, forward, stream } from './population';
export { transpose } from './rows';
