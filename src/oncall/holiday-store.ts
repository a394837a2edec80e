import { table } from '../db/table.ts'
import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant } from '../lib/instant.ts'
import { isRecord } from '../lib/json.ts'
import { isListOf, isText } from '../lib/shape.ts'
import { WEEKDAYS, type Weekday } from '../lib/windows.ts'
import { parseWall } from '../lib/zone.ts'
import type { Holiday, HolidayCalendar } from './holidays.ts'

type CalendarRow = {
  id: Id
  slug: string
  name: string
  weekend: unknown
  holidays: unknown
  managedBy: string | null
  updatedAt: Instant
  retiredAt: Instant | null
}

const CALENDARS = table<CalendarRow>('calendars', {
  id: 'uuid',
  slug: 'text',
  name: 'text',
  weekend: 'jsonb',
  holidays: 'jsonb',
  managedBy: 'text',
  updatedAt: 'timestamptz',
  retiredAt: 'timestamptz',
})

const isHoliday = (value: unknown): value is Holiday =>
  isRecord(value) &&
  isText(value.date) &&
  parseWall(value.date, '00:00') !== null &&
  isText(value.name)
const isDay = (value: unknown): value is Weekday => (WEEKDAYS as readonly unknown[]).includes(value)

/** What cannot be read of a calendar is left out: nobody is paged by it. */
export const listCalendars = async (tx: Tx): Promise<HolidayCalendar[]> =>
  (
    await tx.query<CalendarRow>(
      `select ${CALENDARS.select} from calendars where retired_at is null order by slug`,
    )
  ).map(({ id, slug, name, weekend, holidays }) => ({
    id,
    slug,
    name,
    weekend: isListOf(weekend, isDay) ? weekend : ['sat', 'sun'],
    holidays: Array.isArray(holidays) ? holidays.filter(isHoliday) : [],
  }))

export async function saveCalendars(
  tx: Tx,
  calendars: readonly HolidayCalendar[],
  managedBy: string | null,
): Promise<void> {
  if (calendars.length === 0) return
  const rows = calendars.map((one) => ({
    ...one,
    managedBy,
    updatedAt: tx.now,
    retiredAt: null,
  }))
  await tx.query(CALENDARS.upsert, CALENDARS.values(rows))
}

/** Gives these people that calendar. */
export async function assignCalendar(
  tx: Tx,
  calendarId: Id,
  personIds: readonly Id[],
): Promise<void> {
  await tx.query('update people set calendar_id = $1 where id = any($2::uuid[])', [
    calendarId,
    personIds,
  ])
}

/** The holidays of everybody who has a calendar. */
export async function listHolidays(tx: Tx): Promise<ReadonlyMap<Id, readonly Holiday[]>> {
  const rows = await tx.query<{ personId: Id; holidays: readonly Holiday[] }>(
    `select p.id as "personId", c.holidays from people p join calendars c on c.id = p.calendar_id
      where p.retired_at is null and c.retired_at is null`,
  )
  return new Map(rows.map((row) => [row.personId, row.holidays]))
}
