/**
 * Which turns are somebody's. A turn without anything of a rotation's windows in it is nobody's, and
 * neither is one that a holiday or weekend leaves no time to, because its hand-off and the next fall
 * on the same working day: with a daily rotation on weekdays, whoever follows Friday has Monday, and
 * of a 12-hour rotation for nights only the days do not take every second name.
 *
 * Windows and weekends repeat by the week, so the pattern of turns does as well; holidays are the
 * exceptions from it, and there are only so many.
 */
import { DAY } from '../lib/instant.ts'
import { type Window, windowAt } from '../lib/windows.ts'
import type { WallMs } from '../lib/zone.ts'
import { isWeekend, type OffDays, workingFrom, workingUpTo } from './days-off.ts'
import { handoffOf, indexAt, LENGTH, mod, type Series, WEEK } from './period.ts'

export type Worked = {
  /** Of a cycle of turns, how many before each are worked, and how many in all. */
  before: readonly number[]
  all: number
  /** Turns that holidays make worked (1) or not (-1), against the pattern. */
  exceptions: readonly { index: number; by: number }[]
}

/** When that hand-off happens: not on a day off. */
export function movedHandoff(series: Series, off: OffDays | null, index: number): WallMs {
  const wall = handoffOf(series, index)
  if (off === null) return wall
  return workingFrom(off, Math.floor(wall / DAY)) * DAY + mod(wall, DAY)
}

export function workedOf(series: Series, windows: readonly Window[], off: OffDays | null): Worked {
  const pattern = patternOf(series, windows, off && { ...off, holidays: NONE })
  if (off === null || off.holidays.size === 0) return { ...pattern, exceptions: [] }
  const exceptions = [...touched(series, off)].flatMap((index) => {
    const by = isWorked(series, windows, off, index) - valueAt(pattern, index)
    return by === 0 ? [] : [{ index, by }]
  })
  return { ...pattern, exceptions }
}

const NONE: ReadonlySet<number> = new Set()

/** How many of the turns before this one are somebody's. */
export function workedBefore({ before, all, exceptions }: Worked, index: number): number {
  const cycles = Math.floor(index / before.length)
  let count = cycles * all + (before[index - cycles * before.length] ?? 0)
  for (const one of exceptions) if (one.index < index) count += one.by
  return count
}

type Pattern = Pick<Worked, 'before' | 'all'>

/** The pattern of the weeks, as if there were no holidays. */
function patternOf(series: Series, windows: readonly Window[], off: OffDays | null): Pattern {
  const { unit, count } = series.every
  if (unit === 'week' || unit === 'month') {
    // Longer than a week, or moved by as much as the next: whatever comes each week is in it.
    return { before: [0], all: hasCovered(windows, series.first, series.first + WEEK) }
  }
  if (windows.length === 0 && off === null) return { before: [0], all: 1 }
  const length = LENGTH[unit] * count
  const cycle = WEEK / commonDivisor(length, WEEK)
  const before: number[] = []
  let all = 0
  for (let turn = 0; turn < cycle; turn += 1) {
    before.push(all)
    all += isWorked(series, windows, off, turn)
  }
  return { before, all }
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b))

const valueAt = ({ before, all }: Pattern, index: number): number => {
  const place = mod(index, before.length)
  return (before[place + 1] ?? all) - (before[place] ?? 0)
}

function isWorked(
  series: Series,
  windows: readonly Window[],
  off: OffDays | null,
  index: number,
): number {
  const from = movedHandoff(series, off, index)
  const to = movedHandoff(series, off, index + 1)
  return to > from ? hasCovered(windows, from, to) : 0
}

function hasCovered(windows: readonly Window[], from: WallMs, to: WallMs): number {
  if (windows.length === 0) return 1
  const { isCovered, until } = windowAt(windows, from)
  return isCovered || until < to ? 1 : 0
}

/** The turns that begin or end elsewhere for a holiday: their hand-off would else be on it. */
function touched(series: Series, off: OffDays): Set<number> {
  const weekends = { ...off, holidays: NONE }
  const time = mod(series.first, DAY)
  const found = new Set<number>()
  for (const holiday of off.holidays) {
    if (isWeekend(off, holiday)) continue
    // Weekend days just before it lead to it as well.
    const before = workingUpTo(weekends, holiday - 1)
    const last = indexAt(series, holiday * DAY + time)
    for (let index = indexAt(series, before * DAY + time) + 1; index <= last; index += 1) {
      if (index > 0) found.add(index - 1)
      if (index >= 0) found.add(index)
    }
  }
  return found
}
