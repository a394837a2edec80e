/**
 * Who may change what of the configuration. Admins everything; whoever leads a team what belongs to
 * it, before and after; everybody of themselves how they are reached. A file of theirs is about what
 * is theirs: what it leaves out of other teams stays as it is.
 */
import { type Principal, refusal, type Thing } from '../access/can.ts'
import { hiddenNames } from '../directory/seen.ts'
import type { Id } from '../lib/id.ts'
import { forbidden, notFound } from '../lib/problem.ts'
import type { Actor } from '../timeline/entry.ts'
import type { FieldChange, PlannedChange } from './changes.ts'
import {
  type FileForm,
  isListSection,
  LIST_SECTIONS,
  type ListSection,
  NOUN,
  type RouteForm,
  type Whole,
} from './form.ts'
import { FileRefused } from './mistake.ts'
import type { Reading } from './reading.ts'
import { type LiveIds, liveIds } from './underway.ts'
import type { Stored } from './stored.ts'

/** Who changes something, and as whom it is written down. */
export type By = { actor: Actor; who: Principal }

/** What somebody may change of themselves; who they are and what they may do is for admins. */
const OF_ONESELF = ['name', 'timezone', 'locale', 'calendar', 'contacts', 'rules']

/** Sections whose things belong to teams. */
const OF_TEAMS: ReadonlySet<ListSection> = new Set([
  'teams',
  'schedules',
  'escalations',
  'services',
  'sources',
  'routes',
])

type Form = { id: string } & Record<string, unknown>

const formIn = (whole: Whole, section: ListSection, slug: string): Form | null =>
  (whole[section] as unknown as Form[]).find((one) => one.id === slug) ?? null

/**
 * The teams, by slug, that somebody has to lead to change this; null among them: nobody's, so for
 * admins. A source or a route acts on the service that it leads to, so that team counts as well.
 */
export function teamsOf(section: ListSection, form: Form, whole: Whole): (string | null)[] {
  const of = (name: string): string | null => (form[name] as string | null) ?? null
  switch (section) {
    case 'teams':
      return [form.id]
    case 'schedules':
    case 'escalations':
    case 'services':
      return [of('team')]
    case 'sources':
    case 'routes': {
      const service = of('service')
      const own = service === null ? null : (formIn(whole, 'services', service)?.team ?? null)
      if (section === 'routes') return service === null ? [of('team')] : [of('team'), own as string]
      return service === null
        ? [of('team')]
        : of('team') === null
          ? [own as string]
          : [of('team'), own as string]
    }
    default:
      return [null]
  }
}

/** Whether a thing is private, by the service that it is or leads to. */
export function isPrivate(section: ListSection, form: Form, whole: Whole): boolean {
  if (section === 'services') return form.private === true
  if (section !== 'sources' && section !== 'routes') return false
  const service = form.service as string | null
  return service !== null && formIn(whole, 'services', service)?.private === true
}

/** A thing as the policy of access asks for it. */
export function thingOf(
  section: ListSection,
  form: Form,
  whole: Whole,
  idOf: (slug: string) => Id | null,
): Thing {
  const service =
    section === 'services' ? form : formIn(whole, 'services', (form.service as string) ?? '')
  const team = (isPrivate(section, form, whole) ? service : form)?.team as string | null | undefined
  return {
    teamId: team == null ? null : idOf(team),
    visibility: isPrivate(section, form, whole) ? 'team' : 'everyone',
  }
}

export const isSeen = (
  who: Principal,
  section: ListSection,
  form: Form,
  whole: Whole,
  live: LiveIds,
): boolean =>
  refusal(
    who,
    'read',
    thingOf(section, form, whole, (slug) => live.get(`teams ${slug}`) ?? null),
  ) !== 'unseen'

/** Whether somebody may change this as it stands. */
export const mayChange = (
  who: Principal,
  section: ListSection,
  form: Form,
  whole: Whole,
  live: LiveIds,
): boolean =>
  refusal(who, 'administer') === null ||
  (OF_TEAMS.has(section) &&
    teamsOf(section, form, whole).every(
      (team) =>
        refusal(who, 'configure', {
          teamId: team === null ? null : (live.get(`teams ${team}`) ?? null),
        }) === null,
    ))

/**
 * A file of somebody who is no admin, with everything in it that is not theirs to change: what they
 * leave out there is none of their business, and stays.
 */
export function withOthers(
  file: FileForm,
  reading: Reading,
  before: Whole,
  isMine: (section: ListSection, form: Form) => boolean,
): FileForm {
  const all = { ...file }
  for (const section of LIST_SECTIONS) {
    const wanted = file[section] as unknown as Form[] | null
    if (wanted === null) continue
    const named = new Set(wanted.map((one) => one.id))
    const stored = before[section] as unknown as Form[]
    const others = stored.filter((one) => !named.has(one.id) && !isMine(section, one))
    const together = section === 'routes' ? inPlace(stored, wanted, others) : [...wanted, ...others]
    Object.assign(all, { [section]: together })
    declare(reading, section, others)
  }
  return all
}

