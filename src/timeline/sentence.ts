/** Entries of the log as sentences. Codes are stored, sentences are made on reading. */
import type { Entry } from './entry.ts'

export type Names = {
  person: (id: unknown) => string
  /** "14:07" or with the day, in the reader's zone. */
  time: (at: unknown) => string
}

export function actorName(entry: Pick<Entry, 'actor'>, names: Names): string {
  switch (entry.actor.kind) {
    case 'person':
      return names.person(entry.actor.id)
    case 'token':
      return 'API token'
    case 'engine':
      return 'Allclear'
    case 'source':
      return 'Source'
  }
}

export function sentence(
  entry: Pick<Entry, 'kind' | 'actor' | 'inputs' | 'result'>,
  names: Names,
): string {
  const r = entry.result as Record<string, never>
  const who = actorName(entry, names)
  const write = SENTENCES[entry.kind]
  return write ? write(r, entry.inputs as Record<string, never>, who, names) : entry.kind
}

type Values = Readonly<Record<string, never>>
type Write = (result: Values, inputs: Values, who: string, names: Names) => string

const through = (inputs: Values): { step?: number; until?: number } =>
  (inputs as { event?: object }).event ?? {}

const LEVEL = (level: unknown): string => `SEV${level}`

/** Incidents: what was done, by whom, and by which rule where one did it. */
const INCIDENT: Readonly<Record<string, Write>> = {
  'incident.declared': (r, _i, who) =>
    `${who} declared ${LEVEL(r.level)}${r.provisional ? ' for the time being' : ''}: ${r.summary}`,
  'incident.severityRaised': (r, i, who) =>
    `${who} raised ${LEVEL(r.from)} to ${LEVEL(r.to)}: ${raisedBecause(r, i)}`,
  'incident.severityLowered': (r, i, who) =>
    `${who} lowered ${LEVEL(r.from)} to ${LEVEL(r.to)}: ${i.reason}`,
  'incident.severityChecked': (r) => `Severity checked, no change: ${LEVEL(r.level)}`,
  'incident.integrityCleared': (_r, i, who) =>
    `${who} cleared the concern about data: ${i.evidence}`,
  'incident.responded': (r, _i, _who, names) =>
    `${r.person ? names.person(r.person) : 'Somebody'} answered at ${names.time(r.at)}`,
  'incident.mitigated': (_r, _i, who) => `${who}: mitigated, watching`,
  'incident.moved': (r, _i, who) =>
    `${who} moved it from ${r.from} to ${r.to}${r.reason ? `: ${r.reason}` : ''}`,
  'incident.canceled': (r, _i, who) => `${who} called it off${r.reason ? `: ${r.reason}` : ''}`,
  'incident.closed': (_r, _i, who) => `${who} closed it`,
  'incident.allClear': (_r, _i, who) => `${who}: all clear`,
  'incident.allClearEarly': (_r, i, who) =>
    `${who}: all clear before every check held (${String(i.checks)}): ${i.reason}`,
  'incident.recoveryChecked': (_r, _i, who) => `${who} looked: users can work`,
  'incident.stamped': (r, _i, who, names) => `${who} set ${r.stamp} to ${names.time(r.at)}`,
  'incident.commandMissing': () =>
    'Nobody commands in time: whoever is on call to command is asked',
  'incident.commandTaken': (r, _i, _who, names) => `${names.person(r.person)} has command`,
  'incident.roleTaken': (r, _i, _who, names) =>
    `${names.person(r.person)} is ${roleWord(r.role)}${(r.notes as unknown as string[]).includes('isSolo') ? ', alone for now' : ''}`,
  'incident.roleLeft': (r, _i, who) => `${who} let go of the role of ${roleWord(r.role)}`,
  'incident.handOverProposed': (r, _i, _who, names) =>
    `${names.person(r.from)} proposes to hand the role of ${roleWord(r.role)} to ${names.person(r.to)}`,
  'incident.handOverDeclined': (r, _i, _who, names) =>
    `${names.person(r.to)} declined the role of ${roleWord(r.role)}`,
  'incident.hypothesisOpened': (r, _i, _who, names) =>
    `Hypothesis of ${names.person(r.owner)}: ${r.statement}, until ${names.time(r.until)}`,
  'incident.hypothesisDisposed': (r, _i, who) => `${who}: ${r.verdict}: ${r.statement}`,
  'incident.hypothesisExpired': (r) => `The time is over for: ${r.statement}`,
  'incident.hypothesisExtended': (r, _i, who) => `${who} gave it more time: ${r.statement}`,
  'incident.hypothesisReopened': (r, _i, who) => `${who} tries it again: ${r.statement}`,
  'incident.causeIdentified': (r, _i, who) => `${who} found the cause: ${r.statement}`,
  'incident.causeWithdrawn': (r, _i, who) => `${who}: not the cause after all: ${r.statement}`,
  'incident.causeLate': (r) =>
    `No cause in time: more people are brought in${Number(r.count) > 1 ? `, the ${r.count}th time` : ''}`,
  'incident.evidenceAdded': (r, _i, who) =>
    `${who}, ${r.speaks === 'against' ? 'against' : 'for'} “${r.statement}”: ${r.text ?? ''}`,
  'incident.taskGiven': (r, _i, _who, names) => `Task for ${names.person(r.owner)}: ${r.text}`,
  'incident.taskAcknowledged': (r, _i, who) => `${who} has the task: ${r.text}`,
  'incident.taskDone': (r, _i, who) => `${who} did it: ${r.text}`,
  'incident.taskReopened': (r, _i, who) => `${who}: not done after all: ${r.text}`,
  'incident.breachBegan': (r, _i, who, names) =>
    `${who}: a breach of data, known since ${names.time(r.awareAt)}; to be told by ${names.time(r.due)}: ${(r.tell as unknown as string[]).join(', ')}`,
  'incident.breachTold': (r, _i, who, names) =>
    `${who}: ${r.whom} was told of the breach at ${names.time(r.at)}${r.reference ? ` (${r.reference})` : ''}`,
  'incident.merged': (_r, _i, who) => `${who} merged it into another incident`,
  'incident.absorbed': (_r, _i, who) => `${who} merged another incident into this one`,
  'incident.linked': (r, _i, who) =>
    r.to === null
      ? `${who} took back a link`
      : r.relation === 'parent'
        ? `${who} made it a part of another incident`
        : `${who}: the same failure once more`,
  'incident.described': (r, _i, who) =>
    `${who} changed ${Object.keys(r).map(describedWord).join(', ')}`,
  'incident.noted': (r, _i, who) => `${who}: ${r.text}`,
  'incident.decided': (r, _i, who) => `${who} decided: ${r.text}`,
  'incident.messagePublished': (r, _i, who) => `${who} told ${r.audience}`,
  'incident.longIncident': (r, _i, who) =>
    `${who}: ${r.isLong ? 'a long incident from now on' : 'no long incident any more'}`,
}

