import { table } from '../db/table.ts'
import type { Tx } from '../db/tx.ts'
import { groupBy } from '../lib/group-by.ts'
import type { Id } from '../lib/id.ts'
import { DAY, type Instant, MINUTE, toIso } from '../lib/instant.ts'
import type { Count } from './budget.ts'
import { NEW_STATE, type State } from './decide.ts'
import type { Definition } from './definition.ts'
import {
  countOfHour,
  countWithin,
  emptyHour,
  type Hour,
  hourOf,
  minuteOf,
  partsOf,
  type Slot,
  withSlots,
} from './hours.ts'
import type { MetricsSource, Objective } from './objective.ts'
import { type Counting, sumOf } from './slices.ts'
import type { Span } from './window.ts'

type ObjectiveRow = Omit<Objective, 'definition'> & {
  definition: unknown
  managedBy: string | null
  retiredAt: Instant | null
}

const OBJECTIVES = table<ObjectiveRow>('objectives', {
  id: 'uuid',
  slug: 'text',
  name: 'text',
  serviceId: 'uuid',
  teamId: 'uuid',
  metricsId: 'uuid',
  definition: 'jsonb',
  managedBy: 'text',
  retiredAt: 'timestamptz',
})

type MetricsRow = MetricsSource & { managedBy: string | null; retiredAt: Instant | null }

const METRICS = table<MetricsRow>('metric_sources', {
  id: 'uuid',
  slug: 'text',
  name: 'text',
  kind: 'text',
  url: 'text',
  username: 'text',
  password: 'text',
  token: 'text',
  tenant: 'text',
  managedBy: 'text',
  retiredAt: 'timestamptz',
})

export const listObjectives = async (tx: Tx): Promise<Objective[]> =>
  (
    await tx.query<ObjectiveRow>(
      `select ${OBJECTIVES.select} from objectives where retired_at is null order by slug`,
    )
  ).map(objectiveOf)

export async function findObjectives(tx: Tx, ids: readonly Id[]): Promise<Objective[]> {
  const rows = await tx.query<ObjectiveRow>(
    `select ${OBJECTIVES.select} from objectives where id = any($1::uuid[]) and retired_at is null`,
    [ids],
  )
  return rows.map(objectiveOf)
}

const objectiveOf = ({ managedBy: _, retiredAt: __, definition, ...row }: ObjectiveRow) => ({
  ...row,
  definition: definition as Definition,
})

/** Saves objectives. A target that differs from the last one counts from now on. */
export async function saveObjectives(
  tx: Tx,
  objectives: readonly Objective[],
  managedBy: string | null,
): Promise<void> {
  if (objectives.length === 0) return
  const rows = objectives.map((one) => ({ ...one, managedBy, retiredAt: null }))
  await tx.query(OBJECTIVES.upsert, OBJECTIVES.values(rows))
  const ids = objectives.map((one) => one.id)
  await tx.query(
    `insert into objective_targets (objective_id, from_at, target)
      select v.id, case when last.target is null then 'epoch'::timestamptz else $3::timestamptz end, v.target
      from unnest($1::uuid[], $2::text[]) as v(id, target)
      left join lateral (select target from objective_targets t where t.objective_id = v.id
        order by from_at desc limit 1) last on true
      where last.target is distinct from v.target
      on conflict (objective_id, from_at) do update set target = excluded.target`,
    [ids, objectives.map((one) => one.definition.target), toIso(tx.now)],
  )
  await tx.query(
    `insert into objective_states (objective_id, wake_at, read_wake_at)
      select id, $2::timestamptz, $2::timestamptz from unnest($1::uuid[]) as v(id)
      on conflict (objective_id) do update set wake_at = excluded.wake_at, read_wake_at = excluded.read_wake_at`,
    [ids, toIso(tx.now)],
  )
}

