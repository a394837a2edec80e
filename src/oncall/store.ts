import { table } from '../db/table.ts'
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import { isRecord } from '../lib/json.ts'
import { notFound } from '../lib/problem.ts'
import { type Decoded, isCount, isListOf, isNullOr, isText } from '../lib/shape.ts'
import { isZone, parseWall } from '../lib/zone.ts'
import { type Restriction, WEEKDAYS } from '../lib/windows.ts'
import {
  type DaysOff,
  type Override,
  type Period,
  type Rotation,
  type Schedule,
  type Shadow,
  type Version,
} from './schedule.ts'

export type ScheduleRow = {
  id: Id
  slug: string
  name: string
  teamId: Id | null
  timezone: string
  definition: unknown
  managedBy: string | null
  retiredAt: Instant | null
}

const SCHEDULES = table<ScheduleRow>('schedules', {
  id: 'uuid',
  slug: 'text',
  name: 'text',
  teamId: 'uuid',
  timezone: 'text',
  definition: 'jsonb',
  managedBy: 'text',
  retiredAt: 'timestamptz',
})

export const listSchedules = (tx: Tx): Promise<ScheduleRow[]> =>
  tx.query<ScheduleRow>(
    `select ${SCHEDULES.select} from schedules where retired_at is null order by slug`,
  )

const UNITS: readonly unknown[] = ['hour', 'day', 'week', 'month'] satisfies Period['unit'][]
const isDay = (value: unknown): value is (typeof WEEKDAYS)[number] =>
  (WEEKDAYS as readonly unknown[]).includes(value)
const isTurn = (value: unknown): value is Id[] => isListOf(value, isText)
const isTime = (value: unknown): value is string =>
  isText(value) && /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/.test(value)
const isDate = (value: unknown): value is string =>
  isText(value) && parseWall(value, '00:00') !== null

const isPeriod = (value: unknown): value is Period =>
  isRecord(value) && UNITS.includes(value.unit) && isCount(value.count) && value.count > 0

const isRestriction = (value: unknown): value is Restriction =>
  isRecord(value) && isListOf(value.days, isDay) && isTime(value.from) && isTime(value.to)

const isHandoff = (value: unknown): value is Rotation['handoff'] =>
  isRecord(value) &&
  isNullOr(value.weekday ?? null, isDay) &&
  isNullOr(value.date ?? null, isCount) &&
  isTime(value.time) &&
  value.time !== '24:00' &&
  isNullOr(value.calendar ?? null, isDaysOff)

const isDaysOff = (value: unknown): value is DaysOff =>
  isRecord(value) &&
  isText(value.calendarId) &&
  isListOf(value.weekend, isDay) &&
  isListOf(value.holidays, isDate)

const isRotation = (value: unknown): value is Rotation =>
  isRecord(value) &&
  isText(value.id) &&
  isListOf(value.turns, isTurn) &&
  isPeriod(value.every) &&
  isHandoff(value.handoff) &&
  isDate(value.starts) &&
  isNullOr(value.ends, isDate) &&
  isListOf(value.only, isRestriction)

const isShadow = (value: unknown): value is Shadow =>
  isRecord(value) &&
  isText(value.personId) &&
  Number.isFinite(value.from) &&
  Number.isFinite(value.to)

const isOverride = (value: unknown): value is Override =>
  isShadow(value) &&
  'id' in value &&
  isText(value.id) &&
  'replaces' in value &&
  isNullOr(value.replaces, isText) &&
  'kind' in value &&
  KINDS.includes(value.kind)

const KINDS: readonly unknown[] = ['replace', 'add', 'remove'] satisfies Override['kind'][]

const isVersion = (value: unknown): value is Version =>
  isRecord(value) &&
  Number.isFinite(value.until) &&
  isText(value.timezone) &&
  isZone(value.timezone) &&
  isListOf(value.rotations, isRotation)

/**
 * A schedule as stored. What cannot be read as a whole is left out: half a rotation would page the
 * wrong person, and a ladder that finds nobody climbs on at once and says so.
 */
export function decodeSchedule(row: ScheduleRow): Decoded<Schedule> {
  const refuse = (why: string): Decoded<Schedule> => ({ value: null, wrong: [why] })
  const { definition } = row
  if (!isZone(row.timezone)) return refuse(`there is no time zone \`${row.timezone}\``)
  if (!isRecord(definition)) return refuse('its definition cannot be read')
  const {
    rotations,
    earlier = [],
    overrides = [],
    shadows = [],
    acceptWithinMs = null,
  } = definition
  if (!isNullOr(acceptWithinMs, isCount))
    return refuse('its time to accept a hand-off cannot be read')
  if (!isListOf(rotations, isRotation)) return refuse('a rotation cannot be read')
  if (!isListOf(earlier, isVersion)) return refuse('an earlier version cannot be read')
  if (!isListOf(overrides, isOverride)) return refuse('an override cannot be read')
  if (!isListOf(shadows, isShadow)) return refuse('a shadow cannot be read')
  const { id, slug, name, teamId, timezone } = row
  return {
    value: {
      id,
      slug,
      name,
      teamId,
      timezone,
      acceptWithinMs,
      rotations,
      earlier,
      overrides,
      shadows,
    },
    wrong: [],
  }
}

export async function saveSchedules(
  tx: Tx,
  schedules: readonly Schedule[],
  managedBy: string | null,
): Promise<void> {
  if (schedules.length === 0) return
  const rows = schedules.map(
    ({ acceptWithinMs, rotations, earlier, overrides, shadows, ...rest }) => ({
      ...rest,
      definition: { acceptWithinMs, rotations, earlier, overrides, shadows },
      managedBy,
      retiredAt: null,
    }),
  )
  await tx.query(SCHEDULES.upsert, SCHEDULES.values(rows))
}

/**
 * Changes one schedule under its lock; two changes at once come one after the other.
 * @throws Problem not_found; and what `change` throws
 */
export async function changeSchedule(
  tx: Tx,
  id: Id,
  change: (schedule: Schedule) => Schedule,
): Promise<{ before: Schedule; after: Schedule }> {
  const [row] = await tx.query<ScheduleRow>(
    `select ${SCHEDULES.select} from schedules where id = $1 and retired_at is null for update`,
    [id],
  )
  const before = row && decodeSchedule(row).value
  if (!row || !before) throw notFound('schedule')
  const after = change(before)
  if (after !== before) await saveSchedules(tx, [after], row.managedBy)
  return { before, after }
}