const describedWord = (name: string): string =>
  ({ serviceIds: 'what is affected', bridgeUrl: 'where people meet' })[name] ?? `the ${name}`

const ROLE_WORDS: Readonly<Record<string, string>> = {
  technicalLead: 'technical lead',
  communicationsLead: 'communications lead',
}
const roleWord = (role: unknown): string => ROLE_WORDS[String(role)] ?? String(role)

function raisedBecause(r: Values, i: Values): string {
  if (i.rule === undefined && i.unit !== undefined)
    return `impact doubled, ${i.from} to ${i.to} ${i.unit}`
  return typeof r.reason === 'string' && r.reason !== '' ? r.reason : 'by what is known now'
}

const CLEARED: Readonly<Record<string, string>> = {
  recovered: 'burns no more',
  suppressedByPage: 'its ticket keeps quiet while it pages',
  dataAgain: 'there is data again',
}
const BUDGET: Readonly<Record<string, string>> = {
  normal: 'more than half there',
  review: 'half gone',
  allHands: 'three quarters gone',
  exhausted: 'spent',
}

const SENTENCES: Readonly<Record<string, Write>> = {
  ...INCIDENT,
  fired: (r) => `Alert fired: ${r.title}`,
  firedSuppressed: (r) => `Alert fired, kept quiet (${suppression(r)}): ${r.title}`,
  alertSuppressed: (r) => `Kept quiet from now on (${suppression(r)}): ${r.title}`,
  suppressionEnded: (r) => `Not kept quiet any more, still firing: ${r.title}`,
  alertResolved: (r) => `Alert resolved: ${r.title}`,
  severityChanged: (r) => `Severity changed: ${r.title}`,
  burnAlerted: (r, i) =>
    `${i.objective}: ${r.subject === 'noData' ? 'no data any more' : `burns its error budget, a ${r.subject}`}`,
  burnCleared: (r, i) => `${i.objective}: ${CLEARED[String(r.because)] ?? r.because}`,
  budgetMoved: (r, i) =>
    `${i.objective}: the error budget is ${BUDGET[String(r.to)] ?? r.to} (${i.left} left)`,
  budgetReviewed: (r, _i, who) => `${who} reviewed the error budget: ${r.note}`,
  gateOpened: (r, _i, who) => `${who} signed for deploys until ${r.until}: ${r.reason}`,
  overridden: (r, _i, who, names) => overrideSentence(r, who, names),
  overrideEnded: (r, _i, who, names) => `${who} ended an override of ${names.person(r.personId)}`,
  coverAsked: (r, _i, _who, names) =>
    `${names.person(r.person)} asks for cover from ${names.time(r.from)} to ${names.time(r.to)}`,
  'obligation.opened': (r, _i, _who, names) =>
    `Owed by ${owner(r, names)}: ${owed(r)}, due ${names.time(r.due)}`,
  'obligation.met': (r, _i, _who, names) => `${owner(r, names)} kept it in time: ${owed(r)}`,
  'obligation.late': (r, _i, _who, names) => `${owner(r, names)} was late: ${owed(r)}`,
  'obligation.missed': (r, _i, _who, names) => `${owner(r, names)} missed it: ${owed(r)}`,
  'obligation.waived': (r) => `Not owed any more: ${owed(r)}`,
  'obligation.reminded': (r, _i, _who, names) => `Reminded ${owner(r, names)}: ${owed(r)}`,
  'obligation.moved': (r, _i, _who, names) => `Due moved to ${names.time(r.due)}: ${owed(r)}`,
  handoffAccepted: (_r, _i, who) => `${who} accepted the hand-off`,
  handoffOverdue: (r, _i, _who, names) =>
    `The hand-off was not accepted in time: ${names.person(r.outgoing)} stays on call too`,
  opened: () => 'Escalation began',
  woke: (r) => wokeSentence(r),
  acknowledged: (_r, _i, who) => `${who} acknowledged`,
  released: (_r, _i, who) => `${who} let go of it: paging again`,
  snoozed: (_r, i, who, names) => `${who} put it off until ${names.time(through(i).until)}`,
  escalatedNow: (_r, _i, who) => `${who} escalated to the next level`,
  declined: (r, _i, _who, names) => `${names.person(r.person)}: not mine`,
  unreachable: (_r, i, _who, names) =>
    `${names.person((i as { event?: { person?: string } }).event?.person)} cannot be reached: nothing that was tried works`,
  raised: () => 'Urgency rose: paging again',
  suppressed: () => 'Escalation held: all of it is kept quiet',
  unsuppressed: () => 'Escalation goes on: not kept quiet any more',
  stopped: (r) =>
    `Escalation ended: ${((r as { after?: { reason?: string } }).after?.reason ?? r.reason) === 'resolved' ? 'resolved' : 'stopped'}`,
  paged: (r, _i, _who, names) =>
    `Paged ${names.person(r.person)}${r.fallback ? ' as the last resort' : ` at level ${Number(r.step) + 1}`} (${r.via})`,
  pageClosed: (r, _i, _who, names) =>
    `Page to ${names.person(r.person)} ended: ${closed(String(r.as), String(r.because))}`,
  stepPassed: (r) =>
    `Level ${Number(r.step) + 1} passed at once: ${String(r.reason) === 'nobodyOnCall' ? 'nobody is on call there' : 'nobody there can be reached'}`,
  exhausted: (r) =>
    r.nobody
      ? 'Nobody answered, and there is no fallback to page'
      : 'Nobody answered: paging the fallback',
  attemptFailed: (r, _i, _who, names) =>
    `${r.channel}${r.carrier ? ` by ${r.carrier}` : ''} to ${names.person(r.person)} failed (${r.reason})${String(r.outcome) === 'tryAgain' ? ', trying again' : ''}`,
  delivered: (r, _i, _who, names) => `${r.channel} to ${names.person(r.person)} arrived`,
  undelivered: (r, _i, _who, names) =>
    `${r.channel} to ${names.person(r.person)} did not arrive (${r.reason ?? 'no reason given'})`,
  deliveryUnknown: (r, _i, _who, names) =>
    `Whether ${r.channel} to ${names.person(r.person)} arrived is not known`,
  contactStopped: (r, _i, who) => `${who} answered STOP: ${r.contact} is not used any more`,
  contactStarted: (r, _i, who) => `${who} answered START: ${r.contact} is used again`,
  contactLost: (r, _i, _who, names) =>
    `${names.person(r.person)} is not reached over ${r.contact} any more: the browser gave it up`,
  configured: (r, i, who) => `${who}: ${r.action} ${i.section} ${i.id}`,
  silenced: (r, _i, who, names) => `${who} silenced until ${names.time(r.until)}: ${r.reason}`,
  silenceEnded: (_r, _i, who) => `${who} ended a silence`,
  maintenanceBegan: (r, _i, who, names) =>
    `${who} began maintenance until ${names.time(r.until)}: ${r.reason}`,
  restored: (r) =>
    `Restored from a backup: ${r.alerts} alerts that were open then are not carried on`,
  maintenanceEnded: (_r, _i, who) => `${who} ended maintenance`,
}

