/** The values of RFC 5545 that are read here; null for everything that is none. */
import { DAY, HOUR, MINUTE, SECOND } from '../lib/instant.ts'
import { parseWall, type WallMs } from '../lib/zone.ts'

export type Moment = { wall: WallMs; isDate: boolean; isUtc: boolean }

/** `20261123` or `20261123T100000` or `20261123T100000Z`. */
export function readMoment(text: string): Moment | null {
  const match = /^([12]\d{3})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/i.exec(text.trim())
  if (!match) return null
  const [, year, month, day, hour, minute, second = '', utc = ''] = match
  // A leap second is the second before it.
  const time = hour === undefined ? '00:00' : `${hour}:${minute}:${second === '60' ? '59' : second}`
  const wall = parseWall(`${year}-${month}-${day}`, time)
  return wall === null ? null : { wall, isDate: hour === undefined, isUtc: utc !== '' }
}

/** Days are days on the wall, be they 23, 24 or 25 hours long; hours are hours. */
export type Span = { days: number; ms: number }

/** `PT1H30M`, `P1D`, `P2W`. */
export function readSpan(text: string): Span | null {
  const match =
    /^([+-]?)P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/i.exec(
      text.trim(),
    )
  if (!match || !/\d/.test(text)) return null
  const [, sign, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
  const factor = sign === '-' ? -1 : 1
  return {
    days: factor * (Number(weeks) * 7 + Number(days)),
    ms: factor * (Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND),
  }
}

/** `+0100`, `-033045`. */
export function readOffset(text: string): number | null {
  const match = /^([+-])(\d\d)([0-5]\d)([0-5]\d)?$/.exec(text.trim())
  if (!match) return null
  const [, sign, hours, minutes, seconds = 0] = match
  const ms = Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND
  return ms > 2 * DAY ? null : sign === '-' ? -ms : ms
}

export const readText = (text: string): string =>
  text.includes('\\')
    ? text.replace(/\\([\\;,nN])/g, (_, one: string) => (/n/i.test(one) ? '\n' : one))
    : text
