/**
 * What a webhook carries: under 20 KB, as the Standard Webhooks specification asks, and without
 * control characters, for some receiver will print it. Content that is too much is cut, the words
 * of the page never.
 */
import { toIso } from '../../lib/instant.ts'
import { type Outgoing, presentable } from '../../notify/channel.ts'

export const BODY_BYTES_MAX = 20_000
const TITLE_MAX = 500
const TEXT_MAX = 3_000

const TYPES: Readonly<Record<Outgoing['kind'], string>> = {
  page: 'page.opened',
  test: 'page.test',
  notice: 'page.notice',
}

export function bodyOf(message: Outgoing): string {
  const whole = write(message, message.data)
  if (whole !== null && !NEEDS_CARE.test(whole) && fits(whole)) return whole
  for (const limits of CUTS) {
    const cut = write(message, cutDown(message.data, limits, DEPTH_MAX) as Record<string, unknown>)
    if (cut !== null && fits(cut)) return cut
  }
  return write(message, { truncated: true }) ?? '{}'
}

/** Null where the content is nothing that JSON can hold. */
function write(message: Outgoing, data: Readonly<Record<string, unknown>>): string | null {
  const words = {
    title: presentable(message.title, TITLE_MAX),
    body: presentable(message.body, TEXT_MAX),
    urgency: message.urgency,
    url: message.url,
    actions: message.actions,
    drill: message.drill,
  }
  try {
    return JSON.stringify({
      type: TYPES[message.kind],
      timestamp: toIso(message.at),
      // A third of the time that spreading takes; this runs for every page.
      data: Object.assign({}, data, words),
    })
  } catch {
    return null
  }
}

const fits = (text: string): boolean => Buffer.byteLength(text) <= BODY_BYTES_MAX

/** Signs, in JSON text, of characters that are not for printing. May be wrong; never misses one. */
const NEEDS_CARE = /\\u[0d]|\\[bfr]|[\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/

type Limits = { text: number; items: number }
const CUTS: readonly Limits[] = [
  { text: 2_000, items: 200 },
  { text: 500, items: 40 },
  { text: 200, items: 10 },
]
const DEPTH_MAX = 5

function cutDown(value: unknown, limits: Limits, depth: number): unknown {
  if (typeof value === 'string') return presentable(value, limits.text)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (depth === 0) return null
  if (Array.isArray(value)) {
    return value.slice(0, limits.items).map((one) => cutDown(one, limits, depth - 1))
  }
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, limits.items)
      .map(([name, one]) => [presentable(name, 100), cutDown(one, limits, depth - 1)]),
  )
}
