/** Entries of the audit as sentences. Codes are stored, sentences are made on reading. */
import type { AuditEntry } from './entry.ts'

export type AuditNames = {
  person: (id: unknown) => string
  /** Of what it was done to: `schedule payments-primary`; null where it is gone or has no name. */
  object: (kind: string, id: string) => string | null
}

/** What was done, after the name of who did it. */
const DONE: Readonly<Record<string, string>> = {
  acknowledge: 'acknowledged',
  resolve: 'resolved',
  release: 'let go of',
  escalate: 'paged the next level for',
  snooze: 'snoozed',
  pageAlso: 'paged somebody else for',
  notMine: 'said "not mine" to a page of',
  raiseAlert: 'raised an alert at',
  tryChain: 'tried the whole chain of',
  declareIncident: 'declared',
  incident: 'worked on',
  inform: 'told an audience of',
  silence: 'made',
  endSilence: 'ended',
  maintain: 'began',
  endMaintenance: 'ended',
  override: 'changed who is on call in',
  importRota: 'took over a rota into',
  endOverride: 'ended an override of',
  takePager: 'took the pager of',
  askCover: 'asked for cover in',
  takeCover: 'took',
  declineCover: 'declined',
  withdrawCover: 'withdrew',
  acceptHandoff: 'accepted',
  noteHandoff: 'wrote a note for',
  stopContact: 'stopped',
  startContact: 'started',
  resume: 'let pages go out again, after a restore',
  restored: 'was restored from a backup',
  backup: 'took a backup of',
  'configuration.applied': 'changed',
  'token.made': 'made',
  'token.ended': 'ended',
  'channel.changed': 'changed',
  'channel.tested': 'sent a test over',
  'session.begun': 'signed in',
  'session.ended': 'signed out',
  'sessions.ended': 'ended other sessions of',
  'signIn.provider': 'signed in through the provider',
  'setup.done': 'set this instance up',
  'invitation.made': 'invited',
  'invitation.accepted': 'accepted their invitation',
  'password.changed': 'changed the password of',
  'person.disabled': 'lets in no more',
  'person.enabled': 'lets in again',
  'contact.tested': 'sent a test to',
  'contact.confirmed': 'proved',
  'calendarLink.made': 'made',
  'calendarLink.ended': 'revoked',
  'calendarFeed.added': 'added',
  'calendarFeed.removed': 'removed',
  'absence.added': 'added',
  'absence.removed': 'took back',
  'calendar.assigned': 'gave people',
  'view.saved': 'kept',
  'view.removed': 'forgot',
  'verdict.given': 'gave a verdict on',
  'request.replayed': 'sent again',
  'audit.exported': 'exported',
}

/** Done to nothing but themselves, or to all of it. */
const HAS_NO_OBJECT: ReadonlySet<string> = new Set([
  'session.begun',
  'session.ended',
  'signIn.provider',
  'setup.done',
  'invitation.accepted',
  'resume',
  'restored',
])

/** What a kind is called in a sentence. */
const KINDS: Readonly<Record<string, string>> = {
  instance: 'the instance',
  configuration: 'the configuration',
  calendarLink: 'a calendar address',
  calendarFeed: 'a calendar to read',
  calendar: 'a calendar',
  alert: 'an alert',
  incident: 'an incident',
  audit: 'the audit',
  absence: 'an absence',
  maintenance: 'a maintenance window',
  handoff: 'a hand-off',
  cover: 'a request for cover',
}

export function auditSentence(entry: AuditEntry, names: AuditNames): string {
  const { objectKind: kind, objectId: id } = entry
  const known = kind !== null && id !== null ? names.object(kind, id) : null
  const what = known ?? (kind === null ? '' : (KINDS[kind] ?? `a ${kind}`))
  const done = DONE[entry.action] ?? `${entry.action}:`
  const whole = HAS_NO_OBJECT.has(entry.action) ? done : `${done} ${what}`.trim()
  const said = entry.action === 'configuration.applied' ? changedWhat(entry) : whole
  return `${actorOf(entry, names)} ${said}${entry.detail.outcome === 'nothing' ? ', which changed nothing' : ''}`
}

export function actorOf({ actor }: Pick<AuditEntry, 'actor'>, names: AuditNames): string {
  switch (actor.kind) {
    case 'person':
      return names.person(actor.id)
    case 'token':
      return actor.id === null ? 'The admin token' : 'An API token'
    case 'engine':
      return 'Allclear'
    case 'source':
      return 'A source'
  }
}

type Change = { section: string; id: string; action: string }

const ACTIONS: Readonly<Record<string, string>> = {
  add: 'added',
  change: 'changed',
  remove: 'removed',
}

function changedWhat({ detail }: AuditEntry): string {
  const changes = Array.isArray(detail.changes) ? (detail.changes as Change[]) : []
  const shown = changes
    .slice(0, 3)
    .map((one) => `${ACTIONS[one.action] ?? one.action} ${one.section}/${one.id}`)
  const more = changes.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ') || 'changed nothing'
}
