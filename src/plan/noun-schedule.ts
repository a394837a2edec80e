/** A schedule from its form: versions, the days of its calendars, and the covers that are there already. */
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import { amend, isSameButForDays, refresh } from '../oncall/amend.ts'
import { daysOffOf, type HolidayCalendar, localDateOf, refreshed } from '../oncall/holidays.ts'
import type { Override, Period, Rotation, Schedule, Shadow } from '../oncall/schedule.ts'
import { coverKey } from './changes.ts'
import { msOf, type RotationForm, type ScheduleForm } from './form.ts'
import { atMoment } from './form-oncall.ts'
import type { IdOf, NounFacts } from './nouns.ts'
import { FROM_FILE } from './stored.ts'

const UNITS: Readonly<Record<string, Period['unit']>> = {
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
}

type Calendars = ReadonlyMap<Id, HolidayCalendar>

/** What is stored, with the days of its calendars as they are now. */
export const withFreshDays = (stored: Schedule, calendars: Calendars, now: Instant): Schedule =>
  refresh(stored, (one, zone) => refreshed(one, calendars, localDateOf(now, zone)), now)

export function scheduleOf(
  form: ScheduleForm,
  id: Id,
  stored: Schedule | undefined,
  calendars: Calendars,
  idOf: IdOf,
  facts: Pick<NounFacts, 'makeId' | 'now'>,
): Schedule {
  const zone = form.timezone
  const personId = (slug: string): Id => idOf('people', slug)
  const known = (covers: readonly (Override | Shadow)[]) =>
    new Map(
      covers.map((one) => [
        coverKey({
          ...one,
          person: one.personId,
          replaces: 'replaces' in one ? one.replaces : null,
        }),
        one,
      ]),
    )
  const overrides = known(stored?.overrides ?? [])
  const shadows = known(stored?.shadows ?? [])
  const plan = {
    timezone: zone,
    rotations: form.rotations.map((one) => {
      const made = rotation(one, personId)
      const calendar = calendars.get(
        one.handoff.calendar === null ? '' : idOf('calendars', one.handoff.calendar),
      )
      const known = stored?.rotations.find((other) => other.id === one.id) ?? null
      const days = calendar ? daysOffOf(calendar, made, known, localDateOf(facts.now, zone)) : null
      return { ...made, handoff: { ...made.handoff, calendar: days } }
    }),
  }
  const from = form.effective === null ? facts.now : atMoment(form.effective, zone)
  // New days are no edit: what is planned for later stays planned for later.
  const { earlier } = !stored
    ? { earlier: [] }
    : isSameButForDays(stored, plan)
      ? withFreshDays(stored, calendars, facts.now)
      : amend(stored, plan, from, facts.now)
  return {
    id,
    slug: form.id,
    name: form.name,
    teamId: form.team === null ? null : idOf('teams', form.team),
    acceptWithinMs: form.accept_handoff === null ? null : msOf(form.accept_handoff),
    ...plan,
    earlier,
    overrides: form.overrides.map((one): Override => {
      const made = {
        kind: one.kind ?? 'replace',
        personId: personId(one.person),
        from: atMoment(one.from, zone),
        to: atMoment(one.to, zone),
        replaces: one.replaces === null ? null : personId(one.replaces),
      }
      const before = overrides.get(coverKey({ ...made, person: made.personId }))
      return (before as Override | undefined) ?? { id: facts.makeId(), ...made, ...FROM_FILE }
    }),
    shadows: form.shadows.map((one): Shadow => {
      const made = {
        personId: personId(one.person),
        from: atMoment(one.from, zone),
        to: atMoment(one.to, zone),
      }
      return shadows.get(coverKey({ ...made, person: made.personId })) ?? { ...made, ...FROM_FILE }
    }),
  }
}

function rotation(form: RotationForm, personId: (slug: string) => Id): Rotation {
  const [, count = '1', unit = 'w'] = /^(\d+)(h|d|w|mo)$/.exec(form.every) ?? []
  return {
    id: form.id,
    turns: form.people.map((turn) => (Array.isArray(turn) ? turn : [turn]).map(personId)),
    every: { unit: UNITS[unit] ?? 'week', count: Number(count) },
    handoff: { weekday: form.handoff.day, date: form.handoff.date, time: form.handoff.time },
    starts: form.starts,
    ends: form.ends,
    only: form.only,
  }
}
