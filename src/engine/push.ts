/** Counts that are sent to us, for objectives without an engine of metrics. */
import type { Tx } from '../db/tx.ts'
import { HOUR, type Instant, MINUTE } from '../lib/instant.ts'
import { invalid, Problem } from '../lib/problem.ts'
import { countingOf, nominalMs, windowOf } from '../slo/definition.ts'
import type { Slot } from '../slo/hours.ts'
import type { Objective } from '../slo/objective.ts'
import { isNewPush, saveSlots, wakeObjective } from '../slo/store.ts'

export type Pushed = {
  key: string | null
  events: readonly { at: Instant | null; good: number; total: number }[]
}

/** A clock that runs ahead by more is wrong, and its counts would be in the wrong minutes. */
const AHEAD_MAX = 5 * MINUTE
/** The sum of a minute stays exact up to here. */
export const COUNT_MAX = 1e12

/** Gives whether it was new: what is sent again under one key counts once. @throws Problem invalid */
export async function pushEvents(tx: Tx, objective: Objective, pushed: Pushed): Promise<boolean> {
  const { definition } = objective
  if (definition.indicator.metrics !== null)
    throw new Problem(
      'conflict',
      'notPushed',
      'The numbers of this objective are read from metrics, they cannot be pushed as well.',
    )
  // A little more: whoever sends a whole window does not send it in an instant.
  const oldest = tx.now - nominalMs(windowOf(definition.window)) - HOUR
  const slots = pushed.events.map(({ at, good, total }, index): Slot => {
    const field = `events[${index}]`
    if (good > total) throw invalid(`${field}.good`, 'There cannot be more good events than all.')
    if (at !== null && at > tx.now + AHEAD_MAX)
      throw invalid(`${field}.at`, 'This time is ahead of ours: a clock is off.', 'clockOff')
    if (at !== null && at < oldest)
      throw invalid(`${field}.at`, 'This is older than the window of the objective.', 'tooOld')
    return { at: Math.min(at ?? tx.now, tx.now), good, total }
  })
  if (pushed.key !== null && !(await isNewPush(tx, objective.id, pushed.key))) return false
  await saveSlots(tx, objective.id, slots, {
    mode: 'add',
    counting: countingOf(definition.slices),
  })
  await wakeObjective(tx, objective.id)
  return true
}
