/** The architecture, held by a test: who may import whom, and what may not stand where. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const SRC = 'src'
const EVERY_CONCEPT = [
  'people',
  'services',
  'oncall',
  'timeline',
  'alerts',
  'escalation',
  'notify',
  'directory',
  'access',
  'audit',
  'severity',
  'incidents',
  'comms',
  'slo',
]

/** Which folder may import which, besides itself and `lib`. Adding an edge is a change to be reviewed. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  db: [],
  people: ['notify', 'db'],
  access: ['people', 'alerts', 'db'],
  'sign-in': ['access', 'people', 'egress', 'audit', 'db'],
  audit: ['timeline', 'db'],
  obligations: ['people', 'timeline', 'access', 'db'],
  egress: [],
  ical: [],
  services: ['people', 'db'],
  oncall: ['people', 'obligations', 'db'],
  load: ['people', 'oncall', 'obligations', 'db'],
  timeline: ['people', 'alerts', 'db'],
  alerts: ['services', 'timeline', 'access', 'db'],
  escalation: ['oncall', 'people', 'timeline', 'alerts', 'db'],
  severity: ['db'],
  comms: ['incidents', 'severity', 'people', 'timeline', 'db'],
  incidents: [
    'severity',
    'services',
    'people',
    'timeline',
    'alerts',
    'obligations',
    'access',
    'db',
  ],
  slo: ['services', 'timeline', 'obligations', 'db'],
  notify: ['people', 'timeline', 'alerts', 'db'],
  directory: ['access', 'people', 'services', 'oncall', 'escalation', 'alerts', 'notify', 'db'],
  foresee: [...EVERY_CONCEPT, 'obligations', 'db'],
  measures: ['incidents', 'severity'],
  evidence: ['contract', 'audit'],
  integrations: ['alerts', 'notify', 'slo', 'egress'],
  plan: [...EVERY_CONCEPT, 'sign-in', 'foresee', 'db'],
  engine: [...EVERY_CONCEPT, 'load', 'obligations', 'ical', 'db'],
  contract: EVERY_CONCEPT,
  http: [
    ...EVERY_CONCEPT,
    'sign-in',
    'load',
    'measures',
    'evidence',
    'obligations',
    'ical',
    'contract',
    'engine',
    'foresee',
    'plan',
    'integrations',
    'db',
  ],
  cli: [
    'contract',
    'audit',
    'evidence',
    'alerts',
    'plan',
    'notify',
    'people',
    'oncall',
    'http',
    'db',
    'timeline',
    'foresee',
    'engine',
  ],
}

/** Files that put the parts together, imported by nobody below them. */
const ROOTS = ['app.ts', 'main.ts', 'config.ts', 'metrics.ts']

type File = { path: string; folder: string; text: string; imports: string[] }

function read(root: string): File[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => {
      const full = join(entry.parentPath, entry.name)
      const path = relative(root, full).replaceAll('\\', '/')
      const text = readFileSync(full, 'utf8')
      const imports = [
        ...text.matchAll(/^\s*(?:import|export)\b[^'"]*?from\s+['"]([^'"]+)['"]/gm),
      ].map((match) => match[1] ?? '')
      return { path, folder: path.includes('/') ? (path.split('/')[0] ?? '') : '', text, imports }
    })
}

const isTest = (file: File): boolean =>
  /\.(test|oracle|contract|rig|conformance)\.ts$|conformance\.ts$/.test(file.path)
const files = read(SRC).filter((file) => !isTest(file))

