/** Writes planned changes into the tables. Slugs become ids here, in an order in which they exist. */
import { createHash } from 'node:crypto'
import type { Tx } from '../db/tx.ts'
import { parseDuration } from '../lib/duration.ts'
import type { Id } from '../lib/id.ts'
import type { Sealer } from '../lib/seal.ts'
import { fromWall, parseWall } from '../lib/zone.ts'
import type { ChannelDescription } from '../notify/channel.ts'
import type { Override, Period, Rotation } from '../oncall/schedule.ts'
import type { PlannedChange, Whole } from './compare.ts'
import { type PersonForm, type ScheduleForm, splitTarget } from './format.ts'

export type WriteFacts = {
  makeId: () => Id
  sealer: Sealer
  channels: readonly ChannelDescription[]
}

type Slugs = Record<
  'people' | 'teams' | 'schedules' | 'ladders' | 'services' | 'sources' | 'routes',
  Map<string, Id>
>
type Writing = { tx: Tx; whole: Whole; facts: WriteFacts; ids: Slugs }

const TABLES = {
  people: 'people',
  teams: 'teams',
  schedules: 'schedules',
  escalations: 'ladders',
  services: 'services',
  sources: 'sources',
  routes: 'routes',
} as const

/** @param whole what has to be stored in the end */
export async function write(
  tx: Tx,
  changes: readonly PlannedChange[],
  whole: Whole,
  facts: WriteFacts,
): Promise<void> {
  const ids = await prepareIds(tx, whole, facts)
  const writing: Writing = { tx, whole, facts, ids }
  const touched = (section: PlannedChange['section']) =>
    new Set(
      changes
        .filter((one) => one.section === section && one.action !== 'remove')
        .map((one) => one.id),
    )
  for (const person of whole.people)
    if (touched('people').has(person.id)) await writePerson(writing, person)
  for (const team of whole.teams) if (touched('teams').has(team.id)) await writeTeam(writing, team)
  for (const schedule of whole.schedules)
    if (touched('schedules').has(schedule.id)) await writeSchedule(writing, schedule)
  for (const ladder of whole.escalations)
    if (touched('escalations').has(ladder.id)) await writeLadder(writing, ladder)
  // All services first, so that they may depend on each other in a circle.
  for (const service of whole.services)
    if (touched('services').has(service.id)) await writeService(writing, service)
  for (const source of whole.sources)
    if (touched('sources').has(source.id)) await writeSource(writing, source)
  if (changes.some((one) => one.section === 'routes')) {
    for (const [position, route] of whole.routes.entries())
      await writeRoute(writing, route, position)
  }
  for (const [kind, settings] of Object.entries(whole.channels))
    if (touched('channels').has(kind)) await writeChannel(writing, kind, settings)
  if (touched('organisation').size > 0) await writeOrganisation(writing)
  for (const change of changes) if (change.action === 'remove') await retire(tx, change)
}

/** Every slug gets its id before anything is written: the one it has, or had before it was retired. */
async function prepareIds(tx: Tx, whole: Whole, facts: WriteFacts): Promise<Slugs> {
  const wanted: { [Table in keyof Slugs]: readonly { id: string }[] } = {
    people: whole.people,
    teams: whole.teams,
    schedules: whole.schedules,
    ladders: whole.escalations,
    services: whole.services,
    sources: whole.sources,
    routes: whole.routes,
  }
  const ids = {} as Slugs
  for (const [table, things] of Object.entries(wanted) as [
    keyof Slugs,
    readonly { id: string }[],
  ][]) {
    const rows = await tx.query<{ slug: string; id: Id }>(
      `select distinct on (slug) slug, id from ${table} order by slug, (retired_at is null) desc, retired_at desc`,
    )
    const known = new Map(rows.map((row) => [row.slug, row.id]))
    ids[table] = new Map(things.map((one) => [one.id, known.get(one.id) ?? facts.makeId()]))
  }
  return ids
}

const idOf = (ids: Map<string, Id>, slug: string | null): Id | null =>
  slug === null ? null : (ids.get(slug) ?? null)
const must = (ids: Map<string, Id>, slug: string): Id => ids.get(slug) as Id
const ms = (text: string): number => parseDuration(text) ?? 0

