/** Calendars of public holidays: kept as configuration is, and read from files of others. */
import { z } from '@hono/zod-openapi'
import { Id } from '../../contract/views.ts'
import { readCalendar } from '../../ical/read.ts'
import { DAY } from '../../lib/instant.ts'
import { WEEKDAYS } from '../../lib/windows.ts'
import { assignCalendar, listCalendars } from '../../oncall/holiday-store.ts'
import type { Holiday } from '../../oncall/holidays.ts'
import { editEntry } from '../../plan/edit.ts'
import { note } from '../audit.ts'
import { type Route, route } from '../route.ts'
import { lookUp } from './alerts.ts'

const HolidayView = z.object({ date: z.string(), name: z.string() })
const CalendarView = z
  .object({
    id: Id,
    slug: z.string(),
    name: z.string(),
    weekend: z.array(z.string()),
    holidays: z.array(HolidayView),
  })
  .openapi('Calendar')

const list = route({
  method: 'get',
  path: '/api/v1/calendars',
  summary: 'Calendars of public holidays',
  policy: { needs: 'read' },
  reply: z.object({ calendars: z.array(CalendarView) }).openapi('CalendarList'),
  handle: ({ read }) => read(async (tx) => ({ body: { calendars: await listCalendars(tx) } })),
})

const LocalDate = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/)

const save = route({
  method: 'put',
  path: '/api/v1/calendars/{slug}',
  summary: 'Make a calendar of public holidays, or replace it',
  policy: { needs: 'administer' },
  params: z.object({ slug: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/) }),
  body: z
    .object({
      name: z.string().min(1).max(200),
      weekend: z.array(z.enum(WEEKDAYS as [string, ...string[]])).optional(),
      holidays: z
        .array(z.object({ date: LocalDate, name: z.string().min(1).max(200) }).strict())
        .max(2_000),
      people: z.array(z.string().max(64)).max(2_000).optional(),
    })
    .strict(),
  reply: z.object({ id: Id }),
  handle: (call) =>
    call.read(async (tx, directory) => {
      const { params, body, caller, deps } = call
      const { people = [], ...form } = body
      const personIds = people.map((one) => lookUp(directory.people, one, 'person').id)
      const known = (await listCalendars(tx)).find((one) => one.slug === params.slug)
      const { draft } = await editEntry(
        tx,
        caller,
        {
          section: 'calendars',
          slug: params.slug,
          form: { weekend: known?.weekend ?? null, ...form },
          isTrial: false,
        },
        deps.plan,
      )
      const id = draft.idOf('calendars', params.slug)
      if (personIds.length > 0) {
        await assignCalendar(tx, id, personIds)
        await note(tx, call, {
          action: 'calendar.assigned',
          object: ['calendar', id],
          detail: { people: personIds },
        })
      }
      return { body: { id } }
    }),
})

const ICS_CHARACTERS_MAX = 512 * 1024
const YEARS_AHEAD = 3

const readFile = route({
  method: 'post',
  path: '/api/v1/calendars/read',
  summary: 'The holidays in a calendar file, to look at; nothing is saved',
  policy: { needs: 'read' },
  body: z.object({ ics: z.string().min(1).max(ICS_CHARACTERS_MAX) }).strict(),
  reply: z
    .object({
      holidays: z.array(HolidayView),
      problems: z.array(z.string()).describe('What was not understood'),
    })
    .openapi('HolidaysRead'),
  handle: ({ read, body }) =>
    read(async (tx) => {
      const from = tx.now - 366 * DAY
      const { events, problems } = readCalendar(body.ics, {
        from,
        to: tx.now + YEARS_AHEAD * 366 * DAY,
        max: 2_000,
      })
      const whole = events.filter((one) => one.isAllDay)
      const left = events.length - whole.length
      return {
        body: {
          holidays: whole.flatMap(daysIn),
          problems:
            left === 0
              ? problems
              : [...problems, `${left} with a time of day: a holiday is a whole day.`],
        },
      }
    }),
})

const DAYS_MAX = 31

/** Several days in a row are as many holidays. All-day events were read as days in UTC. */
function daysIn(event: { from: number; to: number; summary: string }): Holiday[] {
  const count = Math.min(DAYS_MAX, Math.max(1, Math.round((event.to - event.from) / DAY)))
  return Array.from({ length: count }, (_, index) => ({
    date: new Date(event.from + index * DAY).toISOString().slice(0, 10),
    name: event.summary || 'Holiday',
  }))
}

export const holidayRoutes: readonly Route[] = [list, save, readFile]
