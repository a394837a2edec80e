/** The events of incidents, as they were decided upon. */
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'
import type { Event } from './event.ts'
import type { Incident } from './incident.ts'
import type { Beat } from './rehearse.ts'
import type { Recovery } from './states.ts'

/** Told when it is opened; everything that happens to it afterwards is decided from this state. */
export const saveOpening = (tx: Tx, incident: Incident, at: Instant = tx.now) =>
  insert(tx, incident.id, incident.version, at, null, { kind: 'opened', state: incident }, null)

/** In the transaction in which it was decided; `incident` is what became of it. */
export const saveEvent = (
  tx: Tx,
  incident: Incident,
  by: Id | null,
  event: Event,
  recovery: Recovery,
) => insert(tx, incident.id, incident.version, tx.now, by, event, recovery)

/** Of an incident that was over before it came here. */
export async function saveCourse(tx: Tx, opening: Incident, beats: readonly Beat[]): Promise<void> {
  await saveOpening(tx, opening, opening.openedAt)
  for (const [index, { at, by, event, recovery }] of beats.entries())
    await insert(tx, opening.id, opening.version + index + 1, at, by, event, recovery)
}

const insert = (
  tx: Tx,
  id: Id,
  version: number,
  at: Instant,
  by: Id | null,
  event: object,
  recovery: unknown,
) =>
  tx.query(
    `insert into incident_events (incident_id, version, at, by_person, event, recovery)
     values ($1, $2, $3, $4, $5, $6)`,
    [
      id,
      version,
      toIso(at),
      by,
      JSON.stringify(event),
      recovery === null ? null : JSON.stringify(recovery),
    ],
  )

export type Course = { opening: Incident; openedAt: Instant; beats: Beat[] }
type Row = {
  incidentId: Id
  at: Instant
  by: Id | null
  event: Event | { kind: 'opened'; state: Incident }
  recovery: Recovery | null
}

/** Of each of these incidents, what happened, oldest first. One without an opening is left out. */
export async function listCourses(tx: Tx, incidentIds: readonly Id[]): Promise<Map<Id, Course>> {
  const rows = await tx.query<Row>(
    `select incident_id as "incidentId", at, by_person as by, event, recovery from incident_events
     where incident_id = any($1) order by incident_id, version`,
    [incidentIds],
  )
  const courses = new Map<Id, Course>()
  for (const { incidentId, at, by, event, recovery } of rows) {
    if (event.kind === 'opened') {
      courses.set(incidentId, { opening: event.state, openedAt: at, beats: [] })
      continue
    }
    courses
      .get(incidentId)
      ?.beats.push({ at, by, event, recovery: recovery ?? { lastFiringAt: null, isBurning: null } })
  }
  return courses
}

export type StoredEvent = {
  version: number
  at: Instant
  by: Id | null
  event: Row['event']
  recovery: Recovery | null
}

/** All that happened to one, as it was written down, oldest first. */
export const listEvents = (tx: Tx, incidentId: Id): Promise<StoredEvent[]> =>
  tx.query<StoredEvent>(
    `select version, at, by_person as by, event, recovery from incident_events
     where incident_id = $1 order by version`,
    [incidentId],
  )
