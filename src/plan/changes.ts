/** What is different between two forms of the same thing, field by field, in the words of the file. */
import { isDeepStrictEqual } from 'node:util'
import { isRecord } from '../lib/json.ts'
import { isHidden, LIST_SECTIONS, type ListSection, type Section, type Whole } from './form.ts'

/** `from` and `to` are plain JSON values; a secret is shown as a word that says so. */
export type FieldChange = { path: string; from: unknown; to: unknown }
export type PlannedChange = {
  section: Section
  id: string
  action: 'add' | 'change' | 'remove'
  fields: FieldChange[]
}

export function changesBetween(before: Whole, after: Whole): PlannedChange[] {
  const changes: PlannedChange[] = []
  const organisation = fieldChanges(before.organisation, after.organisation)
  if (organisation.length > 0) {
    changes.push({
      section: 'organisation',
      id: 'organisation',
      action: 'change',
      fields: organisation,
    })
  }
  for (const section of ['sign_in', 'policy'] as const) {
    const fields = fieldChanges(before[section], after[section])
    if (fields.length > 0) changes.push({ section, id: section, action: 'change', fields })
  }
  for (const section of LIST_SECTIONS)
    changes.push(...changesIn(section, before[section], after[section]))
  const kinds = new Set([...Object.keys(before.channels), ...Object.keys(after.channels)])
  for (const kind of kinds) {
    const change = changeOf('channels', kind, before.channels[kind], after.channels[kind])
    if (change) changes.push(change)
  }
  return changes
}

type Named = { id: string }

function changesIn(
  section: ListSection,
  before: readonly Named[],
  after: readonly Named[],
): PlannedChange[] {
  const known = new Map(before.map((one) => [one.id, one]))
  const wanted = new Map(after.map((one) => [one.id, one]))
  const changes = [...new Set([...wanted.keys(), ...known.keys()])].flatMap(
    (id) => changeOf(section, id, known.get(id), wanted.get(id)) ?? [],
  )
  if (section === 'routes') noteOrder(changes, [...known.keys()], [...wanted.keys()])
  return changes
}

function changeOf(section: Section, id: string, from?: object, to?: object): PlannedChange | null {
  if (!to) return from ? { section, id, action: 'remove', fields: [] } : null
  const fields = fieldChanges(from ?? {}, to).filter(
    (field) => field.path !== 'id' && (from || !isEmptyList(field.to)),
  )
  if (!from) return { section, id, action: 'add', fields }
  return fields.length > 0 ? { section, id, action: 'change', fields } : null
}

/** Routes are tried one after the other, so their order is a setting too. */
function noteOrder(
  changes: PlannedChange[],
  before: readonly string[],
  after: readonly string[],
): void {
  const from = before.filter((id) => after.includes(id))
  const to = after.filter((id) => from.includes(id))
  const moved = to.find((id, index) => from[index] !== id)
  if (moved === undefined) return
  const field: FieldChange = { path: 'order', from, to }
  const change = changes.find((one) => one.id === moved)
  if (change) change.fields.push(field)
  else changes.push({ section: 'routes', id: moved, action: 'change', fields: [field] })
}

/** Whether two forms say the same. What is left out and what is null are the same. */
export const isSame = (one: unknown, other: unknown): boolean =>
  isDeepStrictEqual(clean(one), clean(other))

function clean(value: unknown): unknown {
  if (value === undefined || value === null) return null
  if (isHidden(value)) return { hidden: value.hidden }
  if (Array.isArray(value)) return value.map(clean)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, clean(value[key])])
      .filter(([, one]) => one !== null),
  )
}

/** Both in the form of the file. Lists of named things are compared by name, others by place. */
export function fieldChanges(from: unknown, to: unknown, path = ''): FieldChange[] {
  if (isSame(from, to)) return []
  if (isHidden(from) || isHidden(to))
    return [
      {
        path,
        from: shown(from),
        to: isHidden(from) && isHidden(to) ? 'another secret' : shown(to),
      },
    ]
  if (Array.isArray(from) && Array.isArray(to)) return listChanges(from, to, path)
  if (isRecord(from) && isRecord(to)) {
    const keys = new Set([...Object.keys(to), ...Object.keys(from)])
    return [...keys].flatMap((key) =>
      fieldChanges(from[key], to[key], path === '' ? key : `${path}.${key}`),
    )
  }
  return [{ path, from: shown(from), to: shown(to) }]
}

function listChanges(
  from: readonly unknown[],
  to: readonly unknown[],
  path: string,
): FieldChange[] {
  const all = [...from, ...to]
  if (!all.every(isRecord)) return [{ path, from: shown(from), to: shown(to) }]
  if (all.every(isNamed)) return namedChanges(from as Named[], to as Named[], path)
  const keyOf = keyIn(path)
  if (keyOf) {
    const [before, after] = [from, to].map(
      (list) => new Set(list.map((one) => keyOf(one as object))),
    )
    const gone = from.filter((one) => !after?.has(keyOf(one as object)))
    const come = to.filter((one) => !before?.has(keyOf(one as object)))
    return [
      ...gone.map((one) => ({ path, from: shown(one), to: null })),
      ...come.map((one) => ({ path, from: null, to: shown(one) })),
    ]
  }
  return Array.from({ length: Math.max(from.length, to.length) }).flatMap((_, index) =>
    fieldChanges(from[index] ?? null, to[index] ?? null, `${path}[${index}]`),
  )
}

/** Lists whose order means nothing: what tells one of their things from another. */
function keyIn(path: string): ((one: object) => string) | null {
  if (/(^|\.)(overrides|shadows)$/.test(path)) return coverKey
  return path === 'holidays' ? (one) => JSON.stringify(shown(one)) : null
}

/** The same for covers (overrides, shadows) that say the same. */
export function coverKey(cover: object): string {
  const { person, from, to, replaces, kind } = cover as Record<string, unknown>
  return JSON.stringify([person, from, to, replaces ?? null, kind ?? 'replace'])
}

const isNamed = (value: unknown): value is Named => isRecord(value) && typeof value.id === 'string'

function namedChanges(from: readonly Named[], to: readonly Named[], path: string): FieldChange[] {
  const changes: FieldChange[] = []
  const names = (list: readonly Named[]) => list.map((one) => one.id)
  for (const one of to) {
    const known = from.find((other) => other.id === one.id)
    changes.push(...fieldChanges(known ?? null, one, `${path}.${one.id}`))
  }
  for (const one of from) {
    if (!names(to).includes(one.id))
      changes.push({ path: `${path}.${one.id}`, from: shown(one), to: null })
  }
  const before = names(from).filter((id) => names(to).includes(id))
  const after = names(to).filter((id) => before.includes(id))
  if (!isDeepStrictEqual(before, after)) changes.push({ path, from: names(from), to: names(to) })
  return changes
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0

/** A value as it may be shown and stored: no secrets, nothing that is left out. */
function shown(value: unknown): unknown {
  if (value === undefined || value === null) return null
  if (isHidden(value)) return 'a secret'
  if (Array.isArray(value)) return value.map(shown)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) =>
      one === null || one === undefined || isEmptyList(one) ? [] : [[key, shown(one)]],
    ),
  )
}
