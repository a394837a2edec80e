import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import { type Policy, SEED, type Seat } from './policy.ts'

export type PolicyVersion = { id: Id; version: number; policy: Policy }

/** The framework in force: the newest version. The seed's is made the first time somebody asks. */
export async function findCurrentPolicy(tx: Tx, makeId: () => Id): Promise<PolicyVersion> {
  const [found] = await tx.query<PolicyVersion>(
    'select id, version, definition as policy from policies order by version desc limit 1',
  )
  return found ?? savePolicy(tx, { id: makeId(), policy: SEED, by: null })
}

export type VersionListed = {
  id: Id
  version: number
  name: string
  by: Id | null
  at: Instant
  incidents: number
}

/** The newest first. */
export const listVersions = (tx: Tx, max: number): Promise<VersionListed[]> =>
  tx.query<VersionListed>(
    `select p.id, p.version, p.name, p.made_by as by, p.made_at as at,
       (select count(*)::int from incidents i where i.policy_id = p.id) as incidents
     from policies p order by p.version desc limit $1`,
    [max],
  )

/** The newest version, or the seed's where none was made yet. */
export async function readPolicy(tx: Tx): Promise<Policy> {
  const [found] = await tx.query<{ policy: Policy }>(
    'select definition as policy from policies order by version desc limit 1',
  )
  return found?.policy ?? SEED
}

export async function findPolicy(tx: Tx, id: Id): Promise<Policy> {
  const [found] = await tx.query<{ policy: Policy }>(
    'select definition as policy from policies where id = $1',
    [id],
  )
  if (!found) throw new Error(`There is no policy ${id}.`)
  return found.policy
}

/** A new version; those that govern incidents stay as they are. */
export async function savePolicy(
  tx: Tx,
  { id, policy, by }: { id: Id; policy: Policy; by: Id | null },
): Promise<PolicyVersion> {
  await tx.query('lock table policies in share row exclusive mode')
  const [known] = await tx.query<{ version: number }>(
    'select coalesce(max(version), 0) as version from policies',
  )
  const version = (known?.version ?? 0) + 1
  await tx.query(
    'insert into policies (id, name, version, definition, made_by, made_at) values ($1, $2, $3, $4, $5, $6)',
    [id, policy.name, version, JSON.stringify(policy), by, toIso(tx.now)],
  )
  return { id, version, policy }
}

export type SeatTarget = { kind: 'person' | 'schedule' | 'team'; id: Id }

export async function listSeats(tx: Tx): Promise<Map<Seat, SeatTarget>> {
  const rows = await tx.query<{ seat: Seat; target: SeatTarget }>(
    'select seat, target from policy_seats',
  )
  return new Map(rows.map((row) => [row.seat, row.target]))
}

export async function saveSeat(tx: Tx, seat: Seat, target: SeatTarget | null): Promise<void> {
  if (target === null) await tx.query('delete from policy_seats where seat = $1', [seat])
  else
    await tx.query(
      'insert into policy_seats (seat, target) values ($1, $2) on conflict (seat) do update set target = excluded.target',
      [seat, JSON.stringify(target)],
    )
}
