/** What a file would change, and whether what it leads to holds together. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { type FileForm, splitTarget, suggest } from './format.ts'

export type Section = keyof FileForm
export type Whole = { [S in Section]-?: NonNullable<FileForm[S]> }
export type FieldChange = { path: string; from: unknown; to: unknown }
export type PlannedChange = {
  section: Section
  id: string
  action: 'add' | 'change' | 'remove'
  fields: readonly FieldChange[]
}

const LISTS = [
  'people',
  'teams',
  'schedules',
  'escalations',
  'services',
  'sources',
  'routes',
] as const
export type ListSection = (typeof LISTS)[number]

/** Sections left out stay as they are; `[]` is managed and empty. */
export function compare(stored: Whole, file: FileForm): PlannedChange[] {
  const changes: PlannedChange[] = []
  if (file.organisation)
    pushChange(changes, 'organisation', 'organisation', stored.organisation, file.organisation)
  for (const section of LISTS) {
    const wanted = file[section] as readonly { id: string }[] | null
    if (wanted === null) continue
    const known = new Map(
      (stored[section] as readonly { id: string }[]).map((one) => [one.id, one]),
    )
    for (const one of wanted)
      pushChange(changes, section, one.id, known.get(one.id), keepSecrets(known.get(one.id), one))
    for (const id of known.keys()) {
      if (!wanted.some((one) => one.id === id))
        changes.push({ section, id, action: 'remove', fields: [] })
    }
    if (section === 'routes') pushOrder(changes, stored.routes, wanted)
  }
  for (const [kind, settings] of Object.entries(file.channels ?? {})) {
    if (settings)
      pushChange(
        changes,
        'channels',
        kind,
        stored.channels[kind],
        keepSecrets(stored.channels[kind], settings),
      )
  }
  return changes
}

function pushChange(
  changes: PlannedChange[],
  section: Section,
  id: string,
  from: object | undefined,
  to: object,
): void {
  if (!from) {
    changes.push({ section, id, action: 'add', fields: [] })
    return
  }
  const fields = fieldChanges(from, to, '')
  if (fields.length > 0) changes.push({ section, id, action: 'change', fields })
}

/** Routes are tried in their order, so their order is a setting of its own. */
function pushOrder(
  changes: PlannedChange[],
  stored: readonly { id: string }[],
  wanted: readonly { id: string }[],
): void {
  const before = stored.map((one) => one.id).filter((id) => wanted.some((one) => one.id === id))
  const after = wanted.map((one) => one.id).filter((id) => before.includes(id))
  const moved = after.find((id, index) => before[index] !== id)
  if (
    moved === undefined ||
    changes.some((change) => change.section === 'routes' && change.id === moved)
  )
    return
  changes.push({
    section: 'routes',
    id: moved,
    action: 'change',
    fields: [{ path: 'order', from: before, to: after }],
  })
}

const clean = (value: unknown): unknown =>
  value === null || value === undefined
    ? null
    : JSON.parse(JSON.stringify(value, (_, one) => (one === null ? undefined : one)))

function fieldChanges(from: object, to: object, path: string): FieldChange[] {
  const a = from as Record<string, unknown>
  const b = to as Record<string, unknown>
  const changes: FieldChange[] = []
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (isDeepStrictEqual(clean(a[name]), clean(b[name]))) continue
    const at = path === '' ? name : `${path}.${name}`
    changes.push({ path: at, from: mask(name, a[name]), to: mask(name, b[name]) })
  }
  return changes
}

const SECRETS = /^(secret|password|token|key)$/
const mask = (name: string, value: unknown): unknown =>
  SECRETS.test(name) && value !== null && value !== undefined
    ? '…'
    : JSON.parse(
        JSON.stringify(value ?? null, (key, one) =>
          SECRETS.test(key) && one !== null ? '…' : one,
        ),
      )

/** A secret that the file leaves out stays as it is: files are shared, secrets are not. */
function keepSecrets<T extends object>(stored: object | undefined, wanted: T): T {
  if (!stored) return wanted
  const kept: Record<string, unknown> = { ...(wanted as Record<string, unknown>) }
  const known = stored as Record<string, unknown>
  for (const name of Object.keys(known)) {
    if (SECRETS.test(name) && (kept[name] === null || kept[name] === undefined))
      kept[name] = known[name]
  }
  if (Array.isArray(kept.contacts) && Array.isArray(known.contacts)) {
    const contacts = known.contacts as { id: string }[]
    kept.contacts = kept.contacts.map((one: { id: string }) =>
      keepSecrets(
        contacts.find((c) => c.id === one.id),
        one,
      ),
    )
  }
  return kept as T
}

