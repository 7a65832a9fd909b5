import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { Found } from './found.ts';

/** A Chromium on this machine, or undefined. `CHROMIUM` says where one is. */
export function findBrowser(): string | undefined {
  const { CHROMIUM } = process.env;
  const names = [CHROMIUM ?? [], 'chromium', 'chromium-browser', 'google-chrome'].flat();
  return names.find((name) => spawnSync(name, ['--version']).status === 0);
}

/** The program of the page as one script, as a bundler for browsers makes it. */
export async function bundlePage(): Promise<string> {
  const made = await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@spikeline/source'] },
    build: {
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(new URL('page.ts', import.meta.url)), formats: ['es'] },
    },
  });
  const [output] = [made].flat();
  if (output === undefined || !('output' in output)) throw new Error('the bundler made nothing');
  return output.output.map((file) => ('code' in file ? file.code : '')).join('\n');
}

/** Serves the page, and hands on what it sends back; `isolated` lets it share memory. */
function serve(
  script: string,
  isolated: boolean,
  found: (what: Found) => void,
  failed: (cause: Error) => void,
): Server {
  const headers: Record<string, string> = isolated
    ? {
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      }
    : {};
  const pages: Record<string, readonly [type: string, text: string]> = {
    '/': ['text/html', '<!doctype html><script type="module" src="/page.js"></script>'],
    '/page.js': ['text/javascript', script],
  };
  return createServer(async (request, response) => {
    if (request.method === 'POST') {
      let body = '';
      for await (const part of request) body += part;
      response.end();
      const told = JSON.parse(body) as Found & { readonly error?: string };
      if (told.error === undefined) found(told);
      else failed(new Error(`in the browser: ${told.error}`));
      return;
    }
    const page = pages[request.url ?? ''];
    if (page === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': page[0], ...headers }).end(page[1]);
  }).listen(0, '127.0.0.1');
}

/** Opens the page in the browser and gives what it found. */
export async function visit(browser: string, script: string, isolated: boolean): Promise<Found> {
  const profile = mkdtempSync(join(tmpdir(), 'spikeline-browser-'));
  let server: Server | undefined;
  let child: ChildProcess | undefined;
  try {
    return await new Promise<Found>((found, failed) => {
      server = serve(script, isolated, found, failed);
      server.on('listening', () => {
        const { port } = server!.address() as AddressInfo;
        const options = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run'];
        child = spawn(
          browser,
          [...options, `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`],
          { stdio: 'ignore' },
        );
        child.on('error', failed);
        child.on('exit', (code) => failed(new Error(`the browser ended with ${code}`)));
      });
    });
  } finally {
    // Asked to end, it takes its other processes along; killed, it leaves them to write for a while.
    if (child?.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
    server?.closeAllConnections();
    server?.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
