/** Silences and maintenance windows: made, ended, and the alerts they touch looked at again at once. */
import { checkMatchers, type Matcher } from '../../alerts/matcher.ts'
import { checkWindow, type Recurrence, silences } from '../../alerts/silence.ts'
import type { Tx } from '../../db/tx.ts'
import type { Directory } from '../../directory/directory.ts'
import { hasPrivate } from '../../directory/seen.ts'
import type { Id } from '../../lib/id.ts'
import { type Instant, toIso } from '../../lib/instant.ts'
import { invalid, notFound } from '../../lib/problem.ts'
import type { Actor, Entry } from '../../timeline/entry.ts'
import { record } from '../../timeline/store.ts'

export type SilenceAsked = {
  matchers: readonly Matcher[]
  teamId: Id | null
  reason: string
  startsAt?: Instant
  endsAt: Instant
  recurs?: Recurrence | null
}
export type MaintenanceAsked = {
  serviceIds: readonly Id[]
  reason: string
  startsAt?: Instant
  endsAt: Instant
}

type Doing = { tx: Tx; actor: Actor; makeId: () => Id; directory: Directory }

/** @throws Problem that names the field which is wrong */
export async function makeSilence(
  { tx, actor, makeId, directory }: Doing,
  asked: SilenceAsked,
): Promise<Id> {
  const startsAt = asked.startsAt ?? tx.now
  checkMatchers(asked.matchers)
  const recurs = asked.recurs ?? null
  checkWindow({ startsAt, endsAt: asked.endsAt, reason: asked.reason, recurs }, tx.now)
  const id = makeId()
  await tx.query(
    'insert into silences (id, matchers, team_id, owner_id, reason, starts_at, ends_at, recurs) values ($1, $2, $3, $4, $5, $6, $7, $8)',
    [
      id,
      JSON.stringify(asked.matchers),
      asked.teamId,
      ownerOf(actor),
      asked.reason,
      toIso(startsAt),
      toIso(asked.endsAt),
      recurs && JSON.stringify(recurs),
    ],
  )
  // Those that fire already are looked at again when it begins; the pipeline decides which it fits.
  await tx.query(
    `update alerts set wake_at = greatest($1::timestamptz, coalesce(least(wake_at, $1::timestamptz), $1::timestamptz))
     where status = 'firing' and ($2::uuid is null or team_id = $2) and labels @> $3::jsonb`,
    [toIso(startsAt), asked.teamId, JSON.stringify(equalities(asked.matchers))],
  )
  await record(tx, [
    entryOf(
      { tx, actor, directory },
      id,
      'silenced',
      asked.teamId,
      { matchers: asked.matchers, reason: asked.reason, until: asked.endsAt, recurs },
      'endSilence',
    ),
  ])
  return id
}

const equalities = (matchers: readonly Matcher[]): Record<string, string> =>
  Object.fromEntries(
    matchers
      .filter((one) => one.op === '=' && one.value !== '')
      .map((one) => [one.name, one.value]),
  )

export async function endSilence({ tx, actor, directory }: Doing, silenceId: Id): Promise<boolean> {
  const [ended] = await tx.query<{ teamId: Id | null }>(
    'update silences set ended_at = $2 where id = $1 and ended_at is null returning team_id as "teamId"',
    [silenceId, toIso(tx.now)],
  )
  if (!ended) return false
  await wakeSuppressedBy(tx, silenceId)
  await record(tx, [
    entryOf({ tx, actor, directory }, silenceId, 'silenceEnded', ended.teamId, {}, null),
  ])
  return true
}

