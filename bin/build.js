#!/usr/bin/env node
// types and plugins' JavaScript (tsc -b), then the host as one bundle (esbuild), then oclif's manifests
import { execFileSync } from 'node:child_process'
import { glob, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const files = (pattern) => Array.fromAsync(glob(pattern, { cwd: root }))

// Tests are type-checked by `npm run check`, not by whoever installs the program.
const projects = ['src', 'migrations', ...(await files('plugins/*/tsconfig.json')).map((file) => dirname(file))]
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', ...projects], {
  cwd: root,
  stdio: 'inherit',
})

// One bundle with shared chunks starts in two thirds of the time of hundreds of files. Unminified: minifying saves
// nothing measurable and makes an uncaught error print a screenful.
for (const old of await files('dist/**/*.{js,js.map}')) await rm(join(root, old))
const entries = await files('{src,migrations}/**/*.ts')
await build({
  absWorkingDir: root,
  entryPoints: entries.map((file) => ({ in: file, out: file.replace(/^src\//, '').replace(/\.ts$/, '') })),
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  sourcemap: 'linked',
  // PGlite and Tinypool look for files beside themselves; the rest is optional and absent.
  external: [
    '@electric-sql/pglite',
    'tinypool',
    'pg-native',
    'bufferutil',
    'utf-8-validate',
    'typescript',
    'ts-node',
    'tsx',
    'pnpapi',
  ],
  banner: {
    js: "import{createRequire as __req}from'node:module';const require=__req(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;",
  },
})

// The commit that the program was built from goes into every artefact it makes.
const { readCommit } = await import('../dist/base/version.js')
await writeFile(join(root, 'dist/commit'), readCommit() ?? '')

process.env.NODE_ENV = 'production'
const { Plugin } = await import('@oclif/core')
for (const manifest of await files('{.,plugins/*}/package.json')) {
  const dir = join(root, manifest, '..')
  const plugin = new Plugin({
    root: dir,
    type: 'core',
    isRoot: dir === root,
    ignoreManifest: true,
    errorOnManifestCreate: true,
  })
  await plugin.load()
  await writeFile(join(dir, 'oclif.manifest.json'), `${JSON.stringify(plugin.manifest, null, 2)}\n`)
}
