/**
 * Asks before a test or a notice goes to a telephone, and counts it. Counted is what was asked for,
 * not what was taken: a provider that fails is not tried without end either.
 */
import type { Db } from '../db/tx.ts'
import type { Medium } from '../notify/carrier.ts'
import type { ChannelDescription, Outcome, Values } from '../notify/channel.ts'
import { isOverCap, spendLimits, whyNotSpend } from '../notify/spend.ts'
import {
  addSpent,
  countOfMonth,
  lockSpend,
  readSpent,
  type SpentOn,
} from '../notify/spend-store.ts'

export type SpendDeps = {
  db: Db
  channels: readonly ChannelDescription[]
  settingsOf: (kind: string) => Values
}

export type Spend = {
  /** Null: it may be sent, and has been counted. Pages do not ask. */
  refusal(kind: string, what: 'test' | 'notice', on: SpentOn): Promise<Outcome | null>
  /** Channels that cost more this month than they may. */
  overCap(): Promise<string[]>
}

export function createSpend({ db, channels, settingsOf }: SpendDeps): Spend {
  const metered = channels.filter((one) => one.carriedBy !== undefined).map((one) => one.kind)
  return {
    async refusal(kind, what, on) {
      if (!metered.includes(kind)) return null
      const medium = kind as Medium
      const why = await db.withTx('chores', async (tx) => {
        await lockSpend(tx)
        const spent = await readSpent(tx, medium, on)
        const refused = whyNotSpend(what, spent, spendLimits(settingsOf(kind)))
        if (refused === null) await addSpent(tx, medium, what, on)
        return refused
      })
      return why === null ? null : { kind: 'gaveUp', reason: why }
    },
    overCap: () =>
      db.withTx('chores', async (tx) => {
        const over: string[] = []
        for (const kind of metered) {
          const limits = spendLimits(settingsOf(kind))
          if (limits.capCents === null || limits.priceCents === 0) continue
          if (isOverCap(await countOfMonth(tx, kind as Medium), limits)) over.push(kind)
        }
        return over
      }),
  }
}
