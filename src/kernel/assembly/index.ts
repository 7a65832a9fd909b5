// The kernel: what TypeScript calls. Memory is laid out by TypeScript; nothing is allocated here.
export { backDendritesFromOuter, backFromOuter } from './back';
export { packInput, unpackSpikes } from './copies';
export { evaluate, learnEpochs } from './learner';
export { gradientOf, publish } from './matrix';
export { forward, forwardDendrites } from './population';
export { transpose } from './sparse';
export { stream, streamDendrites } from './stream';
