import { DAY, HOUR, MINUTE, SECOND } from './instant.ts'

const UNITS: Readonly<Record<string, number>> = {
  s: SECOND,
  m: MINUTE,
  h: HOUR,
  d: DAY,
  w: 7 * DAY,
}

/** `45s`, `5m`, `1h30m`, `2d`, `1w` → milliseconds; null where the text is not a duration. */
export function parseDuration(text: string): number | null {
  if (!/^(\d{1,9}[smhdw])+$/.test(text)) return null
  let total = 0
  for (const [, count, unit] of text.matchAll(/(\d+)([smhdw])/g)) {
    total += Number(count) * (UNITS[unit ?? ''] ?? Number.NaN)
  }
  return Number.isSafeInteger(total) ? total : null
}

/** The shortest text that `parseDuration` reads back as the same number: `90s` becomes `1m30s`. */
export function formatDuration(milliseconds: number): string {
  let rest = Math.max(0, Math.round(milliseconds / SECOND)) * SECOND
  let text = ''
  for (const unit of ['d', 'h', 'm', 's']) {
    const size = UNITS[unit] ?? SECOND
    const count = Math.floor(rest / size)
    if (count > 0) text += `${count}${unit}`
    rest -= count * size
  }
  return text === '' ? '0s' : text
}
