import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

import { root } from '../support/root.ts'

/*
 * No order can be sent because no code can send one. What is shipped is walked from its entries along every import; the
 * few files that reach the network are read for what they can say, and everything for what it must not name.
 */

/** Files that reach the network at all, and how. */
const REACHES: Readonly<Record<string, RegExp>> = {
  'src/data/clients/http/http-exchange.ts': /\bfetch\(/,
  'src/data/clients/http/url-clock.ts': /\bfetch\(/,
  'src/data/clients/kalshi/stream-connection.ts': /from 'ws'/,
  'plugins/rt-loop/src/monitoring/serve-health.ts': /from 'node:http'/,
  'src/data/database/connection/server-pool.ts': /from 'pg'/,
}

const NETWORK =
  /\bfetch\(|\bfetch\b\s*[,)\]}]|from '(node:)?(http|https|http2|net|tls|dgram)'|from '(ws|undici|axios|got|ky|node-fetch|superagent|needle|request)'|\bXMLHttpRequest\b|\bnew WebSocket\(|\bEventSource\b|sendBeacon/
const isOwnFetch = /\b(async\s+fetch\(|this\.#?\w+\.fetch\(|\.fetch\()/g

/** Commands of the exchange's stream that a reader needs. */
const STREAM_COMMANDS = ['list_subscriptions', 'subscribe', 'unsubscribe', 'update_subscription']

const withoutComments = (code: string) => code.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')

/** Every file that can run, from the entries on, with what it imports from elsewhere. */
async function shipped() {
  const entries = await Array.fromAsync(
    glob('{src,plugins/*/src}/{main,commands/**/*,steps/**/*,hooks/**/*,services/*,features/*,gates/*,sources/*}.ts', {
      cwd: root,
    }),
  )
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: 'never-written',
    bundle: true,
    write: false,
    metafile: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    conditions: ['kwx-source'],
    alias: Object.fromEntries(await kitPaths()),
    logLevel: 'error',
  })
  const files = Object.keys(metafile.inputs)
  return Promise.all(
    files.map(async (file) => ({ file, code: withoutComments(await readFile(join(root, file), 'utf8')) })),
  )
}

/** The kit by its names, so that the walk goes into it. */
async function kitPaths(): Promise<[string, string][]> {
  const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, { 'kwx-source': string } | string>
  }
  return Object.entries(exports)
    .flatMap(([name, to]): [string, string][] =>
      typeof to === 'string' ? [] : [[name === '.' ? 'kwx' : `kwx${name.slice(1)}`, join(root, to['kwx-source'])]],
    )
    .sort(([a], [b]) => b.length - a.length)
}

describe('what is shipped', async () => {
  const files = await shipped()
  const of = (name: string) => files.find(({ file }) => file === name)?.code ?? ''

  it('is walked whole', () => {
    expect(files.length).toBeGreaterThan(400)
    for (const file of Object.keys(REACHES)) expect(files.map((one) => one.file)).toContain(file)
  })

  it('reaches the network in a handful of files only', () => {
    const reaching = files.filter(({ file, code }) => file in REACHES || NETWORK.test(code.replaceAll(isOwnFetch, '')))
    expect(reaching.map(({ file }) => file).sort()).toEqual(Object.keys(REACHES).sort())
    for (const [file, how] of Object.entries(REACHES)) expect([file, how.test(of(file))]).toEqual([file, true])
  })

  it('asks with GET only: a request names no method and carries no body', () => {
    const verbs = files.filter(({ code }) => /['"`](POST|PUT|PATCH|DELETE)['"`]/i.test(code.replaceAll("'delete'", '')))
    expect(verbs.map(({ file }) => file)).toEqual([])
    for (const file of ['src/data/clients/http/http-exchange.ts', 'src/data/clients/http/url-clock.ts']) {
      const calls = [...of(file).matchAll(/\bfetch\(([\s\S]*?)\)\n/g)].map(([, call]) => call!)
      expect(calls.length).toBe(1)
      expect(calls[0]).not.toMatch(/\bmethod\b|\bbody\b|\.\.\.options\b(?!\.headers)/)
    }
  })

  it('tells the stream of the exchange what to send, and nothing else', () => {
    const senders = files.filter(({ code }) => /\.send\(/.test(code)).map(({ file }) => file)
    expect(senders.sort()).toEqual([
      'src/data/clients/kalshi/stream-connection.ts',
      'src/data/clients/kalshi/stream.ts',
    ])
    const stream = of('src/data/clients/kalshi/stream.ts')
    expect(stream.match(/\.send\(/g)).toHaveLength(1)
    const said = [...stream.matchAll(/\bcommand\(\s*([^,)]+)/g)].map(([, what]) => what!.trim())
    const named = said.flatMap((what) => /^'(\w+)'$/.exec(what)?.[1] ?? [])
    expect(named.length).toBeGreaterThan(2)
    // Each call says its command in so many words.
    expect(said.length).toBe(named.length)
    expect(named.filter((command) => !STREAM_COMMANDS.includes(command))).toEqual([])
  })

  it('names no place where orders go', () => {
    const place =
      /portfolio\/(\w+\/)?(orders|positions|balance|fills)|[^.]\/(orders|order_groups|api_keys)\b|\b(create|amend|cancel)_order\b/
    const guilty = files.filter(({ code }) => place.test(code))
    expect(guilty.map(({ file }) => file)).toEqual([])
  })
})