export const listMetricsSources = async (tx: Tx): Promise<MetricsSource[]> =>
  (
    await tx.query<MetricsRow>(
      `select ${METRICS.select} from metric_sources where retired_at is null order by slug`,
    )
  ).map(({ managedBy: _, retiredAt: __, ...row }) => row)

export async function saveMetricsSources(
  tx: Tx,
  sources: readonly MetricsSource[],
  managedBy: string | null,
): Promise<void> {
  if (sources.length === 0) return
  const rows = sources.map((one) => ({ ...one, managedBy, retiredAt: null }))
  await tx.query(METRICS.upsert, METRICS.values(rows))
}

/** What was promised, from when on; oldest first. */
export type TargetSince = { from: Instant; target: string }

export async function listTargets(tx: Tx, ids: readonly Id[]): Promise<Map<Id, TargetSince[]>> {
  const rows = await tx.query<{ objectiveId: Id; from: Instant; target: string }>(
    `select objective_id as "objectiveId", from_at as "from", target from objective_targets
      where objective_id = any($1::uuid[]) order by from_at`,
    [ids],
  )
  return groupBy(rows, (one) => one.objectiveId)
}

/** Adds what was counted, or puts it in the place of what was known. The hours are locked in order. */
export async function saveSlots(
  tx: Tx,
  id: Id,
  slots: readonly Slot[],
  { mode, counting }: { mode: 'add' | 'set'; counting: Counting },
): Promise<void> {
  const byHour = groupBy(slots, (one) => hourOf(one.at))
  const ats = [...byHour.keys()].sort((a, b) => a - b)
  if (ats.length === 0) return
  const empty = JSON.stringify(emptyHour(0).good)
  await tx.query(
    `insert into objective_hours (objective_id, hour_at, good, total, sum_good, sum_total)
      select $1, v.at, v.zeros, v.zeros, 0, 0
      from (select unnest($2::timestamptz[]) as at, $3::float8[] as zeros) v
      on conflict do nothing`,
    [id, ats.map(toIso), empty.replace('[', '{').replace(']', '}')],
  )
  const known = await tx.query<Hour>(
    `select hour_at as "hourAt", good, total from objective_hours
      where objective_id = $1 and hour_at = any($2::timestamptz[]) order by hour_at for update`,
    [id, ats.map(toIso)],
  )
  for (const hour of known) {
    const after = withSlots(hour, byHour.get(hour.hourAt) ?? [], mode)
    const sum = countOfHour(after, counting)
    await tx.query(
      `update objective_hours set good = $3::float8[], total = $4::float8[], sum_good = $5, sum_total = $6
        where objective_id = $1 and hour_at = $2::timestamptz`,
      [id, toIso(hour.hourAt), [...after.good], [...after.total], sum.good, sum.total],
    )
  }
  const newest = slots.reduce((last, one) => (one.total > 0 ? Math.max(last, one.at) : last), 0)
  if (newest > 0)
    await tx.query(
      `update objective_states set data_until = greatest(data_until, $2::timestamptz) where objective_id = $1`,
      [id, toIso(minuteOf(newest) + MINUTE)],
    )
}

/** Counts anew what each hour means, after the objective counts in another way. */
export async function recount(tx: Tx, id: Id, counting: Counting): Promise<void> {
  const hours = await tx.query<Hour>(
    `select hour_at as "hourAt", good, total from objective_hours where objective_id = $1 order by hour_at for update`,
    [id],
  )
  const sums = hours.map((hour) => countOfHour(hour, counting))
  await tx.query(
    `update objective_hours h set sum_good = v.good, sum_total = v.total
      from unnest($2::timestamptz[], $3::float8[], $4::float8[]) as v(at, good, total)
      where h.objective_id = $1 and h.hour_at = v.at`,
    [
      id,
      hours.map((one) => toIso(one.hourAt)),
      sums.map((one) => one.good),
      sums.map((one) => one.total),
    ],
  )
}