async function writePerson({ tx, ids, facts }: Writing, person: PersonForm): Promise<void> {
  const id = must(ids.people, person.id)
  const rules = person.rules && {
    high: (person.rules.high ?? []).map((one) => ({ afterMs: ms(one.after), contact: one.use })),
    low: (person.rules.low ?? []).map((one) => ({ afterMs: ms(one.after), contact: one.use })),
  }
  await upsert(tx, 'people', id, {
    slug: person.id,
    name: person.name,
    email: person.email,
    timezone: person.timezone,
    locale: person.locale,
    role: person.role,
    rules: rules && JSON.stringify(rules),
    managed_by: 'file',
    retired_at: null,
  })
  const kept = person.contacts.map((one) => one.id)
  await tx.query(
    'update contacts set retired_at = $3 where person_id = $1 and retired_at is null and slug <> all($2)',
    [id, kept, iso(tx)],
  )
  for (const [position, contact] of person.contacts.entries()) {
    const { id: slug, kind, ...rest } = contact
    const fields = JSON.stringify(
      sealSecrets(
        rest,
        facts.channels.find((one) => one.kind === kind)?.contact ?? [],
        facts.sealer,
      ),
    )
    const changed = await tx.query(
      `update contacts set kind = $3, fields = $4::jsonb, position = $5,
         verified_at = case when fields = $4::jsonb and kind = $3 then verified_at end
       where person_id = $1 and slug = $2 and retired_at is null returning id`,
      [id, slug, kind, fields, position],
    )
    if (changed.length > 0) continue
    await tx.query(
      'insert into contacts (id, person_id, slug, kind, fields, position) values ($1, $2, $3, $4, $5, $6)',
      [facts.makeId(), id, slug, kind, fields, position],
    )
  }
}

function sealSecrets(
  values: Record<string, unknown>,
  fields: ChannelDescription['contact'],
  sealer: Sealer,
): Record<string, unknown> {
  const secrets = new Set(
    fields.filter((field) => field.kind === 'secret').map((field) => field.name),
  )
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [name, secrets.has(name) ? sealer.seal(String(value)) : value]),
  )
}

async function writeTeam({ tx, ids }: Writing, team: Whole['teams'][number]): Promise<void> {
  const id = must(ids.teams, team.id)
  await upsert(tx, 'teams', id, {
    slug: team.id,
    name: team.name,
    lead_id: idOf(ids.people, team.lead),
    managed_by: 'file',
    retired_at: null,
  })
  await tx.query('delete from team_members where team_id = $1', [id])
  await tx.query('insert into team_members (team_id, person_id) select $1, unnest($2::uuid[])', [
    id,
    [...new Set(team.members)].map((one) => must(ids.people, one)),
  ])
}

const UNITS: Readonly<Record<string, Period['unit']>> = {
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
}

async function writeSchedule({ tx, ids, facts }: Writing, form: ScheduleForm): Promise<void> {
  const at = (text: string) => {
    const [date = '', time = ''] = text.split('T')
    return fromWall(parseWall(date, time) ?? 0, form.timezone)
  }
  const rotations = form.rotations.map((one): Rotation => {
    const [, count = '1', unit = 'w'] = /^(\d+)(\w+)$/.exec(one.every) ?? []
    return {
      id: one.id,
      turns: one.people.map((turn) => turn.map((person) => must(ids.people, person))),
      every: { unit: UNITS[unit] ?? 'week', count: Number(count) },
      handoff: { weekday: one.handoff.day, date: one.handoff.date, time: one.handoff.time },
      starts: one.starts,
      ends: one.ends,
      only: one.only,
    }
  })
  const overrides = form.overrides.map(
    (one): Override => ({
      id: facts.makeId(),
      personId: must(ids.people, one.person),
      from: at(one.from),
      to: at(one.to),
      replaces: idOf(ids.people, one.replaces),
    }),
  )
  const shadows = form.shadows.map((one) => ({
    personId: must(ids.people, one.person),
    from: at(one.from),
    to: at(one.to),
  }))
  await upsert(tx, 'schedules', must(ids.schedules, form.id), {
    slug: form.id,
    name: form.name,
    team_id: idOf(ids.teams, form.team),
    timezone: form.timezone,
    definition: JSON.stringify({ rotations, overrides, shadows }),
    managed_by: 'file',
    retired_at: null,
  })
}

function targetOf(ids: Slugs, text: string): { kind: string; id: Id } {
  const { kind, slug } = splitTarget(text)
  return {
    kind,
    id: must({ person: ids.people, schedule: ids.schedules, team: ids.teams }[kind], slug),
  }
}

