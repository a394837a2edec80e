import { WEEKDAYS } from '../lib/windows.ts'
import type { CalendarForm, HolidayForm } from './form.ts'
import { localDate, name, weekday } from './form-values.ts'
import { list, named, record, slug } from './reader.ts'
import { note, type Reader } from './reading.ts'

const CALENDARS_MAX = 200
const HOLIDAYS_MAX = 2_000

/** A weekend may have no days at all, but not all of them: somebody has to be there to take over. */
const weekend: Reader<CalendarForm['weekend']> = (reading, node, path) => {
  const read = list(weekday, 7)(reading, node, path)
  const days = read && WEEKDAYS.filter((day) => read.includes(day))
  if (days?.length === WEEKDAYS.length)
    return note(reading, node, path, '`weekend` names every day of the week, leave one to work on')
  return days
}

const calendar = record<CalendarForm>('a calendar', {
  id: { reader: slug, isRequired: true },
  name: { reader: name },
  weekend: { reader: weekend, otherwise: ['sat', 'sun'] },
  holidays: {
    reader: list(
      record<HolidayForm>('a holiday', {
        date: { reader: localDate, isRequired: true },
        name: { reader: name, isRequired: true },
      }),
      HOLIDAYS_MAX,
    ),
    otherwise: [],
  },
})

export const calendarsReader: Reader<CalendarForm[]> = (reading, node, path) =>
  named(calendar, 'calendars', CALENDARS_MAX)(reading, node, path)?.map((one) => ({
    ...one,
    name: one.name ?? one.id,
    holidays: inOrder(one.holidays ?? []),
  }))

/** By date; what says the same twice is there once. */
export function inOrder(holidays: readonly HolidayForm[]): HolidayForm[] {
  const known = new Map(holidays.map((one) => [`${one?.date} ${one?.name}`, one]))
  return [...known].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, one]) => one)
}