/** What is there without being in the file may be referred to from it. */
export function declare(
  reading: Reading,
  section: string,
  others: readonly { id: string }[],
): void {
  const known = reading.declared.get(section)
  if (!known) return
  const nowhere = { line: 1, column: 1 }
  reading.declared.set(
    section,
    new Map([...others.map((one) => [one.id, nowhere] as const), ...known]),
  )
}

/** Routes are tried in order: others keep their places, one's own take theirs in the file's order. */
function inPlace(
  stored: readonly Form[],
  wanted: readonly Form[],
  others: readonly Form[],
): RouteForm[] {
  const stay = new Set(others.map((one) => one.id))
  const known = new Set(stored.map((one) => one.id))
  const queue = wanted.filter((one) => known.has(one.id))
  const placed = stored.flatMap((one) => {
    if (stay.has(one.id)) return [one]
    const next = queue.shift()
    return next ? [next] : []
  })
  return [...placed, ...wanted.filter((one) => !known.has(one.id))] as unknown as RouteForm[]
}

export type Drafted = {
  changes: readonly PlannedChange[]
  before: Whole
  whole: Whole
  stored: Stored
}

/**
 * Refuses a draft with anything in it that is not theirs to change.
 * @throws Problem forbidden; not_found where it is about what they must not even see
 */
export function refuseBeyond(draft: Drafted, who: Principal): void {
  if (refusal(who, 'administer') === null) return
  const live = liveIds(draft.stored)
  for (const change of draft.changes) {
    const why = whyNot(change, draft, who, live)
    if (why === 'unseen') throw notFound('object')
    if (why !== null) throw forbidden(why)
  }
}

function whyNot(
  change: PlannedChange,
  { before, whole }: Drafted,
  who: Principal,
  live: LiveIds,
): string | null {
  const { section, id } = change
  if (section === 'people') return whyNotPerson(change, who, live)
  if (!isListSection(section) || !OF_TEAMS.has(section))
    return `Only an admin may change ${NOUN[section]} \`${id}\`.`
  const sides = [
    { form: formIn(before, section, id), of: before },
    { form: formIn(whole, section, id), of: whole },
  ]
  for (const { form, of } of sides) {
    if (!form) continue
    if (!isSeen(who, section, form, of, live)) return 'unseen'
    if (!mayChange(who, section, form, of, live)) return notYours(section, id, form, of)
  }
  if (section !== 'teams') return null
  if (change.action !== 'change') return 'Only an admin may make or remove a team.'
  return change.fields.some((field) => field.path === 'lead')
    ? 'Only an admin may say who leads a team.'
    : null
}

function notYours(section: ListSection, id: string, form: Form, whole: Whole): string {
  const [team] = teamsOf(section, form, whole)
  const whose = team == null ? 'belongs to no team' : `belongs to team \`${team}\``
  const who = team == null ? 'only an admin' : 'only its lead or an admin'
  return section === 'teams'
    ? `Only the lead of team \`${id}\` or an admin may change it.`
    : `\`${id}\` (${NOUN[section]}) ${whose}: ${who} may change it.`
}

function whyNotPerson(change: PlannedChange, who: Principal, live: LiveIds): string | null {
  const personId = live.get(`people ${change.id}`) ?? null
  if (change.action !== 'change' || refusal(who, 'self', { personId }) !== null)
    return 'Only an admin may change other people.'
  const field = change.fields.find((one) => !OF_ONESELF.includes(headOf(one)))
  return field ? `Only an admin may change \`${headOf(field)}\`.` : null
}

const headOf = (field: FieldChange): string => field.path.split(/[.[]/)[0] ?? ''

/** Whether they may touch it at all, before anything is said about what would be wrong with the edit. */
export function refuseEntry(
  section: ListSection,
  slug: string,
  before: Whole,
  stored: Stored,
  who: Principal,
): void {
  const form = formIn(before, section, slug)
  if (!form || section === 'people' || refusal(who, 'administer') === null) return
  const live = liveIds(stored)
  if (!isSeen(who, section, form, before, live)) throw notFound('object')
  if (!mayChange(who, section, form, before, live))
    throw forbidden(notYours(section, slug, form, before))
}

/** Mistakes without the names of what somebody may not see. */
export function discreetly<T>(who: Principal, { directory }: Stored, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const names = cause instanceof FileRefused ? hiddenNames(directory, who) : []
    if (!(cause instanceof FileRefused) || names.length === 0) throw cause
    const longest = names.toSorted((a, b) => b.length - a.length)
    throw new FileRefused(
      cause.mistakes.map((one) => ({
        ...one,
        sentence: longest.reduce((text, name) => text.replaceAll(name, '…'), one.sentence),
      })),
    )
  }
}
