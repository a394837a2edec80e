/** For tests: a file around what a test speaks of, and a strict look at what is written. */
import { Buffer } from 'node:buffer'

export const vevent = (...lines: string[]): string =>
  ['BEGIN:VEVENT', ...lines, 'END:VEVENT'].join('\r\n')

export const calendar = (...parts: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', ...parts, 'END:VCALENDAR', ''].join(
    '\r\n',
  )

const ONCE: Readonly<Record<string, readonly string[]>> = {
  VCALENDAR: [
    'VERSION',
    'PRODID',
    'METHOD',
    'CALSCALE',
    'NAME',
    'X-WR-CALNAME',
    'REFRESH-INTERVAL',
    'X-PUBLISHED-TTL',
  ],
  VEVENT: ['UID', 'DTSTAMP', 'LAST-MODIFIED', 'SEQUENCE', 'DTSTART', 'SUMMARY', 'TRANSP'],
}
const MAYBE: Readonly<Record<string, readonly string[]>> = {
  VCALENDAR: ['URL'],
  VEVENT: ['DTEND', 'DESCRIPTION'],
}

const UTC = /^[12]\d{3}[01]\d[0-3]\dT[0-2]\d[0-5]\d[0-5]\dZ$/
const TEXT = /^(?:[^\\;,\p{Cc}]|\\[\\;,n])*$/u
const VALUES: Readonly<Record<string, RegExp>> = {
  VERSION: /^2\.0$/,
  PRODID: TEXT,
  METHOD: /^PUBLISH$/,
  CALSCALE: /^GREGORIAN$/,
  NAME: TEXT,
  'X-WR-CALNAME': TEXT,
  URL: /^https?:\/\/[\x21-\x7e]+$/,
  'REFRESH-INTERVAL;VALUE=DURATION': /^PT\d+H$/,
  'X-PUBLISHED-TTL': /^PT\d+H$/,
  UID: TEXT,
  DTSTAMP: UTC,
  'LAST-MODIFIED': UTC,
  SEQUENCE: /^\d{1,10}$/,
  DTSTART: UTC,
  DTEND: UTC,
  SUMMARY: TEXT,
  DESCRIPTION: TEXT,
  TRANSP: /^TRANSPARENT$/,
}

/** What is wrong with a feed: every octet, line and property is accounted for. */
export function faultsOf(text: string): string[] {
  const faults: string[] = []
  if (!text.isWellFormed()) faults.push('it is no UTF-8')
  if (!text.endsWith('\r\n')) faults.push('the last line has no end')
  const raw = text.split('\r\n').slice(0, -1)
  for (const line of raw) {
    if (Buffer.byteLength(line) > 75) faults.push(`longer than 75 octets: ${line}`)
    if (/[\r\n\p{Cc}]/u.test(line)) faults.push(`a control character: ${JSON.stringify(line)}`)
    if (line === '' || line === ' ') faults.push('an empty line')
  }
  const open: { name: string; seen: string[] }[] = []
  for (const line of raw.join('\r\n').replaceAll('\r\n ', '').split('\r\n')) {
    const [head = ''] = line.split(':')
    const value = line.slice(head.length + 1)
    if (head === 'BEGIN') {
      if (value !== (open.length === 0 ? 'VCALENDAR' : 'VEVENT')) faults.push(`misplaced: ${line}`)
      open.push({ name: value, seen: [] })
    } else if (head === 'END') {
      const { name, seen } = open.pop() ?? { name: '', seen: [] }
      if (name !== value) faults.push(`${value} ends ${name}`)
      const known = [...(ONCE[name] ?? []), ...(MAYBE[name] ?? [])]
      for (const one of ONCE[name] ?? []) if (!seen.includes(one)) faults.push(`${name}: no ${one}`)
      for (const one of seen) if (!known.includes(one)) faults.push(`${name}: ${one} is not known`)
      if (new Set(seen).size !== seen.length) faults.push(`${name}: something stands twice`)
    } else {
      open.at(-1)?.seen.push(head.split(';')[0] ?? '')
      if (open.length === 0) faults.push(`outside of the calendar: ${line}`)
      if (!VALUES[head]?.test(value)) faults.push(`no value of ${head}: ${line}`)
    }
  }
  if (open.length > 0) faults.push('something has no end')
  return faults
}
