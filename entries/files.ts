export { readFailure } from '../src/files/failure.ts';
export { openFile, type ResultFile } from '../src/files/file.ts';
export { type FolderOptions, openFolder, type ResultFolder } from '../src/files/folder.ts';
export { openPipe, type PipeInput } from '../src/files/pipe.ts';
export { checkTarget } from '../src/files/target.ts';
export {
  type FileWriter,
  openWriter,
  type WriterOptions,
  writeFiles,
} from '../src/files/writer.ts';
export { type Seal, seal, unseal } from '../src/sealed.ts';