/** What each span adds up to, in the order of the spans. Spans of whole minutes. */
export async function countSpans(
  tx: Tx,
  id: Id,
  spans: readonly Span[],
  counting: Counting,
): Promise<Count[]> {
  const parts = spans.map(partsOf)
  const wholes = parts.map((one) => one.whole ?? { from: 0, to: 0 })
  const sums = await tx.query<Count & { index: number }>(
    `select s.index::int as index, coalesce(sum(h.sum_good), 0) as good, coalesce(sum(h.sum_total), 0) as total
      from unnest($2::timestamptz[], $3::timestamptz[]) with ordinality as s(from_at, to_at, index)
      left join objective_hours h on h.objective_id = $1 and h.hour_at >= s.from_at and h.hour_at < s.to_at
      group by s.index order by s.index`,
    [id, wholes.map((one) => toIso(one.from)), wholes.map((one) => toIso(one.to))],
  )
  const edges = [...new Set(parts.flatMap((one) => one.edges.map((edge) => hourOf(edge.from))))]
  const hours = await tx.query<Hour>(
    `select hour_at as "hourAt", good, total from objective_hours
      where objective_id = $1 and hour_at = any($2::timestamptz[])`,
    [id, edges.map(toIso)],
  )
  const byHour = new Map(hours.map((one) => [one.hourAt, one]))
  return parts.map((one, index) =>
    sumOf([
      sums[index] ?? { good: 0, total: 0 },
      ...one.edges.map((edge) => {
        const hour = byHour.get(hourOf(edge.from))
        return hour ? countWithin(hour, edge, counting) : { good: 0, total: 0 }
      }),
    ]),
  )
}

/** What an hour adds up to, for plots; oldest first. */
export const listHours = (tx: Tx, id: Id, span: Span): Promise<(Count & { at: Instant })[]> =>
  tx.query(
    `select hour_at as at, sum_good as good, sum_total as total from objective_hours
      where objective_id = $1 and hour_at >= $2::timestamptz and hour_at < $3::timestamptz order by hour_at`,
    [id, toIso(span.from), toIso(span.to)],
  )

/** Since when there are counts, by objective. */
export async function listFirstHours(tx: Tx, ids: readonly Id[]): Promise<Map<Id, Instant>> {
  const rows = await tx.query<{ id: Id; at: Instant }>(
    `select v.id, h.hour_at as at from unnest($1::uuid[]) as v(id)
      join lateral (select hour_at from objective_hours where objective_id = v.id and sum_total > 0
        order by hour_at limit 1) h on true`,
    [ids],
  )
  return new Map(rows.map((row) => [row.id, row.at]))
}

/** Whether a push is new: one that is sent again counts once. */
export async function isNewPush(tx: Tx, id: Id, key: string): Promise<boolean> {
  const rows = await tx.query(
    `insert into objective_pushes (objective_id, key, pushed_at) values ($1, $2, $3::timestamptz)
      on conflict do nothing returning key`,
    [id, key, toIso(tx.now)],
  )
  return rows.length > 0
}

/** What of a definition decides what the counts are. */
export type CountedAs = Pick<Definition, 'slices' | 'indicator'>

/** How an objective stood when it was last looked at. */
export type Standing = {
  objectiveId: Id
  state: State
  /** By which definition the hours were counted. */
  countedAs: CountedAs | null
  evaluatedAt: Instant | null
  dataUntil: Instant | null
  readUntil: Instant | null
  readProblem: string | null
  readFailures: number
}

const STANDING = `objective_id as "objectiveId", state, counted_as as "countedAs", evaluated_at as "evaluatedAt", data_until as "dataUntil",
  read_until as "readUntil", read_problem as "readProblem", read_failures as "readFailures"`

const standingOf = (row: Standing): Standing => ({
  ...row,
  state: row.state?.version === 1 ? row.state : NEW_STATE,
})

