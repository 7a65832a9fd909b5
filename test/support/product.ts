/** The product and its tests as threads load them: built once, so that Node reads them by itself. */
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'vite';

export const root: string = fileURLToPath(new URL('../../', import.meta.url));

/** Folders of the product, and of those who use it. */
export const rooms: readonly string[] = [
  ...['src', 'operators', 'sources', 'sinks', 'targets', 'loop', 'entries', 'conformance', 'cli'],
  ...['test', 'bench', 'examples'],
];

/** Lets the code of a module find from elsewhere what stands beside its source. */
export function inOwnPlace(code: string, source: string): string {
  return code
    .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(source).href))
    .replaceAll('import.meta.dirname', JSON.stringify(dirname(source)));
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
 * would be slower.
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
    // What builds it is no test.
    applyToEnvironment: ({ name }) => name === 'ssr',
    async resolveId(source, importer, options) {
      const found = await this.resolve(source, importer, { ...options, skipSelf: true });
      // Vitest knows a test by its source.
      if (found === null || !isOurs(found.id) || found.id.endsWith('.test.ts')) return found;
      return builtPath(found.id);
    },
    load: (id) =>
      isOurs(id) && id.endsWith('.test.ts') ? `import ${JSON.stringify(builtPath(id))};` : null,
  };
}
