/**
 * One schedule edited by itself, outside of a file: read by the same readers, held to the same
 * rules and lints. Everything else stays as it is, also the mark of what a file manages.
 */
import { recordAudit } from '../audit/store.ts'
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { isRecord } from '../lib/json.ts'
import type { Schedule } from '../oncall/schedule.ts'
import { saveSchedules } from '../oncall/store.ts'
import type { Actor } from '../timeline/entry.ts'
import { record } from '../timeline/store.ts'
import type { PlanDeps } from './deps.ts'
import { draftOf, readStored, storedWhole } from './draft.ts'
import { FileRefused } from './mistake.ts'
import { readFile } from './form-file.ts'
import { hashOfKey } from '../alerts/source-store.ts'
import type { Directory } from '../directory/directory.ts'
import { lockConfiguration } from './store.ts'

export type Edited = {
  before: Schedule | null
  after: Schedule
  /** The configuration with the edit in it. */
  directory: Directory
}

/**
 * @param form the schedule as a file has it, without `id`
 * @throws FileRefused with every mistake and its path
 */
export async function editSchedule(
  tx: Tx,
  actor: Actor,
  slug: string,
  form: Readonly<Record<string, unknown>>,
  { isTrial }: { isTrial: boolean },
  deps: PlanDeps,
): Promise<Edited> {
  if (!isTrial) await lockConfiguration(tx)
  const stored = await readStored(tx)
  const others = storedWhole(stored, deps).schedules.filter((one) => one.id !== slug)
  // Covers of the others are no part of this; the edited one comes first, so that places are its own.
  const text = JSON.stringify({
    schedules: [
      { ...form, id: slug },
      ...others.map((one) => ({ ...one, overrides: [], shadows: [] })),
    ].map(withoutNulls),
  })
  const read = readFile(
    text,
    {},
    {
      channels: deps.channels,
      sourceKinds: deps.sourceKinds,
      hashKey: (key) => hashOfKey(key).toString('hex'),
    },
  )
  if (!read.ok) throw new FileRefused(read.mistakes)
  const draft = draftOf(read.read, stored, tx.now, deps)
  const before = [...stored.directory.schedules.values()].find((one) => one.slug === slug) ?? null
  const after = draft.nouns.schedules.find((one) => one.slug === slug) ?? before
  if (!after) throw new Error(`the draft lost the schedule ${slug}`)
  if (!isTrial && after !== before) await save(tx, actor, before, after, deps.makeId(tx.now))
  return { before, after, directory: draft.directory }
}

async function save(
  tx: Tx,
  actor: Actor,
  before: Schedule | null,
  after: Schedule,
  auditId: Id,
): Promise<void> {
  const [row] = await tx.query<{ managedBy: string | null }>(
    'select managed_by as "managedBy" from schedules where id = $1',
    [after.id],
  )
  await saveSchedules(tx, [after], row?.managedBy ?? null)
  const action = before === null ? 'add' : 'change'
  await record(tx, [
    {
      subject: { kind: 'configuration', id: after.id },
      happenedAt: tx.now,
      actor,
      kind: 'configured',
      rule: 'plan.edit',
      inputs: { section: 'schedules', id: after.slug },
      result: { action, rotations: after.rotations, timezone: after.timezone },
      undo: null,
      groupId: null,
      serviceId: null,
      teamId: after.teamId,
      visibility: 'everyone',
      drillId: null,
    },
  ])
  await recordAudit(tx, {
    id: auditId,
    actor,
    action: 'schedule.edited',
    objectKind: 'schedule',
    objectId: after.id,
    detail: { slug: after.slug, action },
  })
}

/** What a form leaves open is left out of a file. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => (one === null ? [] : [[key, withoutNulls(one)]])),
  )
}
