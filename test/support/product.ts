/** The product as tests that share a world load it: built once, so that Node reads it by itself. */
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'vite';

export const root: string = fileURLToPath(new URL('../../', import.meta.url));

/** Folders of the product. */
export const rooms: readonly string[] = [
  ...['src', 'operators', 'sources', 'sinks', 'targets', 'loop', 'entries', 'conformance', 'cli'],
];

/** Lets the code of a module find from elsewhere what stands beside its source. */
export function inOwnPlace(code: string, source: string): string {
  return code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(source).href));
}

/** Where it is built: among packages, which Vitest leaves to Node. */
export function productFolder(): string {
  return join(root, 'node_modules', '.spikeline', `product-${process.pid}`);
}

/** Where a module of the product is built. */
export function builtPath(source: string): string {
  return join(productFolder(), relative(root, source).replace(/\.ts$/, '.js'));
}

/**
 * Gives tests the modules that are built in place of their sources. Through Vite, each would be read anew for each thread, and calls between them
 * would be slower: that took an eighth of a run.
 */
export function builtProduct(): Plugin {
  const isOurs = (path: string): boolean => {
    const [room, ...rest] = relative(root, path).split('/');
    if (!path.endsWith('.ts')) return false;
    return rest.length === 0 ? room === 'index.ts' : rooms.includes(room!);
  };
  return {
    name: 'built-product',
    enforce: 'pre',
    async resolveId(source, importer, options) {
      const found = await this.resolve(source, importer, { ...options, skipSelf: true });
      return found !== null && isOurs(found.id) ? builtPath(found.id) : found;
    },
  };
}