export async function listStandings(tx: Tx, ids: readonly Id[]): Promise<Map<Id, Standing>> {
  const rows = await tx.query<Standing>(
    `select ${STANDING} from objective_states where objective_id = any($1::uuid[])`,
    [ids],
  )
  return new Map(rows.map((row) => [row.objectiveId, standingOf(row)]))
}

/** Those that are due to be looked at, without those that another node looks at. */
export const dueObjectives = async (tx: Tx, max: number): Promise<Id[]> =>
  (
    await tx.query<{ id: Id }>(
      `select objective_id as id from objective_states where wake_at <= $1::timestamptz
        order by wake_at limit $2 for update skip locked`,
      [toIso(tx.now), max],
    )
  ).map((one) => one.id)

/** One that is still due, locked; null: another node has looked, or looks. */
export async function lockDue(tx: Tx, id: Id): Promise<Standing | null> {
  const [row] = await tx.query<Standing>(
    `select ${STANDING} from objective_states where objective_id = $1 and wake_at <= $2::timestamptz
      for update skip locked`,
    [id, toIso(tx.now)],
  )
  return row ? standingOf(row) : null
}

/** A row that cannot be looked at is put off, so that it keeps no other waiting. */
export const putOff = (tx: Tx, id: Id, until: Instant) =>
  tx.query('update objective_states set wake_at = $2::timestamptz where objective_id = $1', [
    id,
    toIso(until),
  ])

export type BudgetReview = {
  id: Id
  objectiveId: Id
  budgetSince: Instant
  note: string
  byId: Id | null
  at: Instant
}

export const saveReview = (tx: Tx, one: BudgetReview) =>
  tx.query(
    `insert into objective_reviews (id, objective_id, budget_since, note, by_id, at)
      values ($1, $2, $3::timestamptz, $4, $5, $6::timestamptz)`,
    [one.id, one.objectiveId, toIso(one.budgetSince), one.note, one.byId, toIso(one.at)],
  )

export const listReviews = (tx: Tx, ids: readonly Id[]): Promise<BudgetReview[]> =>
  tx.query(
    `select id, objective_id as "objectiveId", budget_since as "budgetSince", note, by_id as "byId", at
      from objective_reviews where objective_id = any($1::uuid[]) order by at`,
    [ids],
  )

/** Objectives whose budget asks for something. */
export const listSpent = (tx: Tx): Promise<{ objectiveId: Id; state: State }[]> =>
  tx.query(
    `select s.objective_id as "objectiveId", s.state from objective_states s
      join objectives o on o.id = s.objective_id and o.retired_at is null
      where s.state->'budget'->>'state' in ('review', 'allHands', 'exhausted')`,
  )

/** Whether an objective of these services pages or asks for a ticket now; null: they have none. */
export async function isBurningAmong(tx: Tx, serviceIds: readonly Id[]): Promise<boolean | null> {
  const [row] = await tx.query<{ isBurning: boolean | null }>(
    `select bool_or(coalesce(s.state->'open' ?| array['page', 'ticket'], false)) as "isBurning"
     from objectives o left join objective_states s on s.objective_id = o.id
     where o.retired_at is null and o.service_id = any($1::uuid[])`,
    [serviceIds],
  )
  return row?.isBurning ?? null
}

export async function saveStanding(
  tx: Tx,
  id: Id,
  {
    state,
    countedAs,
    wakeAt,
  }: { state: State; countedAs: CountedAs | null; wakeAt: Instant | null },
): Promise<void> {
  await tx.query(
    `update objective_states set state = $2::jsonb, evaluated_at = $3::timestamptz, wake_at = $4::timestamptz,
        counted_as = $5::jsonb where objective_id = $1`,
    [
      id,
      JSON.stringify(state),
      toIso(tx.now),
      wakeAt === null ? null : toIso(wakeAt),
      JSON.stringify(countedAs),
    ],
  )
}

