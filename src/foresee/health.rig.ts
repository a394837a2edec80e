/** Directories for tests of health: eight people who are well, and whatever a test says otherwise. */
import type { Directory } from '../directory/directory.ts'
import type { Ladder, Target } from '../escalation/ladder.ts'
import { MINUTE } from '../lib/instant.ts'
import type { Rotation, Schedule } from '../oncall/schedule.ts'
import { at, rotation, schedule } from '../oncall/schedule.rig.ts'
import type { Loudness } from '../people/contact.ts'
import type { Contact, Person } from '../people/person.ts'
import { findings, type HealthFacts } from './health.ts'

/** A Monday, at the very hand-off. */
export const NOW = at('2026-11-02T10:00')
export const EIGHT = 'ana ben cem dan eva fay gus hal'
export const EIGHT_LATER = 'eva fay gus hal ana ben cem dan'

export const contact = (slug: string, kind: string, more: Partial<Contact> = {}): Contact => ({
  id: slug,
  slug,
  kind,
  fields: {},
  verifiedAt: NOW,
  isOwn: false,
  disabledReason: null,
  ...more,
})

/** `ana` is called Ana, and has a push (`ana-push`) and a phone (`ana-phone`), both tried. */
export const person = (id: string, more: Partial<Person> = {}): Person => ({
  id,
  slug: id,
  name: id.charAt(0).toUpperCase() + id.slice(1),
  email: null,
  timezone: 'UTC',
  locale: 'en',
  calendarId: null,
  role: 'responder',
  contacts: [contact(`${id}-push`, 'ntfy'), contact(`${id}-phone`, 'voice')],
  rules: null,
  ...more,
})

/** Weekly, of one rotation, in UTC. */
export const weekly = (slug: string, people: string, more: Partial<Schedule> = {}): Schedule =>
  rotating(slug, [rotation(people)], more)

export const rotating = (
  slug: string,
  rotations: readonly Rotation[],
  more: Partial<Schedule> = {},
): Schedule => schedule('UTC', rotations, { id: slug, slug, name: slug, ...more })

/** `primary, secondary+person:ana`: a step each, of schedules unless it says otherwise. */
export const ladder = (slug: string, steps: string, waitMs = 10 * MINUTE): Ladder => ({
  id: slug,
  slug,
  name: slug,
  teamId: null,
  steps: steps.split(', ').map((step) => ({ targets: step.split('+').map(targetOf), waitMs })),
  repeat: 0,
  acknowledgementTimeoutMs: null,
})

function targetOf(text: string): Target {
  const [kind = '', id] = text.split(':')
  if (id === undefined) return { kind: 'schedule', id: kind }
  return { kind: kind === 'person' ? 'person' : 'team', id }
}

export type Parts = {
  people?: readonly Person[]
  schedules?: readonly Schedule[]
  ladders?: readonly Ladder[]
}

const byId = <Thing extends { id: string }>(things: readonly Thing[]): Map<string, Thing> =>
  new Map(things.map((one) => [one.id, one]))

/** The eight are always there; `people` are others, or the same ones with something amiss. */
export const directory = ({ people = [], schedules = [], ladders = [] }: Parts): Directory => ({
  version: 1,
  organisation: { name: 'Rig', fallback: [], pausedAt: null, epoch: 1 },
  people: byId([...EIGHT.split(' ').map((id) => person(id)), ...people]),
  teams: new Map(),
  schedules: byId(schedules),
  ladders: byId(ladders),
  services: new Map(),
  sources: new Map(),
  routes: [],
  silences: [],
  maintenances: [],
})

const LOUDNESS: Readonly<Record<string, Loudness>> = {
  email: 'quiet',
  ntfy: 'push',
  sms: 'text',
  voice: 'call',
}

/** Eight weeks from `NOW`; every contact was tried just now. */
export const facts = (parts: Directory, more: Partial<HealthFacts> = {}): HealthFacts => ({
  now: NOW,
  rules: { loudness: (kind) => LOUDNESS[kind] ?? null },
  absences: [],
  testedAt: new Map(
    [...parts.people.values()].flatMap((one) => one.contacts.map(({ id }) => [id, NOW])),
  ),
  holidaysOf: () => new Set(),
  ...more,
})

/** `subject: sentence` of what one rule finds. */
export function told(rule: string, parts: Parts, more: Partial<HealthFacts> = {}): string[] {
  const whole = directory(parts)
  return findings(whole, facts(whole, more))
    .filter((one) => one.rule === rule)
    .map(({ subject, sentence }) => `${subject.slug}: ${sentence}`)
}
