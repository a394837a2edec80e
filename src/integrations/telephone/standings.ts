/** What is known of the carriers in this process: read now and then, never for a send. */
import type { Measure } from '../../notify/carriers.ts'
import { leadOf } from '../../notify/carriers.ts'

type Standing = { measure: Measure; lead: string | null }

export type Standings = {
  of(channel: string): Standing
  /** @param measures what carriers did lately, by channel */
  update(measures: ReadonlyMap<string, Measure>): void
  /** Who leads among these from now on; kept, so that the order does not flap. */
  leads(channel: string, configured: readonly string[]): string | null
}

const NOTHING: Standing = { measure: new Map(), lead: null }

export function createStandings(): Standings {
  const known = new Map<string, Standing>()
  const of = (channel: string): Standing => known.get(channel) ?? NOTHING
  return {
    of,
    update(measures) {
      for (const channel of new Set([...known.keys(), ...measures.keys()]))
        known.set(channel, { ...of(channel), measure: measures.get(channel) ?? new Map() })
    },
    leads(channel, configured) {
      const { measure, lead } = of(channel)
      const next = leadOf(configured, measure, lead)
      known.set(channel, { measure, lead: next })
      return next
    },
  }
}