const suppression = (r: Values): string =>
  String((r as { suppression?: { kind?: string } }).suppression?.kind ?? 'suppressed')

function wokeSentence(r: Values): string {
  const state = (r as { after?: { status?: string } }).after?.status
  return state === 'exhausted' ? 'The last wait is over' : 'No answer in time: the climb moves on'
}

const CLOSED: Readonly<Record<string, string>> = {
  climbMovedOn: 'no answer in time, the climb moved on',
  pagedAgain: 'paged again',
  acknowledged: 'acknowledged',
  snoozed: 'put off',
  suppressed: 'kept quiet',
  resolved: 'resolved',
  notMine: 'not mine',
  declined: 'not mine',
  restored: 'from before the restore',
}
const closed = (as: string, because: string): string => CLOSED[because] ?? as

function overrideSentence(r: Values, who: string, names: Names): string {
  const { kind, personId, replaces, from, to } = r as unknown as Record<string, unknown>
  const span = `from ${names.time(from)} to ${names.time(to)}`
  if (kind === 'remove') return `${who} took ${names.person(personId)} off call ${span}`
  if (kind === 'add') return `${who} put ${names.person(personId)} on call besides, ${span}`
  const instead = replaces === null ? '' : ` in the place of ${names.person(replaces)}`
  return `${who} put ${names.person(personId)} on call${instead} ${span}`
}

const OWED: Readonly<Record<string, string>> = {
  'handoff.accept': 'accept the hand-off',
  'survey.answer': 'answer the on-call survey',
  'incident.breach': 'word of the breach to those who must hear',
}
const owed = (r: Values): string => OWED[String(r.rule)] ?? String(r.rule)
const owner = (r: Values, names: Names): string =>
  names.person((r.owner as { id?: unknown } | undefined)?.id)
