import { table } from '../db/table.ts'
import type { Tx } from '../db/tx.ts'
import { groupBy } from '../lib/group-by.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import type { Definition } from './definition.ts'
import type { MetricsSource, Objective } from './objective.ts'

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
