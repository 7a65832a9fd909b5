// What decoders and encoders do too often for JavaScript: LZ4 blocks, and the records of AEDAT4.
export { compressBlock, decompressBlock } from './lz4';
export { packRecords, unpackRecords } from './records';