/** Its numbers come from elsewhere now: what was read before is not what is promised. */
export async function forgetReadings(tx: Tx, id: Id): Promise<void> {
  await tx.query('delete from objective_hours where objective_id = $1', [id])
  await tx.query(
    'update objective_states set read_until = null, data_until = null, read_wake_at = $2::timestamptz where objective_id = $1',
    [id, toIso(tx.now)],
  )
}

/** Those that promise something and those that are gone, by id. */
export async function findEvery(
  tx: Tx,
  ids: readonly Id[],
): Promise<(Objective & { isGone: boolean })[]> {
  const rows = await tx.query<ObjectiveRow>(
    `select ${OBJECTIVES.select} from objectives where id = any($1::uuid[])`,
    [ids],
  )
  return rows.map((row) => ({ ...objectiveOf(row), isGone: row.retiredAt !== null }))
}

/** Has it looked at now: something was counted. */
export const wakeObjective = (tx: Tx, id: Id) =>
  tx.query(
    'update objective_states set wake_at = least(wake_at, $2::timestamptz) where objective_id = $1',
    [id, toIso(tx.now)],
  )

/** Takes one that is due to be read until the lease ends; null: there is none. */
export async function claimReading(tx: Tx, leaseUntil: Instant): Promise<Standing | null> {
  const [row] = await tx.query<Standing>(
    `update objective_states set read_wake_at = $2::timestamptz where objective_id = (
        select s.objective_id from objective_states s join objectives o on o.id = s.objective_id
        where s.read_wake_at <= $1::timestamptz and o.metrics_id is not null and o.retired_at is null
        order by s.read_wake_at limit 1 for update of s skip locked)
      returning ${STANDING}`,
    [toIso(tx.now), toIso(leaseUntil)],
  )
  return row ? standingOf(row) : null
}

export type ReadResult = { until: Instant | null; problem: string | null; wakeAt: Instant }

export const noteReading = (tx: Tx, id: Id, { until, problem, wakeAt }: ReadResult) =>
  tx.query(
    `update objective_states set read_until = coalesce($2::timestamptz, read_until), read_problem = $3,
        read_failures = case when $3::text is null then 0 else read_failures + 1 end,
        read_wake_at = $4::timestamptz where objective_id = $1`,
    [id, until === null ? null : toIso(until), problem, toIso(wakeAt)],
  )

/** Counts that no window needs any more. */
export async function forgetCounts(tx: Tx, keepMs: number): Promise<void> {
  await tx.query(
    'delete from objective_hours where (objective_id, hour_at) in (select objective_id, hour_at from objective_hours where hour_at < $1::timestamptz limit 10000)',
    [toIso(tx.now - keepMs)],
  )
  await tx.query('delete from objective_pushes where pushed_at < $1::timestamptz', [
    toIso(tx.now - PUSH_KEPT_MS),
  ])
}

const PUSH_KEPT_MS = 3 * DAY

/** A deploy that goes on although the budget is spent. */
export type GateException = {
  id: Id
  serviceId: Id
  reason: string
  signedBy: Id | null
  signedAt: Instant
  untilAt: Instant
}

export const listExceptions = (tx: Tx, serviceId: Id): Promise<GateException[]> =>
  tx.query(
    `select id, service_id as "serviceId", reason, signed_by as "signedBy", signed_at as "signedAt", until_at as "untilAt"
      from gate_exceptions where service_id = $1 and until_at > $2::timestamptz and ended_at is null order by until_at`,
    [serviceId, toIso(tx.now)],
  )

export const saveException = (tx: Tx, one: GateException) =>
  tx.query(
    `insert into gate_exceptions (id, service_id, reason, signed_by, signed_at, until_at)
      values ($1, $2, $3, $4, $5::timestamptz, $6::timestamptz)`,
    [one.id, one.serviceId, one.reason, one.signedBy, toIso(one.signedAt), toIso(one.untilAt)],
  )
