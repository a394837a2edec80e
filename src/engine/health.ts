/**
 * Is anything lost or late? The same questions that tests ask of a finished run are asked of the
 * live database every 30 s: a 2xx is no proof that somebody was paged (I2, I17, I27).
 */
import type { Tx } from '../db/tx.ts'
import { type Instant, SECOND, toIso } from '../lib/instant.ts'

export type Check = { name: string; isGood: boolean; value: number; sentence: string }
export type Health = {
  status: 'ok' | 'degraded'
  at: Instant
  checks: readonly Check[]
  pausedAt: Instant | null
}

/** How late the engine may be before it says so. */
export const LATE_MS = 60 * SECOND

type Question = { name: string; sql: string; say: (count: number) => string }

const QUESTIONS: readonly Question[] = [
  {
    name: 'alertsUnaccounted',
    // Open, and in none of: on its way through the pipeline, kept quiet with a cause, in a group
    // whose climb is live, in quarantine.
    sql: `select count(*) as value from alerts a left join groups g on g.id = a.group_id
      left join climbs c on c.id = g.climb_id
      where a.status = 'firing' and a.updated_at < $1 and a.wake_at is null and a.quarantine is null
        and a.suppression is null and (c.id is null or c.ended_at is not null)`,
    say: (count) => `${count} open alerts that nobody is being paged for`,
  },
  {
    name: 'alertsOverdue',
    sql: 'select count(*) as value from alerts where wake_at < $1 and quarantine is null',
    say: (count) => `${count} alerts wait for the pipeline`,
  },
  {
    name: 'climbsOverdue',
    sql: 'select count(*) as value from climbs where wake_at < $1 and quarantine is null',
    say: (count) => `${count} escalations are late`,
  },
  {
    name: 'attemptsOverdue',
    sql: 'select count(*) as value from attempts where wake_at < $1',
    say: (count) => `${count} messages are late`,
  },
  {
    name: 'quarantined',
    sql: `select (select count(*) from alerts where quarantine is not null and status = 'firing')
      + (select count(*) from climbs where quarantine is not null and ended_at is null) as value from (select $1::timestamptz) t`,
    say: (count) => `${count} rows are in quarantine: what they say cannot be carried out`,
  },
  {
    name: 'pagesWithoutAttempt',
    // An open page of a live climb that was never tried, and that nothing is going to try.
    sql: `select count(*) as value from pages p where p.status = 'open' and p.opened_at < $1
      and not exists (select 1 from attempts t where t.page_id = p.id and t.status in ('waiting', 'claimed', 'sent', 'unknown')
        and t.delivery is distinct from 'undelivered')
      and exists (select 1 from climbs c where c.id = p.climb_id and c.ended_at is null and c.wake_at is null
        and c.state->>'status' <> 'held')`,
    say: (count) => `${count} pages reached nobody and nothing is going to try again`,
  },
  {
    name: 'auditUnsealed',
    sql: 'select count(*) as value from audit where seq is null and at < $1',
    say: (count) => `${count} entries of the audit are not in its chain yet`,
  },
]

export async function checkHealth(tx: Tx): Promise<Health> {
  const checks: Check[] = []
  for (const { name, sql, say } of QUESTIONS) {
    const [row] = await tx.query<{ value: number }>(sql, [toIso(tx.now - LATE_MS)])
    const value = Number(row?.value ?? 0)
    checks.push({ name, value, isGood: value === 0, sentence: value === 0 ? 'none' : say(value) })
  }
  const [organisation] = await tx.query<{ pausedAt: Instant | null }>(
    'select paused_at as "pausedAt" from organisation',
  )
  const pausedAt = organisation?.pausedAt ?? null
  const isGood = checks.every((check) => check.isGood) || pausedAt !== null
  return { status: isGood ? 'ok' : 'degraded', at: tx.now, checks, pausedAt }
}

/** Counts for `/metrics`. */
export async function countStates(tx: Tx): Promise<Record<string, number>> {
  const rows = await tx.query<{ name: string; value: number }>(
    `select 'alerts_firing' as name, count(*) as value from alerts where status = 'firing'
     union all select 'alerts_unsettled', count(*) from alerts where wake_at <= $1 and quarantine is null
     union all select 'climbs_live', count(*) from climbs where ended_at is null
     union all select 'pages_open', count(*) from pages where status = 'open'
     union all select 'attempts_waiting', count(*) from attempts where wake_at is not null`,
    [toIso(tx.now)],
  )
  return Object.fromEntries(rows.map((row) => [row.name, Number(row.value)]))
}
