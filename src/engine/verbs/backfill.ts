/** The history of a status page, taken over: nothing of it pages, reminds or is owed. */
import { saveMessage } from '../../comms/store.ts'
import { backfill, type Past } from '../../incidents/history.ts'
import { saveCourse } from '../../incidents/event-store.ts'
import { listImported, markImported, saveIncident } from '../../incidents/store.ts'
import { findCurrentPolicy } from '../../severity/store.ts'
import type { Happening } from '../incidents.ts'

const NO_FIELDS = {
  service: '',
  impact: '',
  understanding: '',
  actions: '',
  next: '',
  workaround: '',
  residual: '',
  followUp: '',
}

/** @param source what the page is called; an entry of it comes in once. Gives how many were new. */
export async function importPast(
  { tx, desk }: Happening,
  source: string,
  all: readonly Past[],
): Promise<number> {
  const policy = await findCurrentPolicy(tx, desk.makeId)
  const known = await listImported(
    tx,
    source,
    all.map((one) => one.externalId),
  )
  const services = new Map(
    [...desk.directory.services.values()].flatMap((one) => [
      [one.slug.toLowerCase(), one],
      [one.name.toLowerCase(), one],
    ]),
  )
  let count = 0
  for (const past of all) {
    if (known.has(past.externalId)) continue
    known.add(past.externalId)
    const hit = past.components.flatMap((name) => services.get(name.toLowerCase()) ?? [])
    const { opening, beats, incident } = backfill(past, {
      id: desk.makeId(),
      policy: policy.policy,
      policyId: policy.id,
      serviceIds: [...new Set(hit.map((one) => one.id))],
      teamId: hit[0]?.teamId ?? null,
    })
    const saved = await saveIncident(tx, incident)
    await saveCourse(tx, opening, beats)
    await markImported(tx, source, past.externalId, saved.id)
    for (const [index, post] of past.posts.entries())
      await saveMessage(tx, {
        id: desk.makeId(),
        incidentId: saved.id,
        audience: 'customers',
        kind: /resolved/.test(post.status) ? 'resolved' : index === 0 ? 'initial' : 'update',
        fields: { ...NO_FIELDS, actions: post.text },
        subject: past.title,
        body: post.text,
        severity: policy.policy.levels[past.level].name,
        status: post.status,
        promisedAt: null,
        publishedAt: post.at,
        publishedBy: null,
        drillId: null,
      })
    count += 1
  }
  return count
}