/** What stands in the code, without comments and texts. */
const codeOf = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:])\/\/.*$/gm, '$1')
    .replace(/`(?:[^`\\]|\\.)*`|'(?:[^'\\\n]|\\.)*'/g, "''")

export function wrongImports(all: readonly File[]): string[] {
  return all.flatMap((file) =>
    file.imports
      .filter((to) => to.startsWith('.'))
      .map((to) => relative(SRC, join(SRC, dirname(file.path), to)).replaceAll('\\', '/'))
      .filter((to) => {
        if (file.folder === '') return false
        const target = to.split('/')[0] ?? ''
        if (ROOTS.includes(target)) return file.folder !== 'cli' && target !== 'config.ts'
        return (
          target !== file.folder &&
          target !== 'lib' &&
          !(MAY_IMPORT[file.folder] ?? []).includes(target)
        )
      })
      .map((to) => `${file.path} → ${to}`),
  )
}

test('folders import only what the table allows', () => {
  expect(wrongImports(files)).toEqual([])
})

test('the test of the table can fail', () => {
  const file = { path: 'lib/x.ts', folder: 'lib', text: '', imports: ['../engine/tick.ts'] }
  expect(wrongImports([file])).toEqual(['lib/x.ts → engine/tick.ts'])
})

test('every folder stands in the table, and the table holds no folder that is gone', () => {
  const folders = new Set(files.map((file) => file.folder).filter((folder) => folder !== ''))
  expect([...folders].filter((folder) => !(folder in MAY_IMPORT))).toEqual([])
  expect(Object.keys(MAY_IMPORT).filter((folder) => !folders.has(folder))).toEqual([])
})

test('the environment is read in one place (the command line reads its own connection)', () => {
  const readers = files
    .filter((file) => /process\.env\b/.test(codeOf(file.text)))
    .map((file) => file.path)
  // The child's PATH is handed on by the launcher; the CLI hands the environment to config and files.
  const allowed = /^(cli\/|db\/)/
  expect(readers.filter((path) => !allowed.test(path))).toEqual([])
})

const PURE = files
  .filter((file) =>
    /^(severity\/(?!store)|slo\/(?!store)|comms\/(?!store)|incidents\/(?!store|.*-store)|alerts\/(fold|join|pipeline|silence|matcher|alert)|escalation\/|notify\/(bundle|outcome|page|message|receipt|words|courtesy|address|speech)|oncall\/(shifts|turns|schedule)|people\/(rules|person)|foresee\/|access\/can|timeline\/sentence)/.test(
      file.path,
    ),
  )
  .filter((file) => !/store\.ts$/.test(file.path))

test('rules ask nobody for the time, for chance or for the world', () => {
  const banned =
    /\bDate\.now\(|new Date\(\)|Math\.random\(|\bsetTimeout\(|\bsetInterval\(|\bfetch\(|process\.|performance\./
  expect(PURE.filter((file) => banned.test(codeOf(file.text))).map((file) => file.path)).toEqual([])
  expect(PURE.length).toBeGreaterThan(20)
})

test('rules import nothing impure', () => {
  const found = PURE.flatMap((file) =>
    file.imports
      .filter((to) => to.startsWith('node:') || /(^|\/)(db|engine|http)\//.test(to))
      .filter((to) => !/tx\.ts$|table\.ts$/.test(to))
      .map((to) => `${file.path} → ${to}`),
  )
  expect(found).toEqual([])
})

test('time is read from the database: our own clock decides nothing', () => {
  const allowed = /^(db\/|egress\/|cli\/|http\/(ingest|events|tries)\.ts|app\.ts|engine\/beat\.ts)/
  const found = files
    .filter(
      (file) =>
        !allowed.test(file.path) &&
        /\bDate\.now\(|new Date\(\)|performance\.now\(/.test(codeOf(file.text)),
    )
    .map((file) => file.path)
  expect(found).toEqual([])
})

test('only the egress client leaves the machine', () => {
  const allowed = /^(egress\/|cli\/|db\/|http\/server\.ts|http\/ingest\.ts)/
  const found = files
    .filter(
      (file) =>
        !allowed.test(file.path) &&
        /(?<![.\w])fetch\(|from 'node:(http|https|net|tls|http2)'/.test(
          codeOf(file.text) + file.imports.map((to) => `from '${to}'`).join(''),
        ),
    )
    .map((file) => file.path)
  expect(found.filter((path) => !path.startsWith('integrations/smtp/'))).toEqual([])
})

test('timers run in the beat and at the edges, nowhere else', () => {
  const allowed = /^(engine\/beat\.ts|egress\/|db\/|http\/|integrations\/|cli\/)/
  expect(
    files
      .filter(
        (file) =>
          !allowed.test(file.path) && /\bsetTimeout\(|\bsetInterval\(/.test(codeOf(file.text)),
      )
      .map((file) => file.path),
  ).toEqual([])
})

test("a vendor's name stands in its own folder and in the one list", () => {
  const vendors = /\b(pagerduty|grafana|ntfy|nodemailer|slack|twilio)\b/i
  const found = files
    .filter(
      (file) =>
        !file.path.startsWith('integrations/') &&
        vendors.test(codeOf(file.text).replace(/''/g, '')),
    )
    .map((file) => file.path)
  expect(found).toEqual([])
})

test('no enum, no default export, no barrel', () => {
  const found = files.filter(
    (file) =>
      /^\s*(export\s+)?(const\s+)?enum\s/m.test(file.text) ||
      /^export default/m.test(file.text) ||
      /(^|\/)index\.ts$/.test(file.path),
  )
  expect(found.map((file) => file.path)).toEqual([])
})

test('no test is skipped without a reason', () => {
  const tests = [...read('test'), ...read(SRC)].filter((file) => /\.test\.ts$/.test(file.path))
  const found = tests.filter(
    (file) =>
      file.path !== 'tidy.test.ts' &&
      /\b(test|it|describe)\.(skip|only|todo)\b/.test(codeOf(file.text)),
  )
  expect(found.map((file) => file.path)).toEqual([])
})

test('decision records are numbered, dated and say how they stand', () => {
  const records = readdirSync('docs/decisions').filter((name) => name.endsWith('.md'))
  expect(records.length).toBeGreaterThan(3)
  for (const name of records) {
    expect(name).toMatch(/^\d{3}-[a-z0-9-]+\.md$/)
    expect(readFileSync(join('docs/decisions', name), 'utf8')).toMatch(
      /^Status: .+\d{4}-\d{2}-\d{2}/m,
    )
  }
})

test('every top folder has a paragraph in ARCHITECTURE.md', () => {
  const text = readFileSync('ARCHITECTURE.md', 'utf8')
  expect(Object.keys(MAY_IMPORT).filter((folder) => !text.includes(`\`${folder}\``))).toEqual([])
})