export async function makeMaintenance(
  { tx, actor, makeId, directory }: Doing,
  asked: MaintenanceAsked,
): Promise<Id> {
  const startsAt = asked.startsAt ?? tx.now
  if (asked.serviceIds.length === 0) throw invalid('serviceIds', 'Name at least one service.')
  for (const id of asked.serviceIds) if (!directory.services.has(id)) throw notFound('service')
  checkWindow({ startsAt, endsAt: asked.endsAt, reason: asked.reason }, tx.now)
  const id = makeId()
  const teamId = directory.services.get(asked.serviceIds[0] ?? '')?.teamId ?? null
  await tx.query(
    'insert into maintenances (id, service_ids, team_id, owner_id, reason, starts_at, ends_at) values ($1, $2, $3, $4, $5, $6, $7)',
    [
      id,
      JSON.stringify(asked.serviceIds),
      teamId,
      ownerOf(actor),
      asked.reason,
      toIso(startsAt),
      toIso(asked.endsAt),
    ],
  )
  await tx.query(
    "update alerts set wake_at = $1 where status = 'firing' and service_id = any($2::uuid[])",
    [toIso(startsAt), asked.serviceIds],
  )
  await record(tx, [
    entryOf(
      { tx, actor, directory },
      id,
      'maintenanceBegan',
      teamId,
      { services: asked.serviceIds, reason: asked.reason, until: asked.endsAt },
      'endMaintenance',
    ),
  ])
  return id
}

export async function endMaintenance(
  { tx, actor, directory }: Doing,
  maintenanceId: Id,
): Promise<boolean> {
  const [ended] = await tx.query<{ teamId: Id | null }>(
    'update maintenances set ended_at = $2 where id = $1 and ended_at is null returning team_id as "teamId"',
    [maintenanceId, toIso(tx.now)],
  )
  if (!ended) return false
  await wakeSuppressedBy(tx, maintenanceId)
  await record(tx, [
    entryOf({ tx, actor, directory }, maintenanceId, 'maintenanceEnded', ended.teamId, {}, null),
  ])
  return true
}

const wakeSuppressedBy = (tx: Tx, id: Id) =>
  tx.query("update alerts set wake_at = $2 where status = 'firing' and suppression->>'by' = $1", [
    id,
    toIso(tx.now),
  ])

export type Blast = {
  alerts: number
  groups: number
  teams: readonly { teamId: Id | null; alerts: number }[]
}

/** What a silence would mute now: how many firing alerts, of which teams. */
export async function blastRadius(
  tx: Tx,
  asked: Pick<SilenceAsked, 'matchers' | 'teamId'>,
): Promise<Blast> {
  checkMatchers(asked.matchers)
  const firing = await tx.query<{
    labels: Record<string, string>
    teamId: Id | null
    groupId: Id | null
  }>(
    `select labels, team_id as "teamId", group_id as "groupId" from alerts where status = 'firing' and labels @> $1::jsonb limit 50000`,
    [JSON.stringify(equalities(asked.matchers))],
  )
  const silence = {
    id: '',
    matchers: asked.matchers,
    teamId: asked.teamId,
    ownerId: null,
    reason: '',
    startsAt: 0,
    endsAt: 0,
    endedAt: null,
    recurs: null,
  }
  const muted = firing.filter((alert) => silences(silence, alert))
  const teams = new Map<Id | null, number>()
  for (const alert of muted) teams.set(alert.teamId, (teams.get(alert.teamId) ?? 0) + 1)
  return {
    alerts: muted.length,
    groups: new Set(muted.map((alert) => alert.groupId)).size,
    teams: [...teams].map(([teamId, alerts]) => ({ teamId, alerts })),
  }
}

const ownerOf = (actor: Actor): Id | null => (actor.kind === 'person' ? actor.id : null)

const entryOf = (
  { tx, actor, directory }: Omit<Doing, 'makeId'>,
  id: Id,
  kind: string,
  teamId: Id | null,
  result: Readonly<Record<string, unknown>>,
  undo: string | null,
): Entry => ({
  subject: { kind: 'configuration', id },
  happenedAt: tx.now,
  actor,
  kind,
  rule: null,
  inputs: {},
  result,
  undo,
  groupId: null,
  serviceId: null,
  teamId,
  visibility: hasPrivate(directory, teamId) ? 'team' : 'everyone',
  drillId: null,
})