/** What would be stored after the file was applied. */
export function after(stored: Whole, file: FileForm): Whole {
  const merged: Record<string, unknown> = { ...stored }
  for (const [section, value] of Object.entries(file)) {
    if (value !== null && section in stored) merged[section] = value
  }
  const whole = merged as Whole
  const keep = (section: 'people' | 'sources') =>
    (whole[section] as { id: string }[]).map((one) =>
      keepSecrets(
        (stored[section] as { id: string }[]).find((s) => s.id === one.id),
        one,
      ),
    )
  return {
    ...whole,
    people: keep('people') as Whole['people'],
    sources: keep('sources') as Whole['sources'],
    channels: Object.fromEntries(
      Object.entries({ ...stored.channels, ...(file.channels ?? {}) }).flatMap(
        ([kind, settings]) =>
          settings ? [[kind, keepSecrets(stored.channels[kind], settings)]] : [],
      ),
    ),
  }
}

/** One reference that leads nowhere; `path` is where it stands. */
export type Dangling = { section: Section; id: string; path: string; sentence: string }

export function danglingReferences(whole: Whole, before: Whole): Dangling[] {
  const found: Dangling[] = []
  const ids = {
    person: whole.people.map((one) => one.id),
    team: whole.teams.map((one) => one.id),
    schedule: whole.schedules.map((one) => one.id),
    escalation: whole.escalations.map((one) => one.id),
    service: whole.services.map((one) => one.id),
  }
  const had = {
    person: before.people.map((one) => one.id),
    team: before.teams.map((one) => one.id),
    schedule: before.schedules.map((one) => one.id),
    escalation: before.escalations.map((one) => one.id),
    service: before.services.map((one) => one.id),
  }
  const need = (
    section: Section,
    id: string,
    path: string,
    kind: keyof typeof ids,
    slug: string | null,
  ): void => {
    if (slug === null || ids[kind].includes(slug)) return
    const sentence = had[kind].includes(slug)
      ? `${kind} \`${slug}\` cannot be removed: ${section} \`${id}\` uses it (${path}).`
      : `There is no ${kind} \`${slug}\` (${section} \`${id}\`, ${path}).${suggest(slug, ids[kind])}`
    found.push({ section, id, path, sentence })
  }
  const needTarget = (section: Section, id: string, path: string, text: string): void => {
    const { kind, slug } = splitTarget(text)
    need(section, id, path, kind, slug)
  }
  whole.organisation.fallback.forEach((one, index) =>
    needTarget('organisation', 'organisation', `fallback[${index}]`, one),
  )
  for (const person of whole.people) {
    const contacts = person.contacts.map((one) => one.id)
    for (const urgency of ['high', 'low'] as const) {
      person.rules?.[urgency]?.forEach((rule, index) => {
        if (contacts.includes(rule.use)) return
        const path = `rules.${urgency}[${index}].use`
        found.push({
          section: 'people',
          id: person.id,
          path,
          sentence: `\`${person.id}\` has no contact \`${rule.use}\` (${path}).${suggest(rule.use, contacts)}`,
        })
      })
    }
  }
  for (const team of whole.teams) {
    need('teams', team.id, 'lead', 'person', team.lead)
    team.members.forEach((one, index) => need('teams', team.id, `members[${index}]`, 'person', one))
  }
  for (const schedule of whole.schedules) {
    need('schedules', schedule.id, 'team', 'team', schedule.team)
    schedule.rotations.forEach((rotation, at) =>
      rotation.people.forEach((turn, index) =>
        turn.forEach((one) =>
          need('schedules', schedule.id, `rotations[${at}].people[${index}]`, 'person', one),
        ),
      ),
    )
    schedule.overrides.forEach((one, index) => {
      need('schedules', schedule.id, `overrides[${index}].person`, 'person', one.person)
      need('schedules', schedule.id, `overrides[${index}].replaces`, 'person', one.replaces)
      if (one.to <= one.from)
        found.push({
          section: 'schedules',
          id: schedule.id,
          path: `overrides[${index}].to`,
          sentence: `The override of \`${schedule.id}\` from ${one.from} ends before it begins.`,
        })
    })
    schedule.shadows.forEach((one, index) =>
      need('schedules', schedule.id, `shadows[${index}].person`, 'person', one.person),
    )
  }
  for (const ladder of whole.escalations) {
    need('escalations', ladder.id, 'team', 'team', ladder.team)
    ladder.steps.forEach((step, at) =>
      step.page.forEach((one, index) =>
        needTarget('escalations', ladder.id, `steps[${at}].page[${index}]`, one),
      ),
    )
  }
  for (const service of whole.services) {
    need('services', service.id, 'team', 'team', service.team)
    need('services', service.id, 'escalation', 'escalation', service.escalation)
    service.depends_on.forEach((one, index) =>
      need('services', service.id, `depends_on[${index}]`, 'service', one),
    )
  }
  for (const source of whole.sources) {
    need('sources', source.id, 'service', 'service', source.service)
    if (source.key === null)
      found.push({
        section: 'sources',
        id: source.id,
        path: 'key',
        sentence: `Source \`${source.id}\` is new and needs a key (32 letters and digits, or \${NAME}).`,
      })
  }
  for (const route of whole.routes) {
    need('routes', route.id, 'service', 'service', route.service)
    need('routes', route.id, 'escalation', 'escalation', route.escalation)
  }
  return found
}