async function writeLadder(
  { tx, ids }: Writing,
  form: Whole['escalations'][number],
): Promise<void> {
  const steps = form.steps.map((step) => ({
    targets: step.page.map((one) => targetOf(ids, one)),
    waitMs: ms(step.wait),
  }))
  await upsert(tx, 'ladders', must(ids.ladders, form.id), {
    slug: form.id,
    name: form.name,
    team_id: idOf(ids.teams, form.team),
    steps: JSON.stringify(steps),
    repeat: form.repeat,
    acknowledgement_timeout_ms:
      form.acknowledgement_timeout === null ? null : ms(form.acknowledgement_timeout),
    managed_by: 'file',
    retired_at: null,
  })
}

async function writeService({ tx, ids }: Writing, form: Whole['services'][number]): Promise<void> {
  await upsert(tx, 'services', must(ids.services, form.id), {
    slug: form.id,
    name: form.name,
    team_id: idOf(ids.teams, form.team),
    tier: form.tier,
    escalation_id: idOf(ids.ladders, form.escalation),
    urgency: form.urgency,
    group_by: form.group_by && JSON.stringify(form.group_by),
    pause_ms: ms(form.pause),
    repository: form.repository,
    channel: form.channel,
    runbook_url: form.runbook,
    depends_on: JSON.stringify(form.depends_on.map((one) => must(ids.services, one))),
    managed_by: 'file',
    retired_at: null,
  })
}

async function writeSource(
  { tx, ids, whole }: Writing,
  form: Whole['sources'][number],
): Promise<void> {
  const service = whole.services.find((one) => one.id === form.service)
  const hex = form.key?.replace(/^sha256:/, '') ?? ''
  await upsert(tx, 'sources', must(ids.sources, form.id), {
    slug: form.id,
    name: form.name,
    kind: form.kind,
    service_id: idOf(ids.services, form.service),
    team_id: idOf(ids.teams, service?.team ?? null),
    key_hash: Buffer.from(hex, 'hex'),
    key_hint: hex.slice(0, 6),
    managed_by: 'file',
    retired_at: null,
  })
}

async function writeRoute(
  { tx, ids }: Writing,
  form: Whole['routes'][number],
  position: number,
): Promise<void> {
  await upsert(tx, 'routes', must(ids.routes, form.id), {
    slug: form.id,
    position,
    condition: form.when,
    service_id: idOf(ids.services, form.service),
    urgency: form.urgency,
    escalation_id: idOf(ids.ladders, form.escalation),
    group_by: form.group_by && JSON.stringify(form.group_by),
    pause_ms: form.pause === null ? null : ms(form.pause),
    managed_by: 'file',
    retired_at: null,
  })
}

async function writeChannel(
  { tx, facts }: Writing,
  kind: string,
  settings: Record<string, unknown>,
): Promise<void> {
  const described = facts.channels.find((one) => one.kind === kind)?.settings ?? []
  const sealed = JSON.stringify(sealSecrets(settings, described, facts.sealer))
  await tx.query(
    `insert into channels (kind, settings, managed_by) values ($1, $2, 'file')
     on conflict (kind) do update set settings = excluded.settings, managed_by = 'file', updated_at = clock_timestamp()`,
    [kind, sealed],
  )
}

async function writeOrganisation({ tx, whole, ids }: Writing): Promise<void> {
  const fallback = whole.organisation.fallback.map((one) => targetOf(ids, one))
  await tx.query('update organisation set name = $1, fallback = $2', [
    whole.organisation.name,
    JSON.stringify(fallback),
  ])
}

async function retire(tx: Tx, change: PlannedChange): Promise<void> {
  const table = TABLES[change.section as keyof typeof TABLES]
  await tx.query(`update ${table} set retired_at = $2 where slug = $1 and retired_at is null`, [
    change.id,
    iso(tx),
  ])
}

const iso = (tx: Tx): string => new Date(tx.now).toISOString()

/** Column names are ours, never a user's. */
async function upsert(
  tx: Tx,
  table: string,
  id: Id,
  columns: Readonly<Record<string, unknown>>,
): Promise<void> {
  const names = Object.keys(columns)
  const places = names.map((_, index) => `$${index + 2}`)
  await tx.query(
    `insert into ${table} (id, ${names.join(', ')}) values ($1, ${places.join(', ')})
     on conflict (id) do update set ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    [id, ...names.map((name) => columns[name])],
  )
}

/** How the key of a source is stored and compared. */
export const hashKey = (key: string): string =>
  `sha256:${createHash('sha256').update(key).digest('hex')}`
