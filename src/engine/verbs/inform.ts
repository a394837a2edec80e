/**
 * A message to an audience: checked, rendered, kept word for word, and told to whoever belongs to
 * that audience. Customers are told by people so far: what goes to them is for copying.
 */
import { check, type Finding } from '../../comms/check.ts'
import {
  type Fields,
  type MessageKind,
  missing,
  render,
  type Rendered,
} from '../../comms/message.ts'
import { listMessages, type Message, saveMessage } from '../../comms/store.ts'
import { whereabouts } from '../../directory/whereabouts.ts'
import { peopleOf } from '../../escalation/people.ts'
import { type Incident, isLive, levelOf } from '../../incidents/incident.ts'
import { peopleOn } from '../../incidents/roles.ts'
import type { Id } from '../../lib/id.ts'
import type { Instant } from '../../lib/instant.ts'
import { invalid, Problem } from '../../lib/problem.ts'
import { updateDue } from '../../severity/clocks.ts'
import type { Audience, Policy } from '../../severity/policy.ts'
import { findPolicy, listSeats } from '../../severity/store.ts'
import { type Happening, happen } from '../incidents.ts'

export type InformAsked = {
  audience: Audience
  /** Who hears the same, each by the rules for them. */
  also: readonly Audience[]
  fields: Fields
  /** When they hear next; null: as late as the severity allows. */
  nextAt: Instant | null
  /** At a resolved incident the message is its end. */
  kind: MessageKind
}

export type Draft = {
  rendered: Rendered
  findings: Finding[]
  missing: string[]
  nextAt: Instant | null
}

/** What would go out, and what is wrong with it. */
export async function draftMessage(
  doing: Happening,
  incident: Incident,
  asked: InformAsked,
): Promise<Draft> {
  const policy = await findPolicy(doing.tx, incident.policyId)
  const before = (await listMessages(doing.tx, incident.id)).findLast(
    (one) => one.audience === asked.audience,
  )
  const nextBy =
    asked.kind === 'resolved' ? null : nextDue(incident, asked.audience, doing.desk.now, policy)
  const nextAt = asked.kind === 'resolved' ? null : (asked.nextAt ?? nextBy)
  const facts = {
    kind: asked.kind,
    audience: asked.audience,
    severity: policy.levels[levelOf(incident)].name,
    status: incident.status,
    startedAt: incident.stamps.startedAt ?? incident.stamps.detectedAt,
    endedAt: incident.stamps.recoveredAt ?? incident.stamps.allClearAt,
    nextAt,
    mode: incident.answers.mode,
    names: [...doing.desk.directory.people.values()].map((one) => one.name),
    nextBy,
    isLong: incident.isLong,
    before: before?.fields ?? null,
  }
  return {
    rendered: render(asked.fields, facts),
    findings: check(asked.fields, facts),
    missing: missing(asked.fields, facts),
    nextAt,
  }
}

/** The first one, one on the way, or the end of it. */
export function kindFor(incident: Incident, audience: Audience): MessageKind {
  if (!isLive(incident)) return 'resolved'
  return incident.told.some((one) => one.audience === audience) ? 'update' : 'initial'
}

/** By when the message after this one is owed. */
const nextDue = (incident: Incident, audience: Audience, now: Instant, policy: Policy): Instant =>
  updateDue(
    { audience, declaredAt: now, lastAt: now, promised: null, levels: incident.levels },
    policy,
  )

/** @throws Problem with the field that is missing or may not go out as it is */
export async function inform(
  doing: Happening,
  incident: Incident,
  asked: InformAsked,
): Promise<Message> {
  const { tx, desk } = doing
  const draft = await draftMessage(doing, incident, asked)
  const [gap] = draft.missing
  if (gap) throw invalid(gap, `${LABELS[gap] ?? gap} is needed.`, 'needed')
  const wrong = draft.findings.find((one) => one.level === 'error')
  if (wrong) throw new Problem('invalid', wrong.rule, wrong.sentence, { field: wrong.field })
  const policy = await findPolicy(tx, incident.policyId)
  const message: Message = {
    id: desk.makeId(),
    incidentId: incident.id,
    audience: asked.audience,
    kind: asked.kind,
    fields: asked.fields,
    ...draft.rendered,
    severity: policy.levels[levelOf(incident)].name,
    status: incident.status,
    promisedAt: draft.nextAt,
    publishedAt: desk.now,
    publishedBy: desk.actor.kind === 'person' ? desk.actor.id : null,
    drillId: incident.drillId,
  }
  await saveMessage(tx, message)
  await happen(doing, incident.id, {
    kind: 'messagePublished',
    audience: asked.audience,
    promised: asked.nextAt,
    as: asked.kind,
  })
  for (const personId of await readersOf(doing, incident, asked.audience))
    desk.tell({
      personId,
      kind: 'message',
      params: { subject: message.subject, body: message.body },
      onceKey: `message:${message.id}:${personId}`,
      urgency: 'low',
      path: `/incidents/INC-${incident.number}`,
      drillId: incident.drillId,
    })
  return message
}

const LABELS: Readonly<Record<string, string>> = {
  service: 'What is affected, as users call it,',
  impact: 'Who is affected and how',
  understanding: 'What is known of the cause',
  actions: 'What was done',
  next: 'What comes next',
  residual: 'What is left of it (say none, if nothing is)',
  followUp: 'What follows (the post-mortem)',
  nextUpdate: 'When they hear next',
}

async function readersOf(
  { tx, desk }: Happening,
  incident: Incident,
  audience: Audience,
): Promise<Set<Id>> {
  const { directory } = desk
  const own = desk.actor.kind === 'person' ? desk.actor.id : null
  const readers = new Set<Id>()
  if (audience === 'executives') {
    const where = whereabouts(directory, desk.tools.loudnessOf)
    const seats = await listSeats(tx)
    for (const seat of ['vp', 'cto', 'manager'] as const) {
      const bound = seats.get(seat)
      if (bound)
        for (const one of peopleOf([bound], desk.now, 'low', where)) readers.add(one.personId)
    }
  }
  if (audience === 'engineering' || audience === 'internal') {
    for (const id of peopleOn(incident)) readers.add(id)
    const team = incident.teamId === null ? null : directory.teams.get(incident.teamId)
    for (const id of team?.memberIds ?? []) readers.add(id)
  }
  if (own !== null) readers.delete(own)
  return readers
}
