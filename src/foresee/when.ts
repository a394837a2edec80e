/** Reads a moment as people write it: `2026-11-29T03:10Z`, `2026-11-29 03:10`, `sunday 03:10`, `+2h`. */
import { parseDuration } from '../lib/duration.ts'
import { DAY, type Instant, parseInstant } from '../lib/instant.ts'
import { fromWall, parseWall, toWall } from '../lib/zone.ts'
import { WEEKDAYS } from '../lib/windows.ts'

/** Local times are in `zone`; a weekday is the next one, today included if it is still to come. Null: unreadable. */
export function parseWhen(text: string, now: Instant, zone: string): Instant | null {
  const asked = text.trim().toLowerCase()
  if (asked === '' || asked === 'now') return now
  const exact = parseInstant(text.trim())
  if (exact !== null) return exact
  if (asked.startsWith('+')) {
    const span = parseDuration(asked.slice(1))
    return span === null ? null : now + span
  }
  const local = /^(\d{4}-\d{2}-\d{2})[t ](\d{2}:\d{2})(z)?$/.exec(asked)
  if (local) {
    const wall = parseWall(local[1] ?? '', local[2] ?? '')
    return wall === null ? null : local[3] ? wall : fromWall(wall, zone)
  }
  const named = /^([a-z]+)?\s*(\d{2}:\d{2})$/.exec(asked)
  if (!named) return null
  return nextAt(named[1], named[2] ?? '', now, zone)
}

function nextAt(
  dayName: string | undefined,
  time: string,
  now: Instant,
  zone: string,
): Instant | null {
  const wall = toWall(now, zone)
  const today = Math.floor(wall / DAY) * DAY
  const clock = parseWall('1970-01-01', time)
  if (clock === null) return null
  const weekday = dayName === undefined ? -1 : WEEKDAYS.findIndex((one) => dayName.startsWith(one))
  const isRelative = dayName === 'today' || dayName === 'tomorrow'
  if (dayName !== undefined && weekday < 0 && !isRelative) return null
  const from = dayName === 'tomorrow' ? 1 : 0
  for (let ahead = from; ahead <= from + 8; ahead += 1) {
    const day = today + ahead * DAY
    if (weekday >= 0 && (new Date(day).getUTCDay() + 6) % 7 !== weekday) continue
    const at = fromWall(day + clock, zone)
    if (at >= now || isRelative) return at
  }
  return null
}
