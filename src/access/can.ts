/**
 * Who may do what: the one policy. Every door asks here, and lists take the same rule as a
 * predicate. A refusal to see is answered like something that does not exist.
 */
import type { Visibility } from '../alerts/alert.ts'
import type { Id } from '../lib/id.ts'
import type { Role } from '../people/person.ts'

/** Somebody at a door: a person, or a token that acts with a role of its own. */
export type Principal = {
  personId: Id | null
  role: Role
  teamIds: readonly Id[]
  /** Teams that they lead; whoever leads a team is of it. */
  leadIds: readonly Id[]
  /** Scopes of a token; null: everything its role may. */
  scopes: readonly Action[] | null
}

/**
 * `read` alerts and configuration · `respond` to alerts of one's team, or that one was paged for ·
 * `silence` within one's team · `raise` an alert by hand · `inspect` raw requests and send them
 * again · `schedule` who is on call in one's team, and one's own turns anywhere · `configure` what
 * belongs to a team that one leads · `administer` everything that is configured · `audit` read what
 * was done by whom · `self` one's own contacts and tokens.
 */
export const ACTIONS = [
  'read',
  'respond',
  'silence',
  'raise',
  'inspect',
  'schedule',
  'configure',
  'administer',
  'audit',
  'self',
] as const
export type Action = (typeof ACTIONS)[number]

/** What it is about. `pagedIds`: people who were paged for it; they may answer whatever their role. */
export type Thing = {
  teamId?: Id | null
  visibility?: Visibility
  pagedIds?: readonly Id[]
  personId?: Id | null
}

export type Refusal = 'unseen' | 'notAllowed'

/** Null: allowed. `unseen`: answer as if it did not exist. */
export function refusal(who: Principal, action: Action, thing: Thing = {}): Refusal | null {
  if (!isVisible(who, thing)) return 'unseen'
  if (!isInScope(who, action)) return 'notAllowed'
  if (who.role === 'admin') return null
  return isAllowed(who, action, thing) ? null : 'notAllowed'
}

/** Whether somebody may do this to anything at all. What it is about is asked where it is loaded. */
export function mayEver(who: Principal, action: Action): boolean {
  if (!isInScope(who, action)) return false
  if (who.role === 'admin') return true
  switch (action) {
    case 'read':
    case 'respond':
    case 'self':
      return true
    case 'configure':
      return who.role === 'responder' && who.leadIds.length > 0
    case 'administer':
    case 'audit':
      return false
    default:
      return who.role === 'responder'
  }
}

const isInScope = (who: Principal, action: Action): boolean =>
  who.scopes === null ||
  who.scopes.includes(action) ||
  // Whoever may administer may do so team by team as well.
  (action === 'configure' && who.scopes.includes('administer'))

function isAllowed(who: Principal, action: Action, thing: Thing): boolean {
  const isResponder = who.role === 'responder'
  switch (action) {
    case 'read':
      return true
    case 'respond':
      return wasPaged(who, thing) || (isResponder && isOfTeam(who, thing))
    case 'silence':
      // Silencing is an attack as much as a help: across teams only an admin may.
      return isResponder && thing.teamId != null && isOfTeam(who, thing)
    case 'raise':
      return isResponder
    case 'inspect':
      return isResponder && isOfTeam(who, thing)
    case 'schedule':
      return isOwn(who, thing) || (isResponder && isOfTeam(who, thing))
    case 'configure':
      // What belongs to no team is everybody's: that is for admins.
      return isResponder && thing.teamId != null && who.leadIds.includes(thing.teamId)
    case 'self':
      return isOwn(who, thing)
    case 'administer':
    case 'audit':
      return false
  }
}

const isOwn = (who: Principal, thing: Thing): boolean =>
  who.personId !== null && who.personId === thing.personId

const wasPaged = (who: Principal, thing: Thing): boolean =>
  who.personId !== null && (thing.pagedIds ?? []).includes(who.personId)

/** What belongs to no team belongs to all responders: better answered by anyone than by none. */
const isOfTeam = (who: Principal, thing: Thing): boolean =>
  thing.teamId == null || who.teamIds.includes(thing.teamId)

function isVisible(who: Principal, thing: Thing): boolean {
  if (thing.visibility !== 'team' || who.role === 'admin') return true
  return wasPaged(who, thing) || (thing.teamId != null && who.teamIds.includes(thing.teamId))
}

/**
 * The same rule for lists, as SQL over rows with `team_id` and `visibility`. It takes the next
 * parameter numbers, beginning at `from`: as many as it gives values.
 * @param paged says, with the place of a person's id, whether they were paged for the row
 */
export const visibleWhere = (
  who: Principal,
  from: number,
  row = '',
  paged?: (place: string) => string,
): { text: string; values: unknown[] } => ({
  text: `(${row}visibility = 'everyone' or $${from}::bool or ${row}team_id = any($${from + 1}::uuid[])${
    paged ? ` or ${paged(`$${from + 2}::uuid`)}` : ''
  })`,
  values: [who.role === 'admin', who.teamIds, ...(paged ? [who.personId] : [])],
})
