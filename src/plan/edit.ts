/**
 * One thing edited by itself, outside of a file: read by the same readers, held to the same rules
 * and lints, written by the same apply. Everything else stays as it is, also the mark of what a
 * file manages.
 */
import { hashOfKey } from '../alerts/source-store.ts'
import type { Tx } from '../db/tx.ts'
import type { Schedule } from '../oncall/schedule.ts'
import type { Actor } from '../timeline/entry.ts'
import { type Applied, carryOut, shownTo } from './apply.ts'
import type { PlanDeps } from './deps.ts'
import { type Draft, draftOf, readStored, storedWhole } from './draft.ts'
import type { ListSection } from './form.ts'
import { type FormatFacts, readFile } from './form-file.ts'
import { FileRefused, type Mistake } from './mistake.ts'
import { type By, declare, discreetly, refuseBeyond, refuseEntry } from './scope.ts'
import type { Stored } from './stored.ts'
import { lockConfiguration } from './store.ts'

/** As a file has it, without `id`; null takes the thing away. */
export type EntryForm = Readonly<Record<string, unknown>> | null

export type Asked = {
  section: ListSection
  slug: string
  form: EntryForm
  /** Whether somebody edits what is their own: contacts they add are no business of a file. */
  isOwn?: boolean
  /** Says what would change, and writes nothing. */
  isTrial: boolean
}

export type Edited = Applied & { draft: Draft }

/** @throws FileRefused with every mistake and its path within the thing */
export async function editEntry(
  tx: Tx,
  { actor, who }: By,
  asked: Asked,
  deps: PlanDeps,
): Promise<Edited> {
  if (!asked.isTrial) await lockConfiguration(tx)
  const stored = await readStored(tx)
  refuseEntry(asked.section, asked.slug, storedWhole(stored, deps), stored, who)
  const draft = discreetly(who, stored, () => draftWith(asked, stored, tx.now, deps))
  refuseBeyond(draft, who)
  if (asked.isOwn) markOwn(draft, stored)
  if (!asked.isTrial) {
    const row = stored.identities.find(
      (one) => one.section === asked.section && one.slug === asked.slug && one.isLive,
    )
    await carryOut(tx, actor, draft, row?.managedBy ?? null, deps)
  }
  const { changes, findings, paging } = shownTo(who, draft)
  return { changes, findings, paging, applied: !asked.isTrial, refusedBecause: null, draft }
}

/** The others are taken as they are stored; only the edited one is read. */
function draftWith(
  { section, slug, form }: Asked,
  stored: Stored,
  now: number,
  deps: PlanDeps,
): Draft {
  const written = form === null ? [] : [withoutNulls({ ...form, id: slug })]
  const text = JSON.stringify({ [section]: written })
  const opened = readFile(text, {}, formatOf(deps))
  if (!opened.ok) throw refused(opened.mistakes)
  const { file, reading } = opened.read
  const others: { id: string }[] = storedWhole(stored, deps)[section]
  const at = others.findIndex((one) => one.id === slug)
  const edited: readonly { id: string }[] = file[section] ?? []
  declare(
    reading,
    section,
    others.filter((one) => one.id !== slug),
  )
  const all = at < 0 ? [...others, ...edited] : others.toSpliced(at, 1, ...edited)
  try {
    return draftOf({ file: { ...file, [section]: all }, reading, isWhole: true }, stored, now, deps)
  } catch (cause) {
    throw cause instanceof FileRefused ? refused(cause.mistakes) : cause
  }
}

/** How people sign in, or the policy, as a file has it; a secret that is left out stays. @throws FileRefused */
export async function editSection(
  tx: Tx,
  actor: Actor,
  section: 'sign_in' | 'policy',
  form: Readonly<Record<string, unknown>>,
  deps: PlanDeps,
): Promise<Draft> {
  await lockConfiguration(tx)
  const draft = await previewSection(tx, section, form, deps)
  await carryOut(tx, actor, draft, null, deps)
  return draft
}

/** What `editSection` would do, and nothing is written. @throws FileRefused */
export async function previewSection(
  tx: Tx,
  section: 'sign_in' | 'policy',
  form: Readonly<Record<string, unknown>>,
  deps: PlanDeps,
): Promise<Draft> {
  const opened = readFile(JSON.stringify({ [section]: withoutNulls(form) }), {}, formatOf(deps))
  if (!opened.ok) throw refused(opened.mistakes)
  try {
    return draftOf(opened.read, await readStored(tx), tx.now, deps)
  } catch (cause) {
    throw cause instanceof FileRefused ? refused(cause.mistakes) : cause
  }
}

const formatOf = (deps: PlanDeps): FormatFacts => ({
  channels: deps.channels,
  sourceKinds: deps.sourceKinds,
  hashKey: (key) => hashOfKey(key).toString('hex'),
})

/** Paths within the thing: `people[3].contacts[0].url` is `contacts[0].url` to whoever edits it. */
const refused = (mistakes: readonly Mistake[]): FileRefused =>
  new FileRefused(
    mistakes.map((one) => ({
      ...one,
      path: one.path.replace(/^(\w+\[\d+\]|sign_in|policy)\.?/, ''),
    })),
  )

function markOwn(draft: Draft, stored: Stored): void {
  draft.nouns.people = draft.nouns.people.map((person) => {
    const known = new Set(stored.directory.people.get(person.id)?.contacts.map((one) => one.id))
    return {
      ...person,
      contacts: person.contacts.map((one) => (known.has(one.id) ? one : { ...one, isOwn: true })),
    }
  })
}

export type EditedSchedule = {
  before: Schedule | null
  after: Schedule
  /** The configuration with the edit in it. */
  directory: Draft['directory']
}

/** @throws FileRefused */
export async function editSchedule(
  tx: Tx,
  by: By,
  slug: string,
  form: Readonly<Record<string, unknown>>,
  { isTrial }: { isTrial: boolean },
  deps: PlanDeps,
): Promise<EditedSchedule> {
  const { draft } = await editEntry(tx, by, { section: 'schedules', slug, form, isTrial }, deps)
  const of = (schedules: ReadonlyMap<string, Schedule>): Schedule | null =>
    [...schedules.values()].find((one) => one.slug === slug) ?? null
  const after = of(draft.directory.schedules)
  if (!after) throw new Error(`the draft lost the schedule ${slug}`)
  return { before: of(draft.stored.directory.schedules), after, directory: draft.directory }
}

/** What a form leaves open is left out of a file. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => (one === null ? [] : [[key, withoutNulls(one)]])),
  )
}
