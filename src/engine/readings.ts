/**
 * Asks engines of metrics for what objectives need and no more: counts by the minute, from where the
 * last reading ended. One at a time by a row that runs out, in pieces that the other side can bear,
 * later and later while it fails. What cannot be read is said where the objective is shown.
 */
import type { Db } from '../db/tx.ts'
import { type Instant, MINUTE, SECOND } from '../lib/instant.ts'
import { countingOf, nominalMs, windowOf } from '../slo/definition.ts'
import { minuteOf } from '../slo/hours.ts'
import type { MetricsReader, RangeAnswer } from '../slo/indicator.ts'
import type { MetricsSource, Objective } from '../slo/objective.ts'
import { isSelector } from '../slo/query.ts'
import { queryFor, slotsFrom } from '../slo/slots.ts'
import {
  claimReading,
  findObjectives,
  listMetricsSources,
  noteReading,
  saveSlots,
  wakeObjective,
} from '../slo/store.ts'

const LEASE_MS = MINUTE
const CALL_MS_MAX = 10 * SECOND
const EVERY_MS = 30 * SECOND
const PAUSE_MS_MAX = 5 * MINUTE
/** A scrape may arrive a little late. */
const SETTLE_MS = 10 * SECOND
/** Minutes in one question: of a sum, and of all the series of a counter. */
const PIECE = { sum: 10_000, counter: 360 }
const PIECE_MIN = 5

export type ReadingDeps = {
  db: Db
  readers: readonly MetricsReader[]
  unseal: (sealed: string) => string
  timeLimit: (milliseconds: number) => AbortSignal
}

/** Reads one objective that is due; gives whether there was one. */
export async function readDue(deps: ReadingDeps): Promise<boolean> {
  const claimed = await deps.db.withTx('chores', async (tx) => {
    const standing = await claimReading(tx, tx.now + LEASE_MS)
    if (!standing) return null
    const [objective] = await findObjectives(tx, [standing.objectiveId])
    const source = (await listMetricsSources(tx)).find((one) => one.id === objective?.metricsId)
    return { standing, objective, source, now: tx.now }
  })
  if (!claimed) return false
  const { standing, objective, source, now } = claimed
  if (!objective || !source) return true
  const to = minuteOf(now - SETTLE_MS)
  const oldest = minuteOf(now - nominalMs(windowOf(objective.definition.window)))
  const from = Math.max(standing.readUntil ?? oldest, oldest)
  const piece = from < to ? await readPiece(deps, objective, source, { from, to, now }) : null
  await deps.db.withTx('chores', async (tx) => {
    const problem = piece?.problem ?? null
    if (piece && piece.slots.length > 0) {
      const counting = countingOf(objective.definition.slices)
      await saveSlots(tx, objective.id, piece.slots, { mode: 'set', counting })
      await wakeObjective(tx, objective.id)
    }
    const isBehind = piece !== null && piece.until !== null && piece.until < to
    await noteReading(tx, objective.id, {
      until: piece?.until ?? null,
      problem,
      wakeAt: isBehind
        ? tx.now
        : tx.now + (piece?.until === null ? pause(standing.readFailures, piece.waitMs) : EVERY_MS),
    })
  })
  return true
}

/** 30 s, 1 min, 2 min … up to five, or as long as the other side asks. */
const pause = (failures: number, asked: number | null): number =>
  Math.min(Math.max(EVERY_MS * 2 ** Math.min(failures, 10), asked ?? 0), PAUSE_MS_MAX)

type Piece = {
  slots: { at: Instant; good: number; total: number }[]
  /** Null: nothing was read. */
  until: Instant | null
  problem: string | null
  waitMs: number | null
}

async function readPiece(
  deps: ReadingDeps,
  objective: Objective,
  source: MetricsSource,
  span: { from: Instant; to: Instant; now: Instant },
): Promise<Piece> {
  const { indicator } = objective.definition
  const reader = deps.readers.find((one) => one.kind === source.kind)
  const nothing = (problem: string, waitMs: number | null = null): Piece => ({
    slots: [],
    until: null,
    problem: `${source.name} ${problem}`,
    waitMs,
  })
  if (!reader) return nothing(`is of a kind that is not known: ${source.kind}`)
  let opened: MetricsSource
  try {
    opened = openedSource(source, deps.unseal)
  } catch {
    return nothing('has a secret that cannot be opened: give it anew')
  }
  const part = indicator.bad ?? indicator.good ?? ''
  const total = indicator.total ?? ''
  const isCounter = !indicator.as_is && (isSelector(part) || isSelector(total))
  for (
    let minutes = isCounter ? PIECE.counter : PIECE.sum;
    minutes >= PIECE_MIN;
    minutes = Math.floor(minutes / 4)
  ) {
    const until = Math.min(span.to, span.from + minutes * MINUTE)
    const ask = (query: string): Promise<RangeAnswer> =>
      reader.range(
        opened,
        { query: queryFor(query, indicator.as_is), from: span.from, to: until, stepMs: MINUTE },
        { now: span.now, signal: deps.timeLimit(CALL_MS_MAX) },
      )
    const answers = [await ask(part), await ask(total)]
    const [some, all] = answers
    const bad = answers.find((one) => one.kind === 'failed')
    if (bad?.kind === 'failed') return nothing(bad.reason, bad.retryAfterMs)
    if (some?.kind !== 'series' || all?.kind !== 'series') continue
    const sides = { part: some.series, total: all.series }
    const { slots, problem } = slotsFrom(indicator, sides, { from: span.from, to: until })
    return { slots, until, problem: problem && `${source.name} ${problem}`, waitMs: null }
  }
  return nothing('gives more than 1 MB for five minutes: add up more of its series')
}

const openedSource = (
  source: MetricsSource,
  unseal: (sealed: string) => string,
): MetricsSource => ({
  ...source,
  password: source.password === null ? null : unseal(source.password),
  token: source.token === null ? null : unseal(source.token),
})
