import { isAlias, isSeq } from 'yaml'
import { DEFAULT_WAIT_MS, REPEAT_MAX, STEPS_MAX } from '../escalation/ladder.ts'
import { formatDuration } from '../lib/duration.ts'
import { DAY, type Instant, MINUTE, parseInstant, SECOND, toIso } from '../lib/instant.ts'
import { fromWall, isZone, parseWall, toWall } from '../lib/zone.ts'
import { WEEKDAYS } from '../lib/windows.ts'
import type {
  LadderForm,
  OverrideForm,
  RotationForm,
  ScheduleForm,
  ShadowForm,
  StepForm,
  WindowForm,
} from './form.ts'
import {
  endOfWindow,
  localDate,
  moment,
  name,
  period,
  span,
  timeOfDay,
  weekday,
  zone,
} from './form-values.ts'
import { list, named, oneOf, record, reference, slug, target, whole } from './reader.ts'
import { note, type Reader, type Reading } from './reading.ts'

const SCHEDULES_MAX = 2_000
const LADDERS_MAX = 2_000
const ROTATIONS_MAX = 50
const TURNS_MAX = 200
const OVERRIDES_MAX = 5_000
const TARGETS_MAX = 50

/** `[maria, jake]`, and `[[maria, jake], ana]` where a turn is taken by several at once. */
const turns: Reader<RotationForm['people']> = (reading, node, path) => {
  const read = list<string | string[]>((inner, item, at) => {
    const isTogether = isSeq(item) || (isAlias(item) && isSeq(item.resolve(inner.document)))
    return isTogether
      ? list(reference('person'), 10)(inner, item, at)
      : reference('person')(inner, item, at)
  }, TURNS_MAX)(reading, node, path)
  if (read?.length === 0) return note(reading, node, path, 'a rotation needs at least one person')
  // One person in brackets is one person.
  return read?.map((turn) => (Array.isArray(turn) && turn.length === 1 ? (turn[0] ?? turn) : turn))
}

const window = record<WindowForm>('a window of `only`', {
  days: { reader: days, otherwise: [...WEEKDAYS] },
  from: { reader: timeOfDay, isRequired: true },
  to: { reader: endOfWindow, isRequired: true },
})

function days(
  ...[reading, node, path]: Parameters<Reader<WindowForm['days']>>
): WindowForm['days'] | undefined {
  const read = list(weekday, 7)(reading, node, path)
  if (read?.length === 0)
    return note(reading, node, path, '`days` is empty, leave it out for every day')
  return read && WEEKDAYS.filter((day) => read.includes(day))
}

const rotationFields = record<RotationForm>('a rotation', {
  id: { reader: slug, isRequired: true },
  people: { reader: turns, isRequired: true },
  every: { reader: period, isRequired: true },
  handoff: {
    reader: record<RotationForm['handoff']>('`handoff`', {
      day: { reader: weekday },
      date: { reader: whole(1, 31) },
      time: { reader: timeOfDay, isRequired: true },
      calendar: { reader: reference('calendar') },
    }),
    isRequired: true,
  },
  starts: { reader: localDate, isRequired: true },
  ends: { reader: localDate },
  only: { reader: list(window, 50), otherwise: [] },
})

const rotation: Reader<RotationForm> = (reading, node, path) => {
  const read = rotationFields(reading, node, path)
  if (!read?.every || !read.handoff) return read
  const say = (key: string, sentence: string): void => {
    const place = reading.places.get(`${path}.${key}`)
    if (place) reading.mistakes.push({ ...place, path: `${path}.${key}`, sentence })
  }
  if (read.handoff.day !== null && !read.every.endsWith('w')) {
    say(
      'handoff.day',
      `a rotation every ${read.every} has no day of the week, \`day\` is for weeks`,
    )
  }
  if (read.handoff.date !== null && !read.every.endsWith('mo')) {
    say(
      'handoff.date',
      `a rotation every ${read.every} has no day of the month, \`date\` is for months`,
    )
  }
  if (read.handoff.calendar !== null && read.every.endsWith('h')) {
    say(
      'handoff.calendar',
      `a rotation every ${read.every} hands off within the day, \`calendar\` is for days, weeks and months`,
    )
  }
  if (read.ends !== null && read.starts !== null && read.ends <= read.starts) {
    say('ends', `the rotation ends on ${read.ends}, which is not after it starts`)
  }
  return read
}

