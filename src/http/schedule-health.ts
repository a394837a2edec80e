/** What is wrong with on-call as it is configured, with the facts that the rules need from storage. */
import type { Directory } from '../directory/directory.ts'
import type { Tx } from '../db/tx.ts'
import { findings, type HealthFinding } from '../foresee/health.ts'
import type { Id } from '../lib/id.ts'
import type { Instant } from '../lib/instant.ts'
import { listAbsences } from '../oncall/cover-store.ts'
import { listHolidays } from '../oncall/holiday-store.ts'
import type { HttpDeps } from './deps.ts'

export async function healthOf(
  tx: Tx,
  directory: Directory,
  deps: Pick<HttpDeps, 'tools'>,
): Promise<HealthFinding[]> {
  const tested = await tx.query<{ id: Id; at: Instant }>(
    'select id, tested_at as at from contacts where tested_at is not null and retired_at is null',
  )
  const holidays = new Map(
    [...(await listHolidays(tx))].map(([id, days]) => [id, new Set(days.map((day) => day.date))]),
  )
  const absences = (await listAbsences(tx)).map((one) => ({
    personId: one.personId,
    from: one.fromAt,
    to: one.toAt,
    note: one.note,
  }))
  return findings(directory, {
    now: tx.now,
    rules: { loudness: deps.tools.loudnessOf },
    absences,
    testedAt: new Map(tested.map((one) => [one.id, one.at])),
    holidaysOf: (personId) => holidays.get(personId) ?? NO_DAYS,
  })
}

const NO_DAYS: ReadonlySet<string> = new Set()
