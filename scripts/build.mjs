/** Builds what runs: one file for the server, the web app, the migrations. Only when something changed. */
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
const STAMP = join(ROOT, 'dist', 'built-from')

/** A hash of everything that the build is made from. */
function sources() {
  const hash = createHash('sha256')
  for (const folder of ['src', 'web']) {
    const files = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile() && !file.name.includes('.test.'))
      .map((file) => join(file.parentPath, file.name))
      .sort()
    for (const file of files) hash.update(file).update(readFileSync(file))
  }
  for (const file of ['package.json', 'vite.config.ts', 'scripts/build.mjs'])
    hash.update(readFileSync(join(ROOT, file)))
  return hash.digest('hex')
}

export async function build({ isQuiet = false } = {}) {
  const now = sources()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === now) return
  if (!isQuiet) process.stderr.write('Building …\n')
  const [{ build: bundle }, { build: buildWeb }] = await Promise.all([
    import('esbuild'),
    import('vite'),
  ])
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true })
  mkdirSync(join(ROOT, 'dist'), { recursive: true })
  await bundle({
    entryPoints: [join(ROOT, 'src/main.ts')],
    outfile: join(ROOT, 'dist/main.js'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
  })
  cpSync(join(ROOT, 'src/db/migrations'), join(ROOT, 'dist/migrations'), { recursive: true })
  await buildWeb({
    configFile: join(ROOT, 'vite.config.ts'),
    root: join(ROOT, 'web'),
    logLevel: 'warn',
  })
  await bundleWorker(bundle, now)
  writeFileSync(STAMP, now)
}

/** The service worker: one file at the root, told what the app of this build consists of. */
async function bundleWorker(bundle, hash) {
  const web = join(ROOT, 'dist/web')
  const files = readdirSync(web, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name).slice(web.length).replaceAll('\\', '/'))
    .filter((path) => /\.(js|css|svg|webmanifest)$|-latin-wght-|icon-192/.test(path))
  const BUILD = { id: hash.slice(0, 16), shell: ['/', ...files.sort()] }
  await bundle({
    entryPoints: [join(ROOT, 'web/worker/sw.ts')],
    outfile: join(web, 'sw.js'),
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    define: { BUILD: JSON.stringify(BUILD) },
    logLevel: 'warning',
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build()