const scheduleFields = record<ScheduleForm>('a schedule', {
  id: { reader: slug, isRequired: true },
  name: { reader: name },
  team: { reader: reference('team') },
  timezone: { reader: zone, isRequired: true },
  effective: { reader: moment },
  accept_handoff: { reader: span(MINUTE, DAY, 'from 1m to 1d') },
  rotations: { reader: named(rotation, 'rotations', ROTATIONS_MAX), otherwise: [] },
  overrides: {
    reader: list(
      record<OverrideForm>('an override', {
        person: { reader: reference('person'), isRequired: true },
        from: { reader: moment, isRequired: true },
        to: { reader: moment, isRequired: true },
        replaces: { reader: reference('person') },
        kind: { reader: oneOf(['replace', 'add', 'remove']) },
      }),
      OVERRIDES_MAX,
    ),
    otherwise: [],
  },
  shadows: {
    reader: list(
      record<ShadowForm>('a shadow', {
        person: { reader: reference('person'), isRequired: true },
        from: { reader: moment, isRequired: true },
        to: { reader: moment, isRequired: true },
      }),
      OVERRIDES_MAX,
    ),
    otherwise: [],
  },
})

const schedule: Reader<ScheduleForm> = (reading, node, path) => {
  const read = scheduleFields(reading, node, path)
  const zoneName = read?.timezone
  if (!read || !zoneName || !isZone(zoneName)) return read
  const settle = <Stay extends ShadowForm>(
    stays: readonly Stay[],
    what: string,
    key: string,
  ): Stay[] =>
    stays.map((stay, index) => {
      if (!stay?.from || !stay.to) return stay
      const from = atMoment(stay.from, zoneName)
      const to = atMoment(stay.to, zoneName)
      const at = `${path}.${key}[${index}].to`
      const place = reading.places.get(at)
      if (to <= from && place)
        reading.mistakes.push({ ...place, path: at, sentence: `${what} ends before it begins` })
      return { ...stay, from: writeMoment(from, zoneName), to: writeMoment(to, zoneName) }
    })
  return {
    ...read,
    name: read.name ?? read.id,
    overrides: settle(read.overrides ?? [], 'the override', 'overrides').map((one, index) => {
      if (one?.kind === 'add' || one?.kind === 'remove') misplaced(reading, path, one, index)
      // `replace` is what an override is.
      return one?.kind === 'replace' ? { ...one, kind: null } : one
    }),
    shadows: settle(read.shadows ?? [], 'the shadow', 'shadows'),
  }
}

function misplaced(reading: Reading, path: string, one: OverrideForm, index: number): void {
  const at = `${path}.overrides[${index}].replaces`
  const place = reading.places.get(at)
  if (one.replaces !== null && place)
    reading.mistakes.push({ ...place, path: at, sentence: `\`kind: ${one.kind}\` replaces nobody` })
}

/** What `moment` read, as an instant. */
export function atMoment(text: string, zoneName: string): Instant {
  const exact = parseInstant(text)
  if (exact !== null) return exact
  const [date = '', time = ''] = text.split(/[T ]/)
  return fromWall(parseWall(date, time) ?? 0, zoneName)
}

/**
 * An instant as the wall of the zone shows it: `2026-12-24T10:00`. The second of two equal times,
 * in the night when the clocks go back, is written in UTC.
 */
export function writeMoment(at: Instant, zoneName: string): string {
  const wall = toWall(at, zoneName)
  if (fromWall(wall, zoneName) !== at || at % SECOND !== 0) return toIso(at)
  const text = new Date(wall).toISOString()
  return text.slice(0, wall % MINUTE === 0 ? 16 : 19)
}

export const schedulesReader: Reader<ScheduleForm[]> = named(schedule, 'schedules', SCHEDULES_MAX)

const wait = span(SECOND, 7 * DAY, 'from 1s to 7d')

const ladder = record<LadderForm>('an escalation', {
  id: { reader: slug, isRequired: true },
  name: { reader: name },
  team: { reader: reference('team') },
  steps: { reader: steps, isRequired: true },
  repeat: { reader: whole(0, REPEAT_MAX), otherwise: 0 },
  acknowledgement_timeout: { reader: span(MINUTE, 7 * DAY, 'from 1m to 7d') },
})

function steps(...[reading, node, path]: Parameters<Reader<StepForm[]>>): StepForm[] | undefined {
  const read = list(
    record<StepForm>('a step', {
      page: { reader: list(target, TARGETS_MAX), isRequired: true },
      wait: { reader: wait, otherwise: formatDuration(DEFAULT_WAIT_MS) },
    }),
    STEPS_MAX,
  )(reading, node, path)
  return read?.length === 0
    ? note(reading, node, path, 'an escalation needs at least one step')
    : read
}

export const laddersReader: Reader<LadderForm[]> = (reading, node, path) =>
  named(ladder, 'escalations', LADDERS_MAX)(reading, node, path)?.map((one) => ({
    ...one,
    name: one.name ?? one.id,
  }))
