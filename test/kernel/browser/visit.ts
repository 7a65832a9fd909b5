import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const manifest = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
) as { readonly peerDependencies: Readonly<Record<string, string>> };

/** How a browser is started that leaves nothing outside of `folder`. */
function headless(folder: string): readonly [options: readonly string[], env: NodeJS.ProcessEnv] {
  const options = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
  return [
    [...options, '--no-first-run', `--user-data-dir=${folder}`],
    { ...process.env, TMPDIR: folder },
  ];
}

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'spikeline-browser-'));

/** A Chromium that can open a page on this machine, or undefined. `CHROMIUM` says where one is. */
export async function findBrowser(): Promise<string | undefined> {
  const { CHROMIUM } = process.env;
  const names = [CHROMIUM ?? [], 'chromium', 'chromium-browser', 'google-chrome'].flat();
  const folder = newFolder();
  const [options, env] = headless(folder);
  const opens = (name: string): boolean =>
    spawnSync(name, [...options, '--dump-dom', 'about:blank'], { env, timeout: 20_000 }).status ===
    0;
  const found = names.find(opens);
  await remove(folder);
  return found;
}

/** The program of a page as one script, as a bundler for browsers makes it. */
export async function bundlePage(page: URL = new URL('page.ts', import.meta.url)): Promise<string> {
  const made = await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@spikeline/source'] },
    build: {
      write: false,
      minify: false,
      // What few need is asked for when it is needed; no page here does.
      rolldownOptions: { external: Object.keys(manifest.peerDependencies) },
      lib: { entry: fileURLToPath(page), formats: ['es'] },
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
  found: (what: unknown) => void,
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
      const told = JSON.parse(body) as { readonly error?: string };
      if (told.error === undefined) found(told);
      else failed(new Error(`in the browser: ${told.error}`));
      return;
    }
    const page = pages[request.url ?? ''];
    if (page === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': page[0], ...headers }).end(page[1]);
  }).listen(0, '127.0.0.1');
}

/** Removes the browser's folder, into which its last processes may still write for a moment. */
async function remove(folder: string): Promise<void> {
  for (let left = 50; ; left--) {
    try {
      rmSync(folder, { recursive: true, force: true });
      return;
    } catch (cause) {
      if (left === 0) throw cause;
      await setTimeout(100);
    }
  }
}

/** Opens the page in the browser and gives what it found. */
export async function visit<Found>(
  browser: string,
  script: string,
  isolated: boolean,
): Promise<Found> {
  const folder = newFolder();
  const [options, env] = headless(folder);
  let server: Server | undefined;
  let child: ChildProcess | undefined;
  try {
    return await new Promise<Found>((found, failed) => {
      server = serve(script, isolated, (what) => found(what as Found), failed);
      server.on('listening', () => {
        const { port } = server!.address() as AddressInfo;
        child = spawn(browser, [...options, `http://127.0.0.1:${port}/`], { env, stdio: 'ignore' });
        child.on('error', failed);
        child.on('exit', (code) => failed(new Error(`the browser ended with ${code}`)));
      });
    });
  } finally {
    if (child?.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
    server?.closeAllConnections();
    server?.close();
    await remove(folder);
  }
}
