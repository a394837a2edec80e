import type { Tx } from '../db/tx.ts'
import type { Id } from '../lib/id.ts'
import { type Instant, toIso } from '../lib/instant.ts'

/** What whoever takes over has to know of alerts: for the note of a hand-off. */
export type AlertBrief = {
  open: readonly { title: string; severity: string; status: string; openedAt: Instant }[]
  noisy: readonly { title: string; count: number }[]
  changes: readonly { summary: string; at: Instant }[]
  silences: readonly {
    matchers: readonly { name: string; op: string; value: string }[]
    reason: string
    endsAt: Instant
  }[]
}

const EACH_MAX = 20

/** @param since when the outgoing shift began */
export async function briefFor(tx: Tx, teamId: Id | null, since: Instant): Promise<AlertBrief> {
  const ofTeam = '($1::uuid is null or team_id = $1)'
  return {
    open: await tx.query(
      `select case visibility when 'team' then 'A private alert' else title end as title, severity, status, opened_at as "openedAt" from groups
        where status <> 'resolved' and ${ofTeam} order by opened_at desc limit ${EACH_MAX}`,
      [teamId],
    ),
    noisy: await tx.query(
      `select a.title, count(*) as count from alerts a left join group_verdicts v on v.group_id = a.group_id
        where a.started_at >= $2 and a.visibility = 'everyone' and ($1::uuid is null or a.team_id = $1)
        group by a.title having count(*) > 1 or bool_or(v.verdict = 'noise')
        order by bool_or(v.verdict = 'noise') desc nulls last, count(*) desc, a.title limit 5`,
      [teamId, toIso(since)],
    ),
    changes: await tx.query(
      `select summary, happened_at as at from changes where happened_at >= $2 and ${ofTeam}
          and not exists (select 1 from services s where s.id = changes.service_id and s.is_private)
        order by happened_at desc limit ${EACH_MAX}`,
      [teamId, toIso(since)],
    ),
    silences: await tx.query(
      `select matchers, reason, ends_at as "endsAt" from silences
        where ended_at is null and ends_at > $2 and ${ofTeam} order by ends_at limit ${EACH_MAX}`,
      [teamId, toIso(tx.now)],
    ),
  }
}
