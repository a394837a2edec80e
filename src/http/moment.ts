import { parseWhen } from '../foresee/when.ts'
import type { Instant } from '../lib/instant.ts'
import { invalid } from '../lib/problem.ts'

/** Reads a moment as people write it, in a zone. @throws Problem that names the field */
export function momentIn(text: string, field: string, now: Instant, zone: string): Instant {
  const at = parseWhen(text, now, zone)
  if (at === null)
    throw invalid(
      field,
      `\`${text}\` is not a moment. Write 2026-11-29T03:10Z, "sunday 03:10" or +2h.`,
    )
  return at
}
