/** What carriers did lately, for the order in which they are asked. Read every few seconds, never for a send. */
import type { Tx } from '../db/tx.ts'
import { toIso } from '../lib/instant.ts'
import { MEASURED_MS, type Measure, type Measured } from './carriers.ts'

/** By channel. What failed because of the number says nothing of who carried it. */
export async function readMeasures(tx: Tx): Promise<ReadonlyMap<string, Measure>> {
  const rows = await tx.query<Measured & { channel: string; carrier: string }>(
    `with lately as (
      select channel, carrier, passed_over, status, delivery, reason from attempts
      where carrier is not null and started_at > $1 and bundled_into is null
        and status in ('sent', 'failed', 'unknown'))
    select channel, carrier, sum(taken)::int as taken, sum(delivered)::int as delivered,
      sum(undelivered)::int as undelivered, sum(failed)::int as failed
    from (
      select channel, carrier, (status = 'sent')::int as taken,
        coalesce((delivery = 'delivered')::int, 0) as delivered,
        coalesce((delivery = 'undelivered')::int, 0) as undelivered,
        (status <> 'sent' and reason is distinct from 'invalidNumber'
          and reason is distinct from 'stopped' and reason is distinct from 'blockedCountry')::int as failed
      from lately
      union all
      select channel, unnest(string_to_array(passed_over, ' ')), 0, 0, 0, 1 from lately) as each
    group by channel, carrier`,
    [toIso(tx.now - MEASURED_MS)],
  )
  const measures = new Map<string, Map<string, Measured>>()
  for (const { channel, carrier, ...measured } of rows) {
    const known = measures.get(channel) ?? new Map<string, Measured>()
    measures.set(channel, known.set(carrier, measured))
  }
  return measures
}
