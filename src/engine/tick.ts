/**
 * One beat of deciding: find what is due, decide it, save it. It takes no input, by design: what
 * to do is read from the rows, so a restart, a second node and a lost nudge all take the same
 * path. Safe to call at any moment, any number of times.
 *
 * Due rows are decided many to a transaction. When one of them makes it fail, they are decided one
 * by one, and the row that fails alone is quarantined and alarmed: it harms no other (I16).
 */
import { expire } from '../alerts/fold.ts'
import type { Alert } from '../alerts/alert.ts'
import type { Climb } from '../escalation/climb.ts'
import type { Id } from '../lib/id.ts'
import { Problem } from '../lib/problem.ts'
import { ENGINE } from '../timeline/entry.ts'
import { advance, fetchPages } from './advance.ts'
import { type Desk, openDesk } from './desk.ts'
import { settle } from './settle.ts'
import type { EngineStore } from './store.ts'
import type { Tools } from './tools.ts'

export const BATCH_MAX = 100

/** Decides what is due among alerts and climbs; gives how many rows were. */
export async function tick(store: EngineStore, tools: Tools): Promise<number> {
  const alerts = await eachDue(store, tools, 'alert', decideAlerts)
  const climbs = await eachDue(store, tools, 'climb', decideClimbs)
  return alerts + climbs
}

async function decideAlerts(desk: Desk, alerts: readonly Alert[]): Promise<void> {
  await settle(
    desk,
    alerts.map((alert) => expire(alert, desk.now)),
  )
}

async function decideClimbs(desk: Desk, climbs: readonly Climb[]): Promise<void> {
  await desk.fetch({ kind: 'group', by: 'id', values: climbs.map((climb) => climb.subjectId) })
  await fetchPages(
    desk,
    climbs.map((climb) => climb.id),
  )
  for (const climb of climbs) advance(desk, climb.id, { kind: 'woke' })
}

type Kinds = { alert: Alert; climb: Climb }

async function eachDue<K extends keyof Kinds>(
  store: EngineStore,
  tools: Tools,
  kind: K,
  work: (desk: Desk, rows: readonly Kinds[K][]) => Promise<void>,
): Promise<number> {
  let ids: readonly Id[] = []
  try {
    return await store.transaction('paging', async (tx) => {
      const [desk, due] = await Promise.all([openDesk(tx, tools, ENGINE), tx.due(kind, BATCH_MAX)])
      if (desk.directory.organisation.pausedAt !== null) return 0
      const rows = due as Kinds[K][]
      ids = rows.map((row) => row.id)
      if (rows.length === 0) return 0
      desk.lay(kind, rows as never)
      await work(desk, rows)
      await desk.save()
      return rows.length
    })
  } catch (cause) {
    if (ids.length === 0 || isPassing(cause)) throw cause
    for (const id of ids) await alone(store, tools, kind, id, work)
    return ids.length
  }
}

/** Trouble of the database, not of the row: it will be tried again by the next beat. */
const isPassing = (cause: unknown): boolean =>
  cause instanceof Problem && cause.code === 'unavailable'

async function alone<K extends keyof Kinds>(
  store: EngineStore,
  tools: Tools,
  kind: K,
  id: Id,
  work: (desk: Desk, rows: readonly Kinds[K][]) => Promise<void>,
): Promise<void> {
  try {
    await store.transaction('paging', async (tx) => {
      const desk = await openDesk(tx, tools, ENGINE)
      const rows = (await desk.fetch({ kind, by: 'id', values: [id] })) as Kinds[K][]
      const due = rows.filter((row) => row.wakeAt !== null && row.wakeAt <= tx.now)
      if (due.length === 0) return
      await work(desk, due)
      await desk.save()
    })
  } catch (cause) {
    if (isPassing(cause)) throw cause
    await quarantine(store, tools, kind, id, cause)
  }
}

async function quarantine<K extends keyof Kinds>(
  store: EngineStore,
  tools: Tools,
  kind: K,
  id: Id,
  cause: unknown,
): Promise<void> {
  const why = cause instanceof Error ? cause.message : String(cause)
  tools.alarm('quarantined', { kind, id, why })
  await store.transaction('paging', (tx) => tx.setAside(kind, id, why.slice(0, 500)))
}
