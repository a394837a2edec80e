/** Plan, apply, export: configuration as a file. What is planned is what is applied. */
import { stringify } from 'yaml'
import type { Tx } from '../db/tx.ts'
import { type Directory, bySlug } from '../directory/directory.ts'
import { readDirectory } from '../directory/store.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import { Problem } from '../lib/problem.ts'
import type { Sealer } from '../lib/seal.ts'
import type { ChannelDescription } from '../notify/channel.ts'
import type { Actor } from '../timeline/entry.ts'
import { record } from '../timeline/store.ts'
import { after, compare, danglingReferences, type PlannedChange, type Whole } from './compare.ts'
import { type FileForm, fileReader } from './format.ts'
import { type FileProblem, openFile } from './reader.ts'
import { storedForm } from './stored.ts'
import { hashKey, write } from './write.ts'

export type Finding = { rule: string; about: string; sentence: string; wayOut: string }
export type Paging = { service: string; before: string | null; after: string }
export type Plan = {
  changes: readonly PlannedChange[]
  findings: readonly Finding[]
  paging: readonly Paging[]
}

export type PlanFacts = {
  channels: readonly ChannelDescription[]
  sourceKinds: readonly string[]
  sealer: Sealer
  makeId: (now: Instant) => Id
  /** Who would be paged first for a service, as a sentence. */
  whoFor: (directory: Directory, serviceId: Id, at: Instant) => string
  /** What is wrong with a configuration although it may be stored. */
  lint: (directory: Directory, at: Instant) => readonly Finding[]
}

export type Asked = { text: string; env?: Readonly<Record<string, string>>; strict?: boolean }

/** Everything that is wrong with a file, with line and column. */
export class FileRefused extends Problem {
  readonly problems: readonly FileProblem[]
  constructor(problems: readonly FileProblem[]) {
    const first = problems[0]
    super(
      'invalid',
      'fileRefused',
      first
        ? `Line ${first.line}, column ${first.column}: ${first.sentence}`
        : 'The file cannot be read.',
      { field: first?.path || 'text' },
    )
    this.problems = problems
  }
}

/** Shows what applying would do. Writes in a transaction that the caller rolls back. */
export async function apply(tx: Tx, actor: Actor, asked: Asked, facts: PlanFacts): Promise<Plan> {
  const before = await readDirectory(tx, () => undefined)
  const stored = await readStored(tx, before, facts)
  const { form, changes, whole } = readFile(asked, stored, facts)
  await refuseInUse(tx, changes, before)
  if (changes.length > 0) {
    await write(tx, changes, whole, {
      makeId: () => facts.makeId(tx.now),
      sealer: facts.sealer,
      channels: facts.channels,
    })
    await record(
      tx,
      changes.map((change) => entryOf(tx, actor, change, facts)),
    )
  }
  const now = await readDirectory(tx, () => undefined)
  const findings = facts.lint(now, tx.now)
  if (asked.strict && findings.length > 0) {
    throw new Problem('invalid', 'findings', `Refused by --strict: ${findings[0]?.sentence}`, {
      field: 'strict',
    })
  }
  return { changes, findings, paging: form ? pagingOf(before, now, tx.now, facts) : [] }
}

function readFile(
  asked: Asked,
  stored: Whole,
  facts: PlanFacts,
): { form: FileForm; changes: PlannedChange[]; whole: Whole } {
  const { root, reading } = openFile(asked.text, asked.env ?? {})
  if (reading.problems.length > 0) throw new FileRefused(reading.problems)
  const form = fileReader({ channels: facts.channels, sourceKinds: facts.sourceKinds, hashKey })(
    reading,
    root,
    '',
  )
  if (!form || reading.problems.length > 0)
    throw new FileRefused(reading.problems.sort((a, b) => a.line - b.line || a.column - b.column))
  const whole = after(stored, form)
  const dangling = danglingReferences(whole, stored)
  if (dangling.length > 0) {
    throw new FileRefused(
      dangling.map(({ section, id, path, sentence }) => ({
        ...placeOf(asked.text, section, id),
        path: `${section}.${id}.${path}`,
        sentence,
      })),
    )
  }
  return { form, changes: compare(stored, form), whole }
}

