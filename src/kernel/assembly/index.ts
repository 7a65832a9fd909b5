// The kernel: what TypeScript calls. Memory is laid out by TypeScript; nothing is allocated here.
export { backFromOuter } from './back';
export { runChain } from './chain';
export { packInput, unpackSpikes, unpackValues, widenBytes } from './copies';
export { evaluate, learnEpochs } from './learner';
export { gradientOf, publish } from './matrix';
export { forward } from './population';
export { scan } from './scan';
export { transpose } from './sparse';
export { stream } from './stream';
