// What decoders and encoders do too often for JavaScript: LZ4 blocks, the records of AEDAT4, and loops over records with
// SIMD, whose memory is laid out by ../loops.ts; a state is a record there: see its offsets.
export { csv } from './csv';
export { dat } from './dat';
export { evt2 } from './evt2';
export { evt3 } from './evt3';
export { compressBlock, decompressBlock } from './lz4';
export { packDat, packEvt2 } from './pack';
export { polarity } from './polarity';
export { packRecords, unpackRecords } from './records';
export { decompressZstd } from './zstd';
export { compressZstd } from './zstd-pack';