/** The line on which an entry of a section begins; the section's own where the entry is not in the file. */
function placeOf(text: string, section: string, id: string): { line: number; column: number } {
  const lines = text.split('\n')
  const from = lines.findIndex((line) => line.startsWith(`${section}:`))
  const to = lines.findIndex((line, index) => index > from && /^[a-z]/.test(line))
  const pattern = new RegExp(`\\bid:\\s*["']?${id.replace(/[.]/g, '\\.')}["']?\\s*(,|$|})`)
  const at = lines.findIndex(
    (line, index) => index > from && (to < 0 || index < to) && pattern.test(line),
  )
  const line = at >= 0 ? at : Math.max(from, 0)
  return { line: line + 1, column: (lines[line]?.search(/\S/) ?? 0) + 1 }
}

async function readStored(tx: Tx, directory: Directory, facts: PlanFacts): Promise<Whole> {
  const keys = await tx.query<{ id: Id; key: string }>(
    "select id, 'sha256:' || encode(key_hash, 'hex') as key from sources",
  )
  const channels = await tx.query<{ kind: string; settings: Record<string, unknown> }>(
    'select kind, settings from channels',
  )
  const open = (value: unknown) =>
    facts.sealer.isSealed(value) ? facts.sealer.unseal(value) : value
  return storedForm(directory, {
    keyOf: (id) => keys.find((one) => one.id === id)?.key ?? '',
    channels: Object.fromEntries(
      channels.map(({ kind, settings }) => [
        kind,
        Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, open(value)])),
      ]),
    ),
    open,
  })
}

/** What still runs on something keeps it from being removed. */
async function refuseInUse(
  tx: Tx,
  changes: readonly PlannedChange[],
  directory: Directory,
): Promise<void> {
  for (const change of changes) {
    if (
      change.action !== 'remove' ||
      (change.section !== 'services' && change.section !== 'sources')
    )
      continue
    const things = change.section === 'services' ? directory.services : directory.sources
    const id = bySlug(things as ReadonlyMap<Id, { id: Id; slug: string }>, change.id)?.id
    const column = change.section === 'services' ? 'service_id' : 'source_id'
    const [open] = await tx.query<{ count: number }>(
      `select count(*) from alerts where ${column} = $1 and status = 'firing'`,
      [id],
    )
    if ((open?.count ?? 0) === 0) continue
    const what = change.section === 'services' ? 'Service' : 'Source'
    throw new Problem(
      'conflict',
      'inUse',
      `${what} \`${change.id}\` cannot be removed: ${open?.count} of its alerts are still open. Resolve them first.`,
      { field: `${change.section}.${change.id}` },
    )
  }
}

const entryOf = (tx: Tx, actor: Actor, change: PlannedChange, facts: PlanFacts) => ({
  subject: { kind: 'configuration' as const, id: facts.makeId(tx.now) },
  happenedAt: tx.now,
  actor,
  kind: 'configured',
  rule: null,
  inputs: {},
  result: { section: change.section, id: change.id, action: change.action, fields: change.fields },
  undo: 'apply',
  groupId: null,
  serviceId: null,
  teamId: null,
  visibility: 'everyone' as const,
  drillId: null,
})

function pagingOf(before: Directory, now: Directory, at: Instant, facts: PlanFacts): Paging[] {
  return [...now.services.values()].flatMap((service) => {
    const after = facts.whoFor(now, service.id, at)
    const known = bySlug(before.services, service.slug)
    const was = known ? facts.whoFor(before, known.id, at) : null
    return was === after ? [] : [{ service: service.slug, before: was, after }]
  })
}

/** The configuration as a file that `apply` reads back to no change. Secrets and keys are left out. */
export async function exportYaml(tx: Tx, facts: PlanFacts): Promise<string> {
  const directory = await readDirectory(tx, () => undefined)
  const whole = await readStored(tx, directory, facts)
  const text = stringify(bare(whole), { lineWidth: 100 })
  return `# Keys and secrets are not exported. Left out, those that are stored stay as they are.\n${text}`
}

const SECRETS = new Set(['secret', 'password', 'token', 'key'])

/** Without nulls, secrets and what is the default anyway. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, one]) => one !== null && one !== undefined && !SECRETS.has(name))
      .map(([name, one]) => [name, bare(one)]),
  )
}
