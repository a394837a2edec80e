/**
 * Which turn of a rotation it is. Everything here is wall time; `reached` is how far the zone's clock
 * has got (`reachedWall`), which makes a hand-off in a gap happen right after it, and one in an hour
 * lived through twice happen in the first of the two.
 */
import type { Id } from '../lib/id.ts'
import { DAY } from '../lib/instant.ts'
import { type Window, windowsOf } from '../lib/windows.ts'
import { parseWall, type WallMs } from '../lib/zone.ts'
import { type OffDays, offDaysOf, workingUpTo } from './days-off.ts'
import { indexAt, mod, type Series, seriesOf } from './period.ts'
import type { Rotation } from './schedule.ts'
import { movedHandoff, type Worked, workedBefore, workedOf } from './worked.ts'

/** A rotation read once: its texts as numbers on the wall. */
export type Watch = {
  id: string
  turns: readonly (readonly Id[])[]
  series: Series
  off: OffDays | null
  /** The first hand-off that happens. */
  first: WallMs
  end: WallMs
  windows: readonly Window[]
  worked: Worked
}

/** Half-open, on the wall. `count` is how many turns were worked before it. */
export type Turn = { count: number; from: WallMs; to: WallMs }

/** Rotations are values: an edited one is another. With many holidays, reading one is the most of an answer. */
const readings = new WeakMap<Rotation, Watch | null>()

/** Null for a rotation that can never cover anything: nobody in it, or texts that are no dates. */
export function watchOf(rotation: Rotation): Watch | null {
  const known = readings.get(rotation)
  if (known !== undefined) return known
  const watch = readWatch(rotation)
  readings.set(rotation, watch)
  return watch
}

function readWatch(rotation: Rotation): Watch | null {
  const { id, turns, every, ends, handoff, only } = rotation
  const series = seriesOf(rotation)
  const end = ends === null ? Number.POSITIVE_INFINITY : parseWall(ends, '00:00')
  if (series === null || end === null || turns.every((turn) => turn.length === 0)) return null
  const windows = windowsOf(only)
  // Hand-offs within a day would overtake each other on the next working day.
  const off = handoff.calendar && every.unit !== 'hour' ? offDaysOf(handoff.calendar) : null
  const worked = workedOf(series, windows, off)
  if (worked.all === 0) return null
  return { id, turns, series, off, first: movedHandoff(series, off, 0), end, windows, worked }
}

/** The turn at that point of the wall, or null before the first hand-off and after the end. */
export function turnAt(watch: Watch, reached: WallMs): Turn | null {
  const { series, off, worked } = watch
  if (reached < watch.first || reached >= watch.end) return null
  const index = indexAt(series, off === null ? reached : handedOverUpTo(series, off, reached))
  return {
    count: workedBefore(worked, index),
    from: movedHandoff(series, off, index),
    to: Math.min(movedHandoff(series, off, index + 1), watch.end),
  }
}

/** The last time a hand-off could happen: what would have been later has been put off. */
function handedOverUpTo({ first }: Series, off: OffDays, reached: WallMs): WallMs {
  const time = mod(first, DAY)
  return workingUpTo(off, Math.floor((reached - time) / DAY)) * DAY + time
}
