/** Readers of single values: zones, times, periods, and the fields that channels describe. */

import { formatDuration } from '../lib/duration.ts'
import { parseInstant } from '../lib/instant.ts'
import { isZone, parseWall } from '../lib/zone.ts'
import type { Field as ChannelField } from '../notify/channel.ts'
import { WEEKDAYS, type Weekday } from '../lib/windows.ts'
import type { Hidden } from './form.ts'
import { duration, type Field, text, whole, yesNo } from './reader.ts'
import { CONTROLS, didYouMean, lastOf, note, placeOf, quoted, type Reader } from './reading.ts'

export const name = text({ max: 200 })

export const address = text({
  max: 2_048,
  pattern: /^https?:\/\/[^\s]+$/,
  is: 'an http or https address',
})

export const emailAddress = text({
  max: 254,
  pattern: /^[^\s@<>",;]+@[^\s@<>",;]+$/,
  is: 'an e-mail address',
})

export const zone: Reader<string> = (reading, node, path) => {
  const value = text({ max: 64 })(reading, node, path)
  if (value === undefined || isZone(value)) return value
  const hint =
    didYouMean(reading, value, Intl.supportedValuesOf('timeZone')) ||
    ', write an IANA name such as Europe/Lisbon'
  return note(reading, node, path, `there is no time zone ${quoted(value)}${hint}`)
}

/** A duration, in the shortest words for it. */
export function span(minMs: number, maxMs: number, limits: string): Reader<string> {
  const read = duration(minMs, maxMs, limits)
  return (reading, node, path) => {
    const ms = read(reading, node, path)
    return ms === undefined ? undefined : formatDuration(ms)
  }
}

export const timeOfDay = text({
  pattern: /^([01]\d|2[0-3]):[0-5]\d$/,
  is: 'a time of day such as "09:30"',
})

/** `24:00` is the midnight on which a day ends. */
export const endOfWindow = text({
  pattern: /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/,
  is: 'a time of day such as "18:00" or "24:00"',
})

export const localDate: Reader<string> = (reading, node, path) => {
  const value = text({ max: 40 })(reading, node, path)
  if (value === undefined || (parseWall(value, '00:00') !== null && isBelievable(value)))
    return value
  return note(
    reading,
    node,
    path,
    `\`${lastOf(path)}\`: ${quoted(value)} is not a date such as 2026-11-02`,
  )
}

/** `2026-12-24T10:00` on the schedule's wall, or an instant with an offset. */
export const moment: Reader<string> = (reading, node, path) => {
  const value = text({ max: 40 })(reading, node, path)
  if (value === undefined) return undefined
  const [date = '', time = ''] = value.split(/[T ]/)
  const isGood = parseWall(date, time) !== null || parseInstant(value) !== null
  if (isGood && isBelievable(value)) return value
  return note(
    reading,
    node,
    path,
    `\`${lastOf(path)}\`: ${quoted(value)} is not a local time such as "2026-12-24T10:00"`,
  )
}

const isBelievable = (date: string): boolean => date >= '1900' && date < '2200'

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

export const weekday: Reader<Weekday> = (reading, node, path) => {
  const value = text()(reading, node, path)?.toLowerCase()
  if (value === undefined) return undefined
  const index = DAYS.findIndex((day) => day === value || day.slice(0, 3) === value)
  if (index >= 0) return WEEKDAYS[index]
  return note(
    reading,
    node,
    path,
    `${quoted(value)} is no day of the week${didYouMean(reading, value, DAYS) || ', write monday or mon'}`,
  )
}

export const period = text({
  pattern: /^[1-9]\d{0,2}(h|d|w|mo)$/,
  is: 'a period such as 12h, 1d, 1w, 2w or 1mo',
})

export const label = text({
  max: 128,
  pattern: /^[A-Za-z_][A-Za-z0-9_.:/-]*$/,
  is: 'the name of a label',
})

/** Readers of what a channel says a contact, or its settings, consist of. */
export function channelFields(fields: readonly ChannelField[]): Record<string, Field<unknown>> {
  return Object.fromEntries(
    fields.map((field) => [
      field.name,
      // A secret that is left out may be stored already: that is asked when both are known.
      field.required && field.kind !== 'secret'
        ? { reader: readerOf(field), isRequired: true as const }
        : { reader: readerOf(field) },
    ]),
  )
}

function readerOf(field: ChannelField): Reader<unknown> {
  switch (field.kind) {
    case 'boolean':
      return yesNo
    case 'number':
      return whole(0, 1_000_000)
    case 'email':
      return emailAddress
    case 'url':
      return address
    case 'phone':
      return text({ pattern: /^\+[1-9]\d{5,14}$/, is: 'a phone number such as "+351912345678"' })
    case 'secret':
      return secret
    case 'text':
      return text({
        max: 1_000,
        ...(field.pattern && { pattern: new RegExp(field.pattern.source), is: field.pattern.is }),
      })
  }
}

const VARIABLE = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/

/** A value, or the variable that is not set; `isPlain`: it stands in the file as it is. */
export type Found = { value: string | null; variable: string | null; isPlain: boolean }

/**
 * Reads a value or `${NAME}`. Only a whole value is filled in, never a part of one (T34). A
 * variable that is not set is no mistake yet: what is stored may stay.
 */
export const fromEnvironment: Reader<Found> = (reading, node, path) => {
  const written = text({ max: 4_000 })(reading, node, path)
  if (written === undefined) return undefined
  const variable = VARIABLE.exec(written)?.[1] ?? null
  if (variable === null) {
    if (!/\$\{[A-Za-z_]/.test(written)) return { value: written, variable, isPlain: true }
    return note(
      reading,
      node,
      path,
      `\`${lastOf(path)}\` has to be \${NAME} as a whole: a variable is not filled into a text`,
    )
  }
  const value = Object.hasOwn(reading.env, variable) ? reading.env[variable] : undefined
  if (value === undefined) return { value: null, variable, isPlain: false }
  if (value === '')
    return note(reading, node, path, `the environment variable ${variable} is empty`)
  if (!isStorable(value)) {
    return note(
      reading,
      node,
      path,
      `the environment variable ${variable} holds line breaks or other characters that do not belong there`,
    )
  }
  return { value, variable, isPlain: false }
}

const isStorable = (value: string): boolean => value.isWellFormed() && value.search(CONTROLS) < 0

export const secret: Reader<Hidden> = (reading, node, path) => {
  const found = fromEnvironment(reading, node, path)
  if (found === undefined) return undefined
  if (found.isPlain) reading.plainSecrets.push({ path, at: placeOf(reading, node) })
  return hide(found)
}

export const hide = ({ value, variable }: Found): Hidden =>
  variable === null ? { hidden: value } : { hidden: value, variable }
