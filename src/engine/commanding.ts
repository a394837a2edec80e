/**
 * What time and alerts do to incidents: boxes run out, triage promotes itself, an acknowledgement or a
 * growing impact arrives. All of it stands in rows, so a beat that is missed or doubled changes nothing.
 */
import type { Db, Tx } from '../db/tx.ts'
import type { DirectoryCache } from '../directory/store.ts'
import { dueIncidents, lockIncident } from '../incidents/store.ts'
import type { Id } from '../lib/id.ts'
import { MINUTE, SECOND, toIso } from '../lib/instant.ts'
import { ENGINE } from '../timeline/entry.ts'
import { openDesk } from './desk.ts'
import { eventsFrom, happen } from './incidents.ts'
import { engineTx } from './store-sql.ts'
import type { Tools } from './tools.ts'

const BATCH_MAX = 100
/** Longer than two beats, so that none of what changed is passed over. */
const LOOK_BACK_MS = 10 * SECOND
/** Alerts of a service that fired shortly before it was declared belong to it as well. */
const BEFORE_MS = 15 * MINUTE

export type CommandDeps = { db: Db; directoryAt: DirectoryCache; tools: Tools }

/** Gives how many incidents were looked at. */
export async function watchIncidents(deps: CommandDeps): Promise<number> {
  const { due, changed } = await deps.db.withTx('paging', async (tx) => {
    const directory = await deps.directoryAt(tx)
    if (directory.organisation.pausedAt !== null) return { due: [], changed: [] }
    await adoptGroups(tx)
    return { due: await dueIncidents(tx, BATCH_MAX), changed: await listChanged(tx) }
  })
  for (const { id } of due) await inTx(deps, id, 'time')
  const others = changed.filter((one) => !due.some((other) => other.id === one.id))
  for (const { id } of others) await inTx(deps, id, 'alerts')
  return due.length
}

/** One short transaction for each: one that cannot be decided keeps no other waiting. */
async function inTx(deps: CommandDeps, id: Id, because: 'time' | 'alerts'): Promise<void> {
  await deps.db.withTx('paging', async (tx) => {
    const desk = await openDesk(engineTx(tx, deps.directoryAt), deps.tools, ENGINE)
    const doing = { tx, desk }
    if (because === 'time') await happen(doing, id, { kind: 'woke' })
    const incident = await lockIncident(tx, id)
    if (incident) for (const event of await eventsFrom(tx, incident)) await happen(doing, id, event)
    await desk.save()
  })
}

/** What fires on an affected service while the incident lives is part of it. */
const adoptGroups = (tx: Tx) =>
  tx.query(
    `insert into incident_groups (group_id, incident_id, at)
     select g.id, n.id, $1 from incidents n join groups g on g.service_id is not null
       and n.service_ids ? g.service_id::text and g.status <> 'resolved'
       and g.opened_at >= n.opened_at - make_interval(secs => $2) and g.drill_id is not distinct from n.drill_id
     where n.status not in ('resolved', 'closed', 'canceled', 'merged') and n.kind <> 'backfilled'
     on conflict (group_id) do nothing`,
    [toIso(tx.now), BEFORE_MS / 1_000],
  )

const listChanged = (tx: Tx): Promise<{ id: Id }[]> =>
  tx.query(
    `select distinct n.id from incidents n join incident_groups i on i.incident_id = n.id
       join groups g on g.id = i.group_id left join alerts a on a.group_id = g.id
     where n.status not in ('resolved', 'closed', 'canceled', 'merged') and n.quarantine is null
       and (i.at > $1 or g.acknowledged_at > $1 or a.updated_at > $1) limit $2`,
    [toIso(tx.now - LOOK_BACK_MS), BATCH_MAX],
  )
